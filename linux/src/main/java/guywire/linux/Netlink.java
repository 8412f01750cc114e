package guywire.linux;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The kernel's network settings of one namespace: that of the thread that opened this, whichever
 * thread uses it later.
 *
 * <p>All methods throw {@link LinuxException} with the kernel's error number and, where it gives
 * one, its explanation. Thread-safe.
 */
public final class Netlink implements AutoCloseable {

  private final NetlinkSocket socket;

  private Netlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens the settings of the calling thread's network namespace. */
  public static Netlink open() {
    return new Netlink(NetlinkSocket.open(NetlinkSocket.ROUTE));
  }

  /** All interfaces, by index. */
  public List<Link> links() {
    return socket.request(LinkMessages.dump()).stream()
        .filter(m -> m.type() == LinkMessages.NEW && LinkMessages.isWhole(m.body()))
        .map(m -> LinkMessages.read(m.body()))
        .toList();
  }

  /** The interface of this name, if there is one. */
  public Optional<Link> link(String name) {
    return link(LinkMessages.get(name));
  }

  /**
   * The interface of this name in another namespace, if there is one.
   *
   * @param namespace the number that {@link #namespaceNumber} gave
   */
  public Optional<Link> link(String name, int namespace) {
    return link(LinkMessages.get(name, namespace));
  }

