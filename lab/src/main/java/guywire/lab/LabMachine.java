package guywire.lab;

import guywire.linux.Errno;
import guywire.linux.KernelRoute;
import guywire.linux.LinkAddress;
import guywire.linux.LinuxException;
import guywire.linux.Namespace;
import guywire.linux.NamespaceRef;
import guywire.linux.Netlink;
import guywire.linux.Sysctl;
import guywire.network.InterfaceAddress;
import guywire.network.Spot;
import guywire.node.Commands;
import guywire.node.Machine;
import guywire.node.SetupFailure;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;

/** A running machine of the lab. Safe for use from any thread. */
final class LabMachine implements AutoCloseable {

  /** How long a program of ours may take on a machine. */
  private static final int PROGRAM_SECONDS = 60;

  /** IPv6 addresses are usable at once, and nothing is learned from router advertisements. */
  private static final List<String> QUIET_IPV6 =
      List.of("accept_dad", "dad_transmits", "accept_ra", "autoconf", "router_solicitations");

  /** A LAN is a switch: what stays inside it passes no router's filter. */
  private static final List<String> BRIDGED = List.of("iptables", "ip6tables", "arptables");

  /** What Linux gives a UDP flow that was seen in one direction only. */
  private static final int UNREPLIED_SECONDS = 30;

  private static final int USUAL_MTU = 1500;

  /** Where a host keeps what outlives a new start; its directory may not be there. */
  private static final String LASTING =
      """
      set -e
      place=/var/lib/guywire
      if [ ! -d $place ]; then
        mkdir -p /run/lasting/upper /run/lasting/work
        mount -t overlay -o lowerdir=/var/lib,upperdir=/run/lasting/upper,workdir=/run/lasting/work \
            guywire /var/lib 2>/dev/null || mount -t tmpfs -o mode=755 guywire /var/lib
        mkdir $place
      fi
      mount -t tmpfs -o mode=700 guywire $place
      """;

  private final PlannedMachine box;
  private final NamespaceHolder holder;
  private final Namespace namespace;
  private final Netlink netlink;

  private LabMachine(
      PlannedMachine box, NamespaceHolder holder, Namespace namespace, Netlink netlink) {
    this.box = box;
    this.holder = holder;
    this.namespace = namespace;
    this.netlink = netlink;
  }

  /**
   * Starts a machine and sets up what needs no cable.
   *
   * @throws LabException if this machine can't make it
   */
  static LabMachine start(PlannedMachine box, String resolvConf) {
    var begun = new ArrayDeque<Runnable>();
    try {
      NamespaceHolder holder = NamespaceHolder.start(box.name(), resolvConf);
      begun.push(holder::close);
      Namespace namespace = Namespace.of(holder.pid());
      begun.push(namespace::close);
      Netlink netlink = namespace.call(Netlink::open);
      begun.push(netlink::close);
      var machine = new LabMachine(box, holder, namespace, netlink);
      machine.prepare();
      return machine;
    } catch (RuntimeException | Error e) {
      begun.forEach(Runnable::run);
      throw e;
    }
  }

  PlannedMachine box() {
    return box;
  }

  String name() {
    return box.name();
  }

  long pid() {
    return holder.pid();
  }

  boolean isAlive() {
    return holder.isAlive();
  }

  Namespace namespace() {
    return namespace;
  }

  Netlink netlink() {
    return netlink;
  }

  private void prepare() {
    namespace.run(() -> {
      for (String setting : QUIET_IPV6) {
        set("net/ipv6/conf/all/" + setting, "0");
        set("net/ipv6/conf/default/" + setting, "0");
      }
      set("net/ipv6/conf/all/keep_addr_on_down", "1");
      set("net/ipv6/conf/default/keep_addr_on_down", "1");
      // A router that tells its LAN of a better next hop is right, but makes runs differ.
      set("net/ipv4/conf/all/send_redirects", "0");
      set("net/ipv4/conf/default/send_redirects", "0");
      if (box.forwardsIpv4()) {
        set("net/ipv4/ip_forward", "1");
      }
      if (box.forwardsIpv6()) {
        set("net/ipv6/conf/all/forwarding", "1");
      }
      for (String packets : BRIDGED) {
        set("net/bridge/bridge-nf-call-" + packets, "0");
      }
    });
    netlink.setUp(netlink.index("lo"));
    for (Port bridge : box.bridges()) {
      netlink.createBridge(bridge.name());
      configure(bridge);
    }
    if (!box.ruleset().isEmpty()) {
      load(box.ruleset());
    }
    if (box.mappingSeconds() > 0) {
      namespace.run(() -> {
        String timeout = "net/netfilter/nf_conntrack_udp_timeout";
        set(timeout, Math.min(UNREPLIED_SECONDS, box.mappingSeconds()) + "");
        set(timeout + "_stream", box.mappingSeconds() + "");
      });
    }
  }

