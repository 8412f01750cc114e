package guywire.node;

import guywire.address.IpAddress;
import guywire.linux.DatagramPort;
import guywire.linux.Errno;
import guywire.linux.Link;
import guywire.linux.LinkAddress;
import guywire.linux.LinuxException;
import guywire.linux.Netlink;
import guywire.linux.NetworkChanges;
import guywire.linux.TcpListener;
import guywire.linux.Wakeup;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the name server can be asked: its addresses, on the interfaces that have them and on the
 * loopback, which is how this host asks itself. What comes to these addresses by any other
 * interface, such as the public one, finds nobody there.
 *
 * <p>Opened and closed by one thread, followed by one, and each kind of socket used by one.
 */
/*
 * A socket that is bound to an interface is bound to its number. An interface that is made anew has
 * another, so changes are followed, and sockets opened for what is there then.
 */
final class NameSockets {

  static final int PORT = 53;

  /** More than any question has, and as much as an answer from upstream may have. */
  static final int LARGEST_UDP_BYTES = 4096;

  private static final String LOOPBACK = "lo";

  /** One address on one interface. */
  private record Where(InetAddress address, String device, int index) {
    boolean isIn(List<Link> links) {
      return links.stream().anyMatch(l -> l.index() == index && l.name().equals(device));
    }
  }

  /** Its sockets. */
  private record Opened(Where where, DatagramPort datagrams, TcpListener connections) {
    void close() {
      datagrams.close();
      connections.close();
    }
  }

  private final Set<InetAddress> addresses;
  private final Wakeup datagramsChanged = new Wakeup();
  private final Wakeup connectionsChanged = new Wakeup();
  private final NetworkChanges changes;
  private volatile List<Opened> opened = List.of();
  private volatile boolean closed;

  NameSockets(List<IpAddress> addresses) {
    this.addresses = addresses.stream().map(Addresses::toJava).collect(Collectors.toSet());
    // From before the first look, so that nothing is missed.
    this.changes = NetworkChanges.ofRoutes();
  }

  /**
   * Opens what is there.
   *
   * @throws LinuxException if a port can't be opened, or an address is not here
   */
  void open() {
    var sockets = sockets();
    for (var address : addresses) {
      if (sockets.stream().noneMatch(where -> where.address().equals(address))) {
        throw new LinuxException("bind " + address.getHostAddress(), Errno.EADDRNOTAVAIL);
      }
    }
    var now = new ArrayList<Opened>();
    try {
      sockets.forEach(where -> now.add(open(where)));
    } catch (LinuxException e) {
      now.forEach(Opened::close);
      throw e;
    }
    opened = List.copyOf(now);
  }

  /** Opens and closes as interfaces come and go, until this is closed. */
  void follow() {
    while (!changes.take().isEmpty()) {
      var here = links();
      synchronized (this) {
        if (closed) {
          return;
        }
        var now = new ArrayList<>(opened);
        now.removeIf(each -> !each.where().isIn(here));
        var missing = sockets();
        now.forEach(each -> missing.remove(each.where()));
        missing.forEach(where -> openIfThere(where).ifPresent(now::add));
        if (!now.equals(opened)) {
          change(List.copyOf(now));
        }
      }
    }
  }

  private void change(List<Opened> now) {
    opened = now;
    datagramsChanged.signal();
    connectionsChanged.signal();
  }

  /** Has all sockets closed by those who use them. */
  void close() {
    synchronized (this) {
      opened = List.of();
      // Whoever sees this sees that there are no sockets any more.
      closed = true;
      change(List.of());
    }
    changes.close();
  }

  /** Whether this is closed; who asks for the sockets after that is told of none. */
  boolean isClosed() {
    return closed;
  }

  /** Closes everything, where no other thread uses any of it. */
  void abandon() {
    opened.forEach(Opened::close);
    close();
    release();
  }

  /** Frees what the threads that used it waited for. */
  void release() {
    datagramsChanged.close();
    connectionsChanged.close();
  }

  /** An interface may go again before its port is open; then there is another change to hear of. */
  private static Optional<Opened> openIfThere(Where where) {
    try {
      return Optional.of(open(where));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENODEV || e.errno() == Errno.EADDRNOTAVAIL) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Opened open(Where where) {
    var datagrams = DatagramPort.open(where.address(), PORT, where.device(), LARGEST_UDP_BYTES);
    try {
      return new Opened(
          where, datagrams, TcpListener.listen(where.address(), PORT, where.device()));
    } catch (LinuxException e) {
      datagrams.close();
      throw e;
    }
  }

  /** What should be open: every address, on every interface that has one of them and on lo. */
  private Set<Where> sockets() {
    var sockets = new LinkedHashSet<Where>();
    try (var netlink = Netlink.open()) {
      var here = netlink.addresses().stream().filter(a -> addresses.contains(a.address())).toList();
      var numbers = here.stream().map(LinkAddress::link).collect(Collectors.toSet());
      var present = here.stream().map(LinkAddress::address).collect(Collectors.toSet());
      for (Link link : netlink.links()) {
        if (numbers.contains(link.index()) || link.name().equals(LOOPBACK)) {
          present.forEach(address -> sockets.add(new Where(address, link.name(), link.index())));
        }
      }
    }
    return sockets;
  }

  private static List<Link> links() {
    try (var netlink = Netlink.open()) {
      return netlink.links();
    }
  }

  List<DatagramPort> datagrams() {
    return opened.stream().map(Opened::datagrams).toList();
  }

  List<TcpListener> connections() {
    return opened.stream().map(Opened::connections).toList();
  }

  /** Readable when {@link #datagrams} are others. */
  Wakeup datagramsChanged() {
    return datagramsChanged;
  }

  /** Readable when {@link #connections} are others. */
  Wakeup connectionsChanged() {
    return connectionsChanged;
  }
}
