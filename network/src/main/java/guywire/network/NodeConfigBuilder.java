package guywire.network;

import java.util.List;
import java.util.Optional;

/** A node's configuration while it is put together; what is not said is nothing. For one thread. */
public final class NodeConfigBuilder {

  private Name name;
  private Platform platform;
  private List<TunnelInterface> interfaces = List.of();
  private List<Route> routes = List.of();
  private Forwarding forwardIpv4 = Forwarding.UNSTATED;
  private Forwarding forwardIpv6 = Forwarding.UNSTATED;
  private Firewall firewall = Firewall.OPEN;
  private List<NatRule> nat = List.of();
  private Optional<NameServer> nameServer = Optional.empty();
  private List<Hook> hooks = List.of();
  private List<Destination> destinations = List.of();
  private List<Introduction> introductions = List.of();
  private Optional<VirtualRouter> virtualRouter = Optional.empty();
  private List<ForwardPermission> forwards = List.of();

  NodeConfigBuilder(Name name, Platform platform) {
    this.name = name;
    this.platform = platform;
  }

  NodeConfigBuilder(NodeConfig node) {
    name = node.name();
    platform = node.platform();
    interfaces = node.interfaces();
    routes = node.routes();
    forwardIpv4 = node.forwardIpv4();
    forwardIpv6 = node.forwardIpv6();
    firewall = node.firewall();
    nat = node.nat();
    nameServer = node.nameServer();
    hooks = node.hooks();
    destinations = node.destinations();
    introductions = node.introductions();
    virtualRouter = node.virtualRouter();
    forwards = node.forwards();
  }

  /** What the node is called. */
  public NodeConfigBuilder name(Name name) {
    this.name = name;
    return this;
  }

  /** What it runs. */
  public NodeConfigBuilder platform(Platform platform) {
    this.platform = platform;
    return this;
  }

  /** Its tunnel interfaces. */
  public NodeConfigBuilder interfaces(List<TunnelInterface> interfaces) {
    this.interfaces = interfaces;
    return this;
  }

  /** Routes beside those to allowed IPs. */
  public NodeConfigBuilder routes(List<Route> routes) {
    this.routes = routes;
    return this;
  }

  /** Whether it forwards. */
  public NodeConfigBuilder forwarding(Forwarding ipv4, Forwarding ipv6) {
    this.forwardIpv4 = ipv4;
    this.forwardIpv6 = ipv6;
    return this;
  }

  /** What it lets in and through. */
  public NodeConfigBuilder firewall(Firewall firewall) {
    this.firewall = firewall;
    return this;
  }

  /** How it rewrites addresses, in order. */
  public NodeConfigBuilder nat(List<NatRule> nat) {
    this.nat = nat;
    return this;
  }

  /** The name server it runs for the network, if any. */
  public NodeConfigBuilder nameServer(Optional<NameServer> nameServer) {
    this.nameServer = nameServer;
    return this;
  }

  /** Shell commands of an imported file. */
  public NodeConfigBuilder hooks(List<Hook> hooks) {
    this.hooks = hooks;
    return this;
  }

  /** What it reaches by more than one way. */
  public NodeConfigBuilder destinations(List<Destination> destinations) {
    this.destinations = destinations;
    return this;
  }

  /** The pairs that are told where the other is, in which it has a part. */
  public NodeConfigBuilder introductions(List<Introduction> introductions) {
    this.introductions = introductions;
    return this;
  }

  /** Its part in an address that the gateways of its LAN share. */
  public NodeConfigBuilder virtualRouter(Optional<VirtualRouter> virtualRouter) {
    this.virtualRouter = virtualRouter;
    return this;
  }

  /** What gateways pass on when they are asked: this one, or others for it. */
  public NodeConfigBuilder forwards(List<ForwardPermission> forwards) {
    this.forwards = forwards;
    return this;
  }

  /**
   * The configuration.
   *
   * @throws IllegalArgumentException if its parts don't fit together
   */
  public NodeConfig build() {
    return new NodeConfig(
        name,
        platform,
        interfaces,
        routes,
        forwardIpv4,
        forwardIpv6,
        firewall,
        nat,
        nameServer,
        hooks,
        destinations,
        introductions,
        virtualRouter,
        forwards);
  }
}
