package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The LANs that gateways show to their tunnels as other prefixes ({@link NatRule.Map}): outside of
 * such a LAN its machines are meant by other addresses than inside. Never changes.
 */
public final class ShownLans {

  private final Map<Name, List<NatRule.Map>> maps = new HashMap<>();
  private final Map<Name, Name> siteOf = new HashMap<>();

  private ShownLans(Network network, Function<NodeConfig, List<NatRule>> nat) {
    for (var attachment : network.underlay().attachments()) {
      if (attachment instanceof Attachment.InSite in) {
        siteOf.put(in.node(), in.site());
      }
    }
    for (var node : network.nodes()) {
      var site = Optional.ofNullable(siteOf.get(node.name())).flatMap(network.underlay()::site);
      site.ifPresent(at -> add(at, node, nat.apply(node)));
    }
  }

  private void add(Site site, NodeConfig node, List<NatRule> nat) {
    for (var rule : nat) {
      if (rule instanceof NatRule.Map map
          && isForTunnels(node, map)
          && site.lans().stream().anyMatch(lan -> lan.prefix().overlaps(map.real()))) {
        maps.computeIfAbsent(site.name(), _ -> new ArrayList<>()).add(map);
      }
    }
  }

  private static boolean isForTunnels(NodeConfig node, NatRule.Map map) {
    return map.match()
        .in()
        .or(() -> map.match().out())
        .map(side ->
            side.negated()
                != node.interfaces().stream()
                    .anyMatch(tunnel -> side.names().contains(tunnel.name())))
        .orElse(true);
  }

  /** Those of a network. */
  public static ShownLans of(Network network) {
    return of(network, NodeConfig::nat);
  }

  /**
   * Those of a network whose nodes rewrite addresses by other rules than their configurations say.
   */
  public static ShownLans of(Network network, Function<NodeConfig, List<NatRule>> nat) {
    return new ShownLans(network, nat);
  }

  /** As which prefix others know a LAN of a site: its own, if it is shown as no other. */
  public Prefix shown(Name site, Prefix lan) {
    return map(site, lan.address())
        .filter(map -> map.real().contains(lan))
        .map(map -> new Prefix(map.shown(lan.address()), lan.length()))
        .orElse(lan);
  }

  /** The addresses by which a machine of a site is meant outside of it. */
  public List<IpAddress> shown(Name site, List<IpAddress> addresses) {
    return addresses.stream()
        .map(address -> map(site, address).map(map -> map.shown(address)).orElse(address))
        .toList();
  }

  /** The addresses by which a spot means one with these own addresses. */
  public List<IpAddress> meant(Spot from, Spot to, List<IpAddress> addresses) {
    return to instanceof Spot.Host host && !site(from).equals(Optional.of(host.site()))
        ? shown(host.site(), addresses)
        : addresses;
  }

  /** Where a spot stands, if it is in a site. */
  private Optional<Name> site(Spot spot) {
    return switch (spot) {
      case Spot.Node node -> Optional.ofNullable(siteOf.get(node.name()));
      case Spot.Host host -> Optional.of(host.site());
      case Spot.Outside _ -> Optional.empty();
    };
  }

  private Optional<NatRule.Map> map(Name site, IpAddress address) {
    return maps.getOrDefault(site, List.of()).stream()
        .filter(map -> map.real().contains(address))
        .findFirst();
  }
}
