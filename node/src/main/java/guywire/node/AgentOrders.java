package guywire.node;

import guywire.address.IpAddress;
import guywire.network.Destination;
import guywire.network.ForwardPermission;
import guywire.network.InterfaceName;
import guywire.network.Introduction;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.NodeConfig;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.json.RecordCodec;
import java.util.List;
import java.util.Optional;

/**
 * What the host's agent is told about a node. It holds no secret.
 *
 * @param node the node
 * @param usual its usual tunnel, after which the table of its choices is numbered
 * @param addresses its own tunnel addresses, those of the usual tunnel first
 * @param destinations what it reaches by more than one way
 * @param gateways the tunnels that lead to further gateways of LANs, whose chosen routes have
 *     tables of their own
 * @param nameServer the names that it answers for
 * @param endpoints the endpoints that are given by name, or are others in a LAN
 * @param introductions the pairs that are told where the other is, in which the node has a part
 * @param forwards what it passes on when it is asked
 * @param calledPorts the UDP ports on which it is called by peers that it can't call itself
 */
public record AgentOrders(
    Name node,
    InterfaceName usual,
    List<IpAddress> addresses,
    List<Destination> destinations,
    List<InterfaceName> gateways,
    Optional<NameServer> nameServer,
    List<PeerEndpoint> endpoints,
    List<Introduction> introductions,
    List<ForwardPermission> forwards,
    List<Integer> calledPorts) {

  /** As it is written down. */
  public static final RecordCodec<AgentOrders> CODEC = RecordCodec.of(AgentOrders.class);

  /** Copies the lists. */
  public AgentOrders {
    addresses = List.copyOf(addresses);
    destinations = List.copyOf(destinations);
    gateways = List.copyOf(gateways);
    endpoints = List.copyOf(endpoints);
    introductions = List.copyOf(introductions);
    forwards = List.copyOf(forwards);
    calledPorts = List.copyOf(calledPorts);
  }

  /** Those of a node that passes nothing on, and is called by nobody. */
  public AgentOrders(
      Name node,
      InterfaceName usual,
      List<IpAddress> addresses,
      List<Destination> destinations,
      List<InterfaceName> gateways,
      Optional<NameServer> nameServer,
      List<PeerEndpoint> endpoints,
      List<Introduction> introductions) {
    this(
        node,
        usual,
        addresses,
        destinations,
        gateways,
        nameServer,
        endpoints,
        introductions,
        List.of(),
        List.of());
  }

  /** Those for a node; empty if it needs no agent. */
  public static Optional<AgentOrders> of(NodeConfig config) {
    var followed = PeerEndpoint.of(config).stream().filter(PeerEndpoint::isFollowed).toList();
    return of(
        config,
        config.destinations(),
        followed,
        config.introductions(),
        config.ownForwards(),
        calledPorts(config));
  }

  /** For their sake alone no agent is started: most who are called have a public address. */
  private static List<Integer> calledPorts(NodeConfig config) {
    return config.interfaces().stream()
        .filter(tunnel -> tunnel.peers().stream().anyMatch(peer -> peer.endpoint().isEmpty()))
        .flatMapToInt(tunnel -> tunnel.listenPort().stream())
        .filter(port -> port > 0)
        .distinct()
        .boxed()
        .toList();
  }

  /** Those for a node of which the agent has to answer names alone. */
  static Optional<AgentOrders> ofNames(NodeConfig config) {
    return of(config, List.of(), List.of(), List.of(), List.of(), List.of());
  }

  private static Optional<AgentOrders> of(
      NodeConfig config,
      List<Destination> destinations,
      List<PeerEndpoint> endpoints,
      List<Introduction> introductions,
      List<ForwardPermission> forwards,
      List<Integer> calledPorts) {
    if (destinations.isEmpty()
        && config.nameServer().isEmpty()
        && endpoints.isEmpty()
        && introductions.isEmpty()
        && forwards.isEmpty()) {
      return Optional.empty();
    }
    var addresses =
        config.interfaces().stream()
            .flatMap(tunnel -> tunnel.addresses().stream())
            .map(address -> address.address())
            .distinct()
            .toList();
    var gateways =
        config.interfaces().stream()
            .filter(tunnel -> tunnel.table() instanceof RouteTable.ToGateway)
            .map(TunnelInterface::name)
            .toList();
    return config
        .usualTunnel()
        .map(usual ->
            new AgentOrders(
                config.name(),
                usual,
                addresses,
                destinations,
                gateways,
                config.nameServer(),
                endpoints,
                introductions,
                forwards,
                calledPorts));
  }
}
