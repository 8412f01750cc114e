package guywire.recognise;

import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.TunnelInterface;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The network as its files have it, in the surroundings of the plan it is compared with. Of whom
 * there is no file is as planned: nothing is known that could differ.
 */
final class NetworkBefore {

  private final PeerRoutes ways;
  private final Map<Name, Member> members = new HashMap<>();

  private NetworkBefore(List<Member> all, PeerRoutes ways) {
    this.ways = ways;
    all.forEach(member -> members.put(member.name(), member));
  }

  static Network of(List<Member> members, PeerRoutes ways, Network planned) {
    var before = new NetworkBefore(members, ways);
    return new Network(
        planned.name(),
        planned.underlay(),
        planned.nodes().stream().map(before::node).toList(),
        List.of());
  }

  private NodeConfig node(NodeConfig planned) {
    var member = Optional.ofNullable(members.get(planned.name()));
    var config = member.flatMap(Member::config);
    if (config.isEmpty()) {
      return planned;
    }
    var mtu = planned.interfaces().getFirst().mtu();
    var tunnels = new ArrayList<TunnelInterface>();
    for (var tunnel : config.get().interfaces()) {
      tunnels.add(tunnel(tunnel, member.get(), mtu));
    }
    return config.get().withName(planned.name()).withInterfaces(tunnels);
  }

  /** With names for the peers, and with what a file leaves to others filled in as planned. */
  private TunnelInterface tunnel(TunnelInterface tunnel, Member member, OptionalInt mtu) {
    return new TunnelInterface(
        tunnel.name(),
        tunnel.privateKey(),
        tunnel.publicKey().or(member::key),
        tunnel.addresses(),
        tunnel.listenPort(),
        tunnel.firewallMark(),
        tunnel.mtu().isPresent() ? tunnel.mtu() : mtu,
        tunnel.table(),
        tunnel.dns(),
        tunnel.peers().stream().map(this::named).toList());
  }

  private PeerConfig named(PeerConfig peer) {
    return peer.withName(ways.member(peer).map(Member::name).or(peer::name));
  }
}
