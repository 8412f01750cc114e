package guywire.network;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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
    Optional<VirtualRouter> virtualRouter) {

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
        Optional.empty());
  }

  /** The first tunnel that is there without an agent. */
  public Optional<InterfaceName> usualTunnel() {
    return interfaces.stream()
        .filter(tunnel -> !tunnel.table().isSpare())
        .map(TunnelInterface::name)
        .findFirst();
  }

  /** The same node on another platform. */
  public NodeConfig on(Platform other) {
    return changed(copy -> copy.platform = other);
  }

  /** The same node by another name. */
  public NodeConfig withName(Name other) {
    return changed(copy -> copy.name = other);
  }

  /**
   * The same node with other tunnel interfaces.
   *
   * @throws IllegalArgumentException if two share a name
   */
  public NodeConfig withInterfaces(List<TunnelInterface> others) {
    return changed(copy -> copy.interfaces = others);
  }

  /** The same node with other routes. */
  public NodeConfig withRoutes(List<Route> others) {
    return changed(copy -> copy.routes = others);
  }

  /** The same node, forwarding otherwise. */
  public NodeConfig withForwarding(Forwarding ipv4, Forwarding ipv6) {
    return changed(copy -> {
      copy.forwardIpv4 = ipv4;
      copy.forwardIpv6 = ipv6;
    });
  }

  /** The same node with another firewall. */
  public NodeConfig withFirewall(Firewall other) {
    return changed(copy -> copy.firewall = other);
  }

  /** The same node, rewriting addresses otherwise. */
  public NodeConfig withNat(List<NatRule> others) {
    return changed(copy -> copy.nat = others);
  }

  /** The same node that reaches these by several ways. */
  public NodeConfig withDestinations(List<Destination> others) {
    return changed(copy -> copy.destinations = others);
  }

  /** The same node that has a part in these introductions. */
  public NodeConfig withIntroductions(List<Introduction> others) {
    return changed(copy -> copy.introductions = others);
  }

  /** The same node with its usual tunnels only, as it can be without an agent. */
  public NodeConfig withoutAgent() {
    return WithoutAgent.of(this);
  }

  /** The same node without the commands of its hooks. */
  public NodeConfig withoutHooks() {
    return changed(copy -> copy.hooks = List.of());
  }

  /** This node with what another description of the same host adds, beside its interfaces. */
  public NodeConfig completedBy(NodeConfig other) {
    return changed(copy -> {
      copy.routes = both(routes, other.routes);
      copy.forwardIpv4 = forwardIpv4 == Forwarding.UNSTATED ? other.forwardIpv4 : forwardIpv4;
      copy.forwardIpv6 = forwardIpv6 == Forwarding.UNSTATED ? other.forwardIpv6 : forwardIpv6;
      copy.firewall = firewall.equals(Firewall.OPEN) ? other.firewall : firewall;
      copy.nat = both(nat, other.nat);
      copy.nameServer = nameServer.or(other::nameServer);
      copy.hooks = both(hooks, other.hooks);
    });
  }

  private static <T> List<T> both(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private NodeConfig changed(Consumer<Copy> change) {
    var copy = new Copy(this);
    change.accept(copy);
    return copy.finish();
  }

  /** A node while one or two of its parts are exchanged. */
  private static final class Copy {
    private Name name;
    private Platform platform;
    private List<TunnelInterface> interfaces;
    private List<Route> routes;
    private Forwarding forwardIpv4;
    private Forwarding forwardIpv6;
    private Firewall firewall;
    private List<NatRule> nat;
    private Optional<NameServer> nameServer;
    private List<Hook> hooks;
    private List<Destination> destinations;
    private List<Introduction> introductions;
    private final Optional<VirtualRouter> virtualRouter;

    Copy(NodeConfig node) {
      name = node.name;
      platform = node.platform;
      interfaces = node.interfaces;
      routes = node.routes;
      forwardIpv4 = node.forwardIpv4;
      forwardIpv6 = node.forwardIpv6;
      firewall = node.firewall;
      nat = node.nat;
      nameServer = node.nameServer;
      hooks = node.hooks;
      destinations = node.destinations;
      introductions = node.introductions;
      virtualRouter = node.virtualRouter;
    }

    NodeConfig finish() {
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
          virtualRouter);
    }
  }
}
