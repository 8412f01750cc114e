package guywire.lab;

import guywire.linux.Link;
import guywire.network.config.Attachment;
import guywire.network.config.Name;
import guywire.network.config.Spot;
import guywire.protocol.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Breaks and mends parts of a running lab. */
public final class Faults {

  private static final long CARRIER_NANOS = 5_000_000_000L;
  private static final long LOOK_EVERY_NANOS = 10_000_000L;

  private final Lab lab;

  Faults(Lab lab) {
    this.lab = lab;
  }

  /** Cuts the cable to a machine: its interface {@code eth0} or {@code wan} has no carrier. */
  public void cut(Spot spot) {
    Cable cable = lab.uplink(spot);
    LabMachine farEnd = lab.machine(cable.one());
    farEnd.netlink().setDown(farEnd.netlink().index(cable.onePort().name()));
  }

  /**
   * Mends the cable to a machine.
   *
   * @throws LabException if it does not carry packets within some seconds
   */
  public void mend(Spot spot) {
    Cable cable = lab.uplink(spot);
    LabMachine farEnd = lab.machine(cable.one());
    farEnd.netlink().setUp(farEnd.netlink().index(cable.onePort().name()));
    farEnd.route(cable.onePort());
    // The kernel tells the other end that there is a carrier within a second.
    LabMachine nearEnd = lab.machine(cable.other());
    long until = System.nanoTime() + CARRIER_NANOS;
    while (nearEnd.netlink().link(cable.otherPort().name()).filter(Link::running).isEmpty()) {
      if (System.nanoTime() - until > 0) {
        throw new LabException("the cable to " + spot + " carries nothing after it was mended");
      }
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }

  /** Ends a node's machine and everything on it at once, as a power cut does. */
  public void kill(Name node) {
    lab.machine(new Spot.Node(node)).kill();
  }

  /** Drops all UDP between the public addresses of two nodes, in both directions. */
  public void dropUdp(Name one, Name other) {
    var rules = new StringBuilder("table inet faults {\n  chain forward {\n");
    rules.append("    type filter hook forward priority filter - 1; policy accept;\n");
    for (IpAddress a : publicAddresses(one)) {
      for (IpAddress b : publicAddresses(other)) {
        if (a.family() == b.family()) {
          String ip = a.isIpv4() ? "ip" : "ip6";
          String rule = "    %1$s saddr %2$s %1$s daddr %3$s meta l4proto udp drop\n";
          rules.append(rule.formatted(ip, a, b)).append(rule.formatted(ip, b, a));
        }
      }
    }
    lab.machine(Blueprint.INTERNET).load(rules.append("  }\n}\n").toString());
  }

  /** Lets all UDP pass again. */
  public void letUdpPass() {
    lab.machine(Blueprint.INTERNET).load("table inet faults\ndelete table inet faults\n");
  }

  private List<IpAddress> publicAddresses(Name node) {
    Attachment attachment =
        lab.network()
            .underlay()
            .attachment(node)
            .orElseThrow(() -> new IllegalArgumentException("no node " + node));
    return switch (attachment) {
      case Attachment.Direct direct -> direct.addresses();
      case Attachment.InSite inside -> {
        var addresses = new ArrayList<>(lab.blueprint().publicAddresses(inside.site()));
        inside.addresses().stream().filter(address -> !address.isIpv4()).forEach(addresses::add);
        yield addresses;
      }
      case Attachment.Roaming _ ->
          throw new IllegalArgumentException(node + " has no lasting public address");
    };
  }
}
