package guywire.agent;

import guywire.address.IpAddress;
import guywire.linux.DatagramPort;
import guywire.linux.Errno;
import guywire.linux.Link;
import guywire.linux.LinuxException;
import guywire.network.Agents;
import guywire.network.InterfaceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where an agent is heard and speaks: a socket on each tunnel's interface, for each family at the
 * node's first address of it.
 *
 * <p>For one thread.
 */
/*
 * A socket that is bound to an interface is bound to its number. An interface that is made anew has another.
 */
final class ProbePorts implements AutoCloseable {

  /** One more than the longest message has: what is longer is none. */
  private static final int MOST_BYTES = OwnAddresses.BYTES + 1;

  /** A socket on one tunnel. */
  record Opened(InterfaceName tunnel, IpAddress address, int index, DatagramPort port) {}

  private final int port;
  private final int most;
  private final Set<InterfaceName> tunnels;
  private final List<IpAddress> addresses = new ArrayList<>();
  private final List<Opened> opened = new ArrayList<>();

  ProbePorts(Set<InterfaceName> tunnels, List<IpAddress> own) {
    this(tunnels, own, Agents.PORT, MOST_BYTES);
  }

  /**
   * The same at another port.
   *
   * @param most the most bytes of a message that are received
   */
  ProbePorts(Set<InterfaceName> tunnels, List<IpAddress> own, int port, int most) {
    this.port = port;
    this.most = most;
    this.tunnels = tunnels;
    own.stream().filter(IpAddress::isIpv4).findFirst().ifPresent(addresses::add);
    own.stream().filter(each -> !each.isIpv4()).findFirst().ifPresent(addresses::add);
  }

  /** Opens and closes as interfaces come and go. */
  void follow(Map<String, Link> links) {
    opened.removeIf(each -> {
      var link = links.get(each.tunnel().text());
      boolean gone = link == null || link.index() != each.index();
      if (gone) {
        each.port().close();
      }
      return gone;
    });
    for (var tunnel : tunnels) {
      var link = links.get(tunnel.text());
      for (var address : addresses) {
        if (link != null && of(tunnel, address.isIpv4()).isEmpty()) {
          open(tunnel, address, link).ifPresent(opened::add);
        }
      }
    }
  }

  /** What is not there now is tried again when something changes. */
  private Optional<Opened> open(InterfaceName tunnel, IpAddress address, Link link) {
    try {
      var socket = DatagramPort.open(Inet.address(address), port, tunnel.text(), most);
      return Optional.of(new Opened(tunnel, address, link.index(), socket));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENODEV || e.errno() == Errno.EADDRNOTAVAIL) {
        return Optional.empty();
      }
      throw e;
    }
  }

  List<Opened> all() {
    return opened;
  }

  Optional<Opened> of(InterfaceName tunnel, boolean ipv4) {
    return opened.stream()
        .filter(each -> each.tunnel().equals(tunnel) && each.address().isIpv4() == ipv4)
        .findFirst();
  }

  @Override
  public void close() {
    opened.forEach(each -> each.port().close());
    opened.clear();
  }
}
