package guywire.lab;

import guywire.address.IpAddress;
import guywire.linux.Link;
import guywire.network.Attachment;
import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Spot;
import guywire.network.VirtualRouter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Breaks and mends parts of a running lab. */
public final class FailureInjector {

  private static final long CARRIER_NANOS = 5_000_000_000L;
  private static final long LOOK_EVERY_NANOS = 10_000_000L;

  /** Several times what keepalived needs to find a gateway dead, or alive again. */
  private static final long SHARED_NANOS = 20_000_000_000L;

  private static final String TABLE = "table inet failures";

  /** ARP passes none of the hooks that IP packets pass, and IPv6's neighbours are asked by IP. */
  private static final String ARP_TABLE = "table arp failures";

  /** What comes in by a port, before anything else sees it. */
  private static final String PORT_TABLE = "table netdev failures";

  private final Lab lab;
  private final Set<LabMachine> failed = new LinkedHashSet<>();
  private final Set<LabMachine> muted = new LinkedHashSet<>();
  private final Set<Failure> failures = new LinkedHashSet<>();

  FailureInjector(Lab lab) {
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

  /** Takes a part of the network down, as the prover means it; {@link #restore} ends all that. */
  public void fail(Failure failure) {
    failures.add(failure);
    switch (failure) {
      case Failure.OfNode down -> {
        var spot = new Spot.Node(down.node());
        deafen(lab.machine(spot), "");
        if (lab.network().node(down.node()).flatMap(NodeConfig::virtualRouter).isPresent()) {
          mute(lab.uplink(spot));
        }
      }
      case Failure.OfSite down -> deafen(lab.machine(lab.plan().router(down.site())), "wan");
      case Failure.OfLink down -> {
        boolean found = forbid(down.one(), down.other());
        found |= forbid(down.other(), down.one());
        if (!found) {
          throw new LabException("nothing tells the datagrams of " + failure + " from others");
        }
      }
    }
  }

  /** Ends every failure of {@link #fail}. */
  public void restore() {
    for (LabMachine machine : failed) {
      for (String table : List.of(TABLE, ARP_TABLE)) {
        machine.load(table + "\ndelete " + table + "\n");
      }
    }
    for (LabMachine machine : muted) {
      machine.load(PORT_TABLE + "\ndelete " + PORT_TABLE + "\n");
    }
    failed.clear();
    muted.clear();
    failures.clear();
    awaitShared();
  }

  /**
   * Waits until each address that gateways share is with the one that should have it now, but not
   * for ever: what keepalived does otherwise is to show in the packets.
   */
  void awaitShared() {
    long until = System.nanoTime() + SHARED_NANOS;
    while (System.nanoTime() - until < 0
        && !lab.network().nodes().stream().allMatch(this::hasWhatItShould)) {
      LockSupport.parkNanos(LOOK_EVERY_NANOS);
    }
  }

  private boolean hasWhatItShould(NodeConfig node) {
    var shared = node.virtualRouter().map(VirtualRouter::addresses).orElse(List.of());
    // One that is cut off from all may well keep it; nobody hears of that.
    if (shared.isEmpty() || failures.contains(new Failure.OfNode(node.name()))) {
      return true;
    }
    boolean should =
        VirtualRouter.holder(lab.network().nodes(), shared, failures)
            .equals(Optional.of(node.name()));
    var netlink = lab.machine(new Spot.Node(node.name())).netlink();
    var own = netlink.addresses(netlink.index(Lab.GATEWAY_PORT.text()));
    return shared.stream()
        .allMatch(each ->
            own.stream().anyMatch(address -> address.address().equals(SocketAddresses.of(each)))
                == should);
  }

  /** The machine hears and says nothing more, on one interface or on any. Its bridges switch on. */
  private void deafen(LabMachine machine, String port) {
    String in = port.isEmpty() ? "" : "iifname \"" + port + "\" ";
    String out = port.isEmpty() ? "" : "oifname \"" + port + "\" ";
    silence(machine, chain("prerouting", in + "drop\n"), chain("postrouting", out + "drop\n"));
    // Else it would answer for an address that another has taken over from it.
    silence(ARP_TABLE, machine, chain("input", in + "drop\n"), chain("output", out + "drop\n"));
  }

  /**
   * Nothing arrives of the machine at the end of a cable. Its keepalived puts frames on the line
   * that pass none of the machine's own hooks, and says each second that the shared address is its.
   */
  private void mute(Cable cable) {
    LabMachine farEnd = lab.machine(cable.one());
    farEnd.load(
        "%s {\nchain from_%s {\ntype filter hook ingress device \"%s\" priority 0;\ndrop\n}\n}\n"
            .formatted(PORT_TABLE, cable.onePort().name(), cable.onePort().name()));
    muted.add(farEnd);
  }

  /**
   * The datagrams of {@code one}'s own machine to and from the other get lost; false if the other's
   * address may be somebody else's too, because a NAT stands before it.
   */
  private boolean forbid(Name one, Name other) {
    List<IpAddress> addresses = addressesFor(one, other);
    if (addresses.isEmpty()) {
      return false;
    }
    var in = new StringBuilder();
    var out = new StringBuilder();
    for (IpAddress address : addresses) {
      String ip = address.isIpv4() ? "ip" : "ip6";
      in.append("%s saddr %s meta l4proto udp drop\n".formatted(ip, address));
      out.append("%s daddr %s meta l4proto udp drop\n".formatted(ip, address));
    }
    silence(
        lab.machine(new Spot.Node(one)),
        chain("input", in.toString()),
        chain("output", out.toString()));
    return true;
  }

  /** The addresses at which a node meets another and nobody else. */
  private List<IpAddress> addressesFor(Name one, Name other) {
    var underlay = lab.network().underlay();
    return switch (underlay.attachment(other).orElseThrow()) {
      case Attachment.Direct direct -> direct.addresses();
      case Attachment.InSite there
          when underlay.attachment(one).orElseThrow() instanceof Attachment.InSite here
              && here.site().equals(there.site()) ->
          there.addresses();
      case Attachment.InSite there -> {
        boolean alone =
            underlay.attachments().stream()
                    .filter(
                        a -> a instanceof Attachment.InSite in && in.site().equals(there.site()))
                    .count()
                == 1;
        if (!alone) {
          yield List.of();
        }
        var addresses = new ArrayList<>(there.addresses());
        addresses.addAll(lab.plan().publicAddresses(there.site()));
        yield addresses;
      }
      case Attachment.Roaming _ -> List.of();
    };
  }

  private void silence(LabMachine machine, String... chains) {
    silence(TABLE, machine, chains);
  }

  private void silence(String table, LabMachine machine, String... chains) {
    machine.load(table + " {\n" + String.join("", chains) + "}\n");
    failed.add(machine);
  }

  private static String chain(String hook, String rules) {
    return "chain %1$s {\ntype filter hook %1$s priority %2$s - 10;\n%3$s}\n"
        .formatted(hook, hook.equals("postrouting") ? "srcnat" : "filter", rules);
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
    lab.machine(LabPlan.INTERNET).load(rules.append("  }\n}\n").toString());
  }

  /** Lets all UDP pass again. */
  public void letUdpPass() {
    lab.machine(LabPlan.INTERNET).load("table inet faults\ndelete table inet faults\n");
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
        var addresses = new ArrayList<>(lab.plan().publicAddresses(inside.site()));
        inside.addresses().stream().filter(address -> !address.isIpv4()).forEach(addresses::add);
        yield addresses;
      }
      case Attachment.Roaming _ ->
          throw new IllegalArgumentException(node + " has no lasting public address");
    };
  }
}
