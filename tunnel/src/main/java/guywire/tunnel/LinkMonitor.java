package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.linux.NamespaceFile;
import guywire.linux.Netlink;
import guywire.linux.NetworkChanges;
import guywire.linux.NetworkChanges.Change;
import java.util.Optional;
import java.util.OptionalInt;

/** Follows the interface, wherever it is: up, down, MTU, and how long super-packets may be. */
/*
 * The interface may be moved to another network namespace. Its descriptor goes on working and the UDP
 * sockets stay where they are, but news of an interface are told only in the namespace that it is in.
 * That gets a number here, by which its news can be heard and questions be asked from home: a socket
 * opened inside would keep the namespace alive when its owner is gone. The old place tells that the
 * interface left, the TUN knows where it is now, and state is read after listening, so nothing is
 * missed.
 *
 * Super-packets of more than 64 KiB are for the machine itself: forwarded ones the kernel would cut to single
 * packets for all but a few devices, and an XDP program would see each copied in one piece. Whether the
 * interface forwards can only be asked at home.
 */
final class LinkMonitor implements AutoCloseable {

  private final Tunnel tunnel;
  private final String home;
  private final Netlink netlink;
  private final NetworkChanges changes;

  /** The interface's index where it is, 0 if that is not known. */
  private volatile int index;

  // Under the monitor.
  private String place;
  private OptionalInt elsewhere = OptionalInt.empty();
  private boolean closed;

  LinkMonitor(Tunnel tunnel) {
    this.tunnel = tunnel;
    try (var here = NamespaceFile.ofThisThread()) {
      home = here.identity();
    }
    place = home;
    netlink = Netlink.open();
    changes = NetworkChanges.ofLinks();
  }

  /** Takes the state as it is and follows it from then on. */
  void start() {
    askForBigTcp();
    look();
    Thread.ofPlatform().daemon().name("links").start(this::follow);
  }

  private void askForBigTcp() {
    if (!tunnel.offloads().wantsBigTcp()) {
      return;
    }
    try {
      Optional<Link> link = netlink.link(tunnel.tun().name());
      if (link.isPresent() && link.get().groIpv4MaxBytes().isPresent()) {
        netlink.setGroIpv4Max(link.get().index(), Flow.LONGEST);
      }
    } catch (LinuxException e) {
      tunnel.log().verbose("no super-packets of more than 64 KiB: " + e.getMessage());
    }
  }

  private void follow() {
    try {
      while (true) {
        var list = changes.take();
        if (list.isEmpty()) {
          return;
        }
        if (list.stream().anyMatch(this::concerns)) {
          look();
        }
      }
    } catch (LinuxException e) {
      tunnel.log().error("no longer following the interface: " + e.getMessage());
    }
  }

  private boolean concerns(Change change) {
    return switch (change) {
      case Change.LinkChanged(Link link) -> index == 0 || link.index() == index;
      case Change.LinkGone(Link link) -> index == 0 || link.index() == index;
      case Change.ForwardingChanged(int where, boolean _) -> where == index;
      default -> true;
    };
  }

  /**
   * Takes the state as it is now, without waiting to be told: what is told may be past already,
   * down and up again, and down now for a moment. Any thread, under no lock.
   */
  synchronized void look() {
    if (closed || !moveAlong()) {
      return;
    }
    Optional<Link> link;
    try {
      String name = tunnel.tun().name();
      link = elsewhere.isPresent() ? netlink.link(name, elsewhere.getAsInt()) : netlink.link(name);
    } catch (LinuxException e) {
      // It may have been deleted this moment, or its namespace with it.
      tunnel.log().verbose("can't look at the interface: " + e.getMessage());
      return;
    }
    index = link.map(Link::index).orElse(0);
    link.ifPresent(this::apply);
  }

  /** Turns to where the interface is; false if it is nowhere any more. */
  private boolean moveAlong() {
    try (var now = tunnel.tun().namespace()) {
      String identity = now.identity();
      if (!identity.equals(place)) {
        turnTo(now, identity);
      }
      return true;
    } catch (LinuxException e) {
      // A kernel before 5.1 does not tell: then it is taken to be still here.
      return e.errno() != Errno.EBADFD;
    }
  }

  private void turnTo(NamespaceFile file, String identity) {
    place = identity;
    elsewhere = OptionalInt.empty();
    try {
      changes.setHearingOthers(!identity.equals(home));
      if (!identity.equals(home)) {
        elsewhere = OptionalInt.of(netlink.namespaceNumber(file));
      }
      tunnel.log().verbose("the interface is in " + identity + " now");
    } catch (LinuxException e) {
      tunnel.log().error("can't follow the interface to " + identity + ": " + e.getMessage());
    }
  }

  private void apply(Link link) {
    tunnel.offloads().interfaceTakes(longestTcp4(link));
    tunnel.interfaceMtu(link.mtu());
    if (link.up()) {
      tunnel.interfaceUp();
    } else {
      tunnel.interfaceDown();
    }
  }

  /** Length of the longest TCP super-packets over IPv4 that do good, in bytes. */
  private int longestTcp4(Link link) {
    int most = link.groIpv4MaxBytes().orElse(0);
    // What an interface has by default is 64 KiB and one byte more than a packet can have.
    if (most <= Ip.MAX_LENGTH + 1 || link.xdp() || elsewhere.isPresent()) {
      return Ip.MAX_LENGTH;
    }
    try {
      return netlink.forwardsIpv4(link.index()) ? Ip.MAX_LENGTH : most;
    } catch (LinuxException e) {
      tunnel.log().verbose("can't tell whether the interface forwards: " + e.getMessage());
      return Ip.MAX_LENGTH;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    changes.close();
    netlink.close();
  }
}
