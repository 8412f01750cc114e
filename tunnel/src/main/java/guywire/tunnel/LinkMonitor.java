package guywire.tunnel;

import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.linux.Netlink;
import guywire.linux.NetworkChanges;
import guywire.linux.NetworkChanges.Change;
import java.util.Optional;

/** Follows the interface: up, down, MTU; and routes and addresses, on which sources depend. */
final class LinkMonitor implements AutoCloseable {

  private final Tunnel tunnel;
  private final NetworkChanges changes;
  private final int index;

  LinkMonitor(Tunnel tunnel) {
    this.tunnel = tunnel;
    index = tunnel.tun().index();
    changes = NetworkChanges.open();
  }

  /** Takes the state as it is and follows it from then on. */
  void start() {
    readAnew();
    Thread.ofPlatform().daemon().name("links").start(this::follow);
  }

  /** Takes the state as it is now, without waiting to be told. Any thread. */
  void readAnew() {
    try (Netlink netlink = Netlink.open()) {
      Optional<Link> link = netlink.link(tunnel.tun().name());
      link.filter(found -> found.index() == index).ifPresent(this::apply);
    }
  }

  private void follow() {
    try {
      while (true) {
        var list = changes.take();
        if (list.isEmpty()) {
          return;
        }
        boolean routes = false;
        for (Change change : list) {
          switch (change) {
            // What is told may be past already: down and up again, and down now for a moment.
            case Change.LinkChanged(Link link) when link.index() == index -> readAnew();
            case Change.Missed() -> {
              readAnew();
              routes = true;
            }
            case Change.LinkChanged _, Change.LinkGone _ -> {}
            default -> routes = true;
          }
        }
        if (routes) {
          tunnel.routesChanged();
        }
      }
    } catch (LinuxException e) {
      tunnel.log().error("no longer following the interface: " + e.getMessage());
    }
  }

  private void apply(Link link) {
    tunnel.interfaceMtu(link.mtu());
    if (link.up()) {
      tunnel.interfaceUp();
    } else {
      tunnel.interfaceDown();
    }
  }

  @Override
  public void close() {
    changes.close();
  }
}
