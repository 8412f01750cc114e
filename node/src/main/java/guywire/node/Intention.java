package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the first setup of a node is about to do, recorded before it begins: if it is killed in the
 * middle, the next command knows what may be there.
 */
final class Intention {

  private Intention() {}

  /**
   * The record of all that may come to be.
   *
   * @throws SetupFailure if an interface of somebody else is in the way
   */
  static Recorded of(NodeConfig config, InterfaceName name, Work work) {
    var routing = new RouteSetup(work);
    Map<InterfaceName, Long> marks = new LinkedHashMap<>();
    for (var tunnel : config.interfaces()) {
      if (work.netlink().link(tunnel.name().text()).isPresent()) {
        throw InterfaceSetup.foreign(tunnel.name().text());
      }
      marks.put(tunnel.name(), routing.chooseMark(tunnel, Optional.empty()));
    }
    var full = NodeSetup.fullTunnels(config, marks);
    return new Recorded(
        false,
        config.name().text(),
        config.interfaces().stream().map(tunnel -> begun(tunnel, full)).toList(),
        config.routes().stream().map(RouteSetup::wanted).toList(),
        List.copyOf(SettingSetup.wanted(config).keySet()),
        SettingSetup.intended(config),
        NftTable.of(config, full).text(),
        FirewallSetup.passages(config.interfaces().stream().map(TunnelInterface::name).toList()),
        new ResolverSetup(work, name).intended(NodeSetup.resolver(config)),
        config.nameServer().map(NameServerText::format).orElse(""),
        EndpointWatch.wanted(config),
        List.of(),
        List.of());
  }

  /** Addresses and routes vanish with the interface; rules are found by the mark. */
  private static Recorded.Interface begun(
      TunnelInterface tunnel, Map<InterfaceName, Long> fullTunnels) {
    return new Recorded.Interface(
        tunnel.name().text(),
        "",
        fullTunnels.getOrDefault(tunnel.name(), 0L),
        List.of(),
        List.of(),
        List.of(),
        Map.of());
  }
}
