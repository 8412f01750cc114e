package guywire.network;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The desired state of one node: the value in the middle of Guywire. A planner or an importer makes
 * it; renderers write it, the prover judges it, the lab and a host apply it.
 *
 * @param name the node
 * @param platform what it runs
 * @param interfaces its tunnel interfaces
 * @param routes routes beside those to allowed IPs
 * @param forwardIpv4 whether it forwards IPv4
 * @param forwardIpv6 whether it forwards IPv6
 * @param firewall what it lets in and through
 * @param nat how it rewrites addresses, in order
 * @param nameServer the name server it runs for the network, if any
 * @param hooks shell commands of an imported file
 * @param destinations what it reaches by more than one way; if there is something, the node needs
 *     an agent
 * @param introductions the pairs that are told where the other is, of which this node is one, or
 *     which it tells
 * @param virtualRouter its part in an address that the gateways of its LAN share
 * @param forwards what gateways pass on when they are asked: this one, or others for it
 */
public record NodeConfig(
    Name name,
    Platform platform,
    List<TunnelInterface> interfaces,
    List<Route> routes,
    Forwarding forwardIpv4,
    Forwarding forwardIpv6,
    Firewall firewall,
    List<NatRule> nat,
    Optional<NameServer> nameServer,
    List<Hook> hooks,
    List<Destination> destinations,
    List<Introduction> introductions,
    Optional<VirtualRouter> virtualRouter,
    List<ForwardPermission> forwards) {

  /**
   * Copies the lists and checks that no two interfaces share a name, and every way has one of them.
   *
   * @throws IllegalArgumentException if two do, or a way has none
   */
  public NodeConfig {
    interfaces = List.copyOf(interfaces);
    routes = List.copyOf(routes);
    nat = List.copyOf(nat);
    hooks = List.copyOf(hooks);
    destinations = List.copyOf(destinations);
    introductions = List.copyOf(introductions);
    forwards = List.copyOf(forwards);
    if (interfaces.stream().map(TunnelInterface::name).distinct().count() != interfaces.size()) {
      throw new IllegalArgumentException("two interfaces of " + name + " share a name");
    }
    var names = interfaces.stream().map(TunnelInterface::name).toList();
    for (var destination : destinations) {
      if (!destination.ways().stream().map(Way::tunnel).allMatch(names::contains)) {
        throw new IllegalArgumentException(
            "a way from " + name + " to " + destination.node() + " has no interface");
      }
    }
  }

  /** A node that has one way to everyone. */
  public NodeConfig(
      Name name,
      Platform platform,
      List<TunnelInterface> interfaces,
      List<Route> routes,
      Forwarding forwardIpv4,
      Forwarding forwardIpv6,
      Firewall firewall,
      List<NatRule> nat,
      Optional<NameServer> nameServer,
      List<Hook> hooks) {
    this(
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
        List.of(),
        List.of(),
        Optional.empty(),
        List.of());
  }

  /** The configuration of a node that has nothing yet. */
  public static NodeConfigBuilder builder(Name name, Platform platform) {
    return new NodeConfigBuilder(name, platform);
  }

  /** One that begins with what this node is. */
  public NodeConfigBuilder toBuilder() {
    return new NodeConfigBuilder(this);
  }

  /** The first tunnel that is there without an agent. */
  public Optional<InterfaceName> usualTunnel() {
    return interfaces.stream()
        .filter(tunnel -> !tunnel.table().isSpare())
        .map(TunnelInterface::name)
        .findFirst();
  }

  /** What this node itself passes on when it is asked. */
  public List<ForwardPermission> ownForwards() {
    return forwards.stream().filter(each -> each.gateway().equals(name)).toList();
  }

  /** The same node on another platform. */
  public NodeConfig on(Platform other) {
    return toBuilder().platform(other).build();
  }

  /** The same node by another name. */
  public NodeConfig withName(Name other) {
    return toBuilder().name(other).build();
  }

  /**
   * The same node with other tunnel interfaces.
   *
   * @throws IllegalArgumentException if two share a name
   */
  public NodeConfig withInterfaces(List<TunnelInterface> others) {
    return toBuilder().interfaces(others).build();
  }

  /** The same node with other routes. */
  public NodeConfig withRoutes(List<Route> others) {
    return toBuilder().routes(others).build();
  }

  /** The same node, forwarding otherwise. */
  public NodeConfig withForwarding(Forwarding ipv4, Forwarding ipv6) {
    return toBuilder().forwarding(ipv4, ipv6).build();
  }

  /** The same node with another firewall. */
  public NodeConfig withFirewall(Firewall other) {
    return toBuilder().firewall(other).build();
  }

  /** The same node, rewriting addresses otherwise. */
  public NodeConfig withNat(List<NatRule> others) {
    return toBuilder().nat(others).build();
  }

  /** The same node that reaches these by several ways. */
  public NodeConfig withDestinations(List<Destination> others) {
    return toBuilder().destinations(others).build();
  }

  /** The same node that has a part in these introductions. */
  public NodeConfig withIntroductions(List<Introduction> others) {
    return toBuilder().introductions(others).build();
  }

  /** The same node with its usual tunnels only, as it can be without an agent. */
  public NodeConfig withoutAgent() {
    return WithoutAgent.of(this);
  }

  /** The same node without the commands of its hooks. */
  public NodeConfig withoutHooks() {
    return toBuilder().hooks(List.of()).build();
  }

  /** This node with what another description of the same host adds, beside its interfaces. */
  public NodeConfig completedBy(NodeConfig other) {
    return toBuilder()
        .routes(both(routes, other.routes))
        .forwarding(
            forwardIpv4 == Forwarding.UNSTATED ? other.forwardIpv4 : forwardIpv4,
            forwardIpv6 == Forwarding.UNSTATED ? other.forwardIpv6 : forwardIpv6)
        .firewall(firewall.equals(Firewall.OPEN) ? other.firewall : firewall)
        .nat(both(nat, other.nat))
        .nameServer(nameServer.or(other::nameServer))
        .hooks(both(hooks, other.hooks))
        .build();
  }

  private static <T> List<T> both(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