  /** A kernel without IPv6, or an older one, lacks some of them. */
  private static void set(String key, String value) {
    try {
      Sysctl.write(key, value);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Plugs in a cable between two machines and sets up both its ends. */
  static void plug(LabMachine one, Port onePort, LabMachine other, Port otherPort) {
    one.netlink.createVeth(
        onePort.name(), otherPort.name(), new NamespaceRef.OfProcess(other.pid()));
    one.configure(onePort);
    other.configure(otherPort);
    // Routes through a port stay only while both ends are up.
    one.route(onePort);
    other.route(otherPort);
  }

  /** Pulls a cable out: both its ends are gone. */
  void unplug(String port) {
    netlink.delete(netlink.index(port));
  }

  /** Keeps a port's addresses, so that they are the machine's own when the port is gone. */
  void linger(Port port) {
    int loopback = netlink.index("lo");
    for (InterfaceAddress address : port.addresses()) {
      if (!address.address().isLinkLocal()) {
        netlink.addAddress(
            new LinkAddress(
                loopback,
                SocketAddresses.of(address.address()),
                address.address().family().bits()));
      }
    }
  }

  /** Gives up the addresses that were kept. */
  void forgetLingering() {
    for (LinkAddress address : netlink.addresses(netlink.index("lo"))) {
      if (!address.address().isLoopbackAddress()) {
        netlink.removeAddress(address);
      }
    }
  }

  private void configure(Port port) {
    int index = netlink.index(port.name());
    netlink.setMtu(index, port.mtu().orElse(USUAL_MTU));
    port.bridge().ifPresent(bridge -> netlink.setMaster(index, netlink.index(bridge)));
    netlink.setUp(index);
    for (InterfaceAddress address : port.addresses()) {
      netlink.addAddress(
          new LinkAddress(index, SocketAddresses.of(address.address()), address.prefixLength()));
    }
  }

  /** Sets the routes of a port that is up. */
  void route(Port port) {
    int index = netlink.index(port.name());
    for (Port.PortRoute route : port.routes()) {
      netlink.replaceRoute(kernelRoute(port, route, index));
    }
  }

  private static KernelRoute kernelRoute(Port port, Port.PortRoute route, int index) {
    var to = SocketAddresses.of(route.to().address());
    int length = route.to().length();
    return route
        .via()
        .map(via -> KernelRoute.toNextHop(to, length, SocketAddresses.of(via)).on(index))
        .orElseGet(() -> KernelRoute.through(to, length, index))
        .withMetric(port.metric());
  }

  /** Sets the routes of the bridges, whose next hops may be reached only once cables are in. */
  void routeBridges() {
    box.bridges().forEach(this::route);
  }

  /**
   * Loads nftables rules.
   *
   * @throws LabException if nft refuses them
   */
  void load(String ruleset) {
    run(ruleset, Requirements.path("nft"), "-f", "-");
  }

  /**
   * Tells resolvconf of the machine's own name server, as whatever brings up an interface does: so
   * that it has something to go back to when a tunnel's is taken away.
   *
   * @throws LabException if resolvconf fails
   */
  void announceResolver() {
    run("nameserver " + Spot.Outside.IPV4 + "\n", Requirements.path("resolvconf"), "-a", "eth0");
  }

  /**
   * Gives it a {@code /var/lib/guywire} of its own, which ends with it.
   *
   * @throws LabException if it can't be made
   */
  void giveLastingFiles() {
    run("", "sh", "-c", LASTING);
  }

  /**
   * Has keepalived share an address with other machines, by this configuration from now on.
   *
   * @throws LabException if keepalived fails
   */
  void share(String configuration) {
    String program = Requirements.path("keepalived");
    run(
        configuration,
        "sh",
        "-c",
        "cd /run; [ ! -e keepalived.pid ] || kill $(cat keepalived.pid); cat >keepalived.conf;"
            + " exec "
            + program
            + " --vrrp --use-file /run/keepalived.conf --pid /run/keepalived.pid"
            + " --vrrp_pid /run/vrrp.pid >/dev/null 2>&1");
  }

  /**
   * Runs a program on the machine.
   *
   * @param input what it reads
   * @throws LabException if it fails, or does not end in time
   */
  void run(String input, String... command) {
    try {
      var ended = new Commands(Machine.of(pid())).run(input, List.of(command), PROGRAM_SECONDS);
      if (!ended.succeeded()) {
        throw new LabException(failure(command, ended.output()));
      }
    } catch (SetupFailure e) {
      throw new LabException(failure(command, e.text().toString()), e);
    }
  }

  private String failure(String[] command, String what) {
    return "%s of %s: %s".formatted(Path.of(command[0]).getFileName(), name(), what);
  }

  /** Ends it without a word, as a power cut does. */
  void kill() {
    holder.kill();
  }

  @Override
  public void close() {
    netlink.close();
    namespace.close();
    holder.close();
  }
}
