package guywire.network.config;

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
    List<Hook> hooks) {

  /**
   * Copies the lists and checks that no two interfaces share a name.
   *
   * @throws IllegalArgumentException if two do
   */
  public NodeConfig {
    interfaces = List.copyOf(interfaces);
    routes = List.copyOf(routes);
    nat = List.copyOf(nat);
    hooks = List.copyOf(hooks);
    if (interfaces.stream().map(TunnelInterface::name).distinct().count() != interfaces.size()) {
      throw new IllegalArgumentException("two interfaces of " + name + " share a name");
    }
  }

  /** The same node on another platform. */
  public NodeConfig on(Platform other) {
    return new NodeConfig(
        name,
        other,
        interfaces,
        routes,
        forwardIpv4,
        forwardIpv6,
        firewall,
        nat,
        nameServer,
        hooks);
  }

  /** The same node by another name. */
  public NodeConfig withName(Name other) {
    return new NodeConfig(
        other,
        platform,
        interfaces,
        routes,
        forwardIpv4,
        forwardIpv6,
        firewall,
        nat,
        nameServer,
        hooks);
  }

  /**
   * The same node with other tunnel interfaces.
   *
   * @throws IllegalArgumentException if two share a name
   */
  public NodeConfig withInterfaces(List<TunnelInterface> others) {
    return new NodeConfig(
        name, platform, others, routes, forwardIpv4, forwardIpv6, firewall, nat, nameServer, hooks);
  }

  /** The same node, forwarding otherwise. */
  public NodeConfig withForwarding(Forwarding ipv4, Forwarding ipv6) {
    return new NodeConfig(
        name, platform, interfaces, routes, ipv4, ipv6, firewall, nat, nameServer, hooks);
  }

  /** The same node with another firewall. */
  public NodeConfig withFirewall(Firewall other) {
    return new NodeConfig(
        name,
        platform,
        interfaces,
        routes,
        forwardIpv4,
        forwardIpv6,
        other,
        nat,
        nameServer,
        hooks);
  }

  /** The same node, rewriting addresses otherwise. */
  public NodeConfig withNat(List<NatRule> others) {
    return new NodeConfig(
        name,
        platform,
        interfaces,
        routes,
        forwardIpv4,
        forwardIpv6,
        firewall,
        others,
        nameServer,
        hooks);
  }

  /** The same node without the commands of its hooks. */
  public NodeConfig withoutHooks() {
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
        List.of());
  }

  /** This node with what another description of the same host adds, beside its interfaces. */
  public NodeConfig completedBy(NodeConfig other) {
    return new NodeConfig(
        name,
        platform,
        interfaces,
        both(routes, other.routes),
        forwardIpv4 == Forwarding.UNSTATED ? other.forwardIpv4 : forwardIpv4,
        forwardIpv6 == Forwarding.UNSTATED ? other.forwardIpv6 : forwardIpv6,
        firewall.equals(Firewall.OPEN) ? other.firewall : firewall,
        both(nat, other.nat),
        nameServer.or(other::nameServer),
        both(hooks, other.hooks));
  }

  private static <T> List<T> both(List<T> first, List<T> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