  private Optional<Link> link(NetlinkMessage question) {
    try {
      return socket.request(question).stream()
          .filter(m -> m.type() == LinkMessages.NEW && LinkMessages.isWhole(m.body()))
          .map(m -> LinkMessages.read(m.body()))
          .findFirst();
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENODEV) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * The number of another namespace as seen from this one, given to it now if it had none. It keeps
   * neither alive.
   */
  public int namespaceNumber(NamespaceFile file) {
    try {
      socket.execute(NamespaceMessages.number(file));
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    return socket.request(NamespaceMessages.get(file)).stream()
        .filter(m -> m.type() == NamespaceMessages.NEW)
        .flatMap(m -> NamespaceMessages.read(m.body()).stream())
        .findFirst()
        .orElseThrow(() -> new LinuxException("number of a namespace", Errno.ENOENT));
  }

  /**
   * The index of the interface of this name.
   *
   * @throws LinuxException with ENODEV if there is none
   */
  public int index(String name) {
    return link(name)
        .map(Link::index)
        .orElseThrow(() -> new LinuxException("no link " + name, Errno.ENODEV));
  }

  /** Creates two interfaces that are the ends of one cable, both in this namespace. */
  public void createVeth(String name, String peerName) {
    socket.execute(LinkMessages.createVeth(name, peerName, Optional.empty()));
  }

  /** Creates two interfaces that are the ends of one cable, the other end elsewhere. */
  public void createVeth(String name, String peerName, NamespaceRef peerIn) {
    socket.execute(LinkMessages.createVeth(name, peerName, Optional.of(peerIn)));
  }

  /** Creates a bridge (without spanning tree). */
  public void createBridge(String name) {
    socket.execute(LinkMessages.create(name, "bridge"));
  }

  /**
   * Creates an interface of the kernel's WireGuard.
   *
   * @throws LinuxException with EOPNOTSUPP if the kernel has none
   */
  public void createWireGuard(String name) {
    socket.execute(LinkMessages.create(name, "wireguard"));
  }

  /**
   * Creates a VXLAN segment without multicast: destinations are added with {@link #addVxlanPeer}.
   *
   * @param id the segment's number, 1 to 16777215
   * @param port the UDP port, usually 4789
   * @param lower the index of the interface its packets leave by, if fixed
   */
  public void createVxlan(String name, int id, int port, OptionalInt lower) {
    socket.execute(LinkMessages.createVxlan(name, id, port, lower));
  }

  /** Lets a VXLAN send broadcasts and frames to unknown stations to this address too. */
  public void addVxlanPeer(int index, InetAddress address) {
    socket.execute(NeighbourMessages.addFlood(index, address));
  }

  /** Deletes an interface (and the other end, if it is a veth). */
  public void delete(int index) {
    socket.execute(LinkMessages.delete(index));
  }

  /** Sets an interface up. */
  public void setUp(int index) {
    socket.execute(LinkMessages.setUp(index, true));
  }

  /** Sets an interface down. */
  public void setDown(int index) {
    socket.execute(LinkMessages.setUp(index, false));
  }

  /** Sets an interface's MTU in bytes. */
  public void setMtu(int index, int bytes) {
    socket.execute(LinkMessages.setMtu(index, bytes));
  }

  /**
   * Sets how long the super-packets over IPv4 may be that are put together of what comes in. Only a
   * link that has {@link Link#groIpv4MaxBytes} knows of it.
   *
   * @param bytes up to 524,280
   */
  public void setGroIpv4Max(int index, int bytes) {
    socket.execute(LinkMessages.setGroIpv4Max(index, bytes));
  }

  /** Whether IPv4 packets that come in by this interface may be forwarded. */
  public boolean forwardsIpv4(int index) {
    return socket.request(ForwardingMessages.get(index)).stream()
        .filter(m -> m.type() == ForwardingMessages.NEW)
        .flatMap(m -> ForwardingMessages.read(m.body()).stream())
        .findFirst()
        .orElseThrow(() -> new LinuxException("forwarding of link " + index, Errno.ENODEV))
        .forwards();
  }

  /** Renames an interface, which must be down. */
  public void rename(int index, String name) {
    socket.execute(LinkMessages.rename(index, name));
  }

  /** Makes an interface a port of a bridge. */
  public void setMaster(int index, int master) {
    socket.execute(LinkMessages.setMaster(index, master));
  }

  /** Takes an interface out of its bridge. */
  public void clearMaster(int index) {
    socket.execute(LinkMessages.setMaster(index, 0));
  }

  /** Moves an interface to another network namespace, where it is down and has no addresses. */
  public void moveTo(int index, NamespaceRef where) {
    socket.execute(LinkMessages.moveTo(index, where));
  }

  /** The addresses of all interfaces. */
  public List<LinkAddress> addresses() {
    return socket.request(AddressMessages.dump()).stream()
        .filter(m -> m.type() == AddressMessages.NEW)
        .flatMap(m -> AddressMessages.read(m.body()).stream())
        .toList();
  }

  /** The addresses of one interface. */
  public List<LinkAddress> addresses(int index) {
    return addresses().stream().filter(address -> address.link() == index).toList();
  }

  /** Adds an address; IPv6 is usable at once. */
  public void addAddress(LinkAddress address) {
    socket.execute(AddressMessages.add(address));
  }

  /** Removes an address, and with it the kernel's routes for it. */
  public void removeAddress(LinkAddress address) {
    socket.execute(AddressMessages.delete(address));
  }

  /** The routes of all tables, IPv4 before IPv6; a route over several next hops lacks them. */
  public List<KernelRoute> routes() {
    return Stream.of(true, false)
        .flatMap(ipv4 -> socket.request(RouteMessages.dump(ipv4)).stream())
        .filter(m -> m.type() == RouteMessages.NEW)
        .flatMap(m -> RouteMessages.read(m.body()).stream())
        .toList();
  }

  /** The routes of one table. */
  public List<KernelRoute> routes(long table) {
    return routes().stream().filter(route -> route.table() == table).toList();
  }

  /** Adds a route; EEXIST if there is one for the same destination, table and metric. */
  public void addRoute(KernelRoute route) {
    socket.execute(RouteMessages.add(route));
  }

  /** Adds a route also beside others for the same destination; EEXIST if it is there itself. */
  public void appendRoute(KernelRoute route) {
    socket.execute(RouteMessages.append(route));
  }

  /** Adds a route or puts it in the place of the one for the same destination and metric. */
  public void replaceRoute(KernelRoute route) {
    socket.execute(RouteMessages.replace(route));
  }

  /** Removes a route; ESRCH if there is no such one. */
  public void removeRoute(KernelRoute route) {
    socket.execute(RouteMessages.delete(route));
  }

  /** The rules of both families that lead to a table, in the order in which they are tried. */
  public List<KernelRule> rules() {
    return Stream.of(true, false)
        .flatMap(ipv4 -> socket.request(RuleMessages.dump(ipv4)).stream())
        .filter(m -> m.type() == RuleMessages.NEW)
        .flatMap(m -> RuleMessages.read(m.body()).stream())
        .toList();
  }

  /** Adds a rule. */
  public void addRule(KernelRule rule) {
    socket.execute(RuleMessages.add(rule));
  }

  /** Removes the first rule that is like this one; ENOENT if there is none. */
  public void removeRule(KernelRule rule) {
    socket.execute(RuleMessages.delete(rule));
  }

  @Override
  public void close() {
    socket.close();
  }
}
