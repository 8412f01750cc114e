package guywire.network.config;

import java.util.List;
import java.util.Optional;

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
}
