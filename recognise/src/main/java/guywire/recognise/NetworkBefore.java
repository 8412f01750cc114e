package guywire.recognise;

import guywire.network.Doubt;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Site;
import guywire.network.TunnelInterface;
import guywire.network.Underlay;
import guywire.network.text.Text;
import guywire.prove.Facts;
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

  /**
   * The network of these members.
   *
   * @param facts what is known beside the files: where they speak of a site, its router has the
   *     routes that they name, and no other that the plan would like it to have
   */
  static Network of(List<Member> members, PeerRoutes ways, Network planned, Facts facts) {
    var before = new NetworkBefore(members, ways);
    var underlay = planned.underlay();
    var sites = underlay.sites().stream().map(site -> known(site, facts)).toList();
    return new Network(
        planned.name(),
        new Underlay(sites, underlay.attachments(), underlay.ports()),
        planned.nodes().stream().map(before::node).toList(),
        List.of());
  }

  private static Site known(Site planned, Facts facts) {
    return said(planned, facts)
        .map(fact ->
            new Site(
                planned.name(),
                planned.lans(),
                planned.internet(),
                planned.routerNode(),
                planned.hosts(),
                fact.routes(),
                planned.portForwards()))
        .orElse(planned);
  }

  /** What the facts say of a site, which may have another name there. */
  private static Optional<Site> said(Site planned, Facts facts) {
    return facts.sites().stream()
        .filter(fact ->
            fact.lans().stream()
                .anyMatch(lan ->
                    planned.lans().stream().anyMatch(own -> own.prefix().equals(lan.prefix()))))
        .findFirst();
  }

  /**
   * What is taken for granted and nobody said: that commands which are not understood change
   * nothing, and the routes of routers without facts.
   */
  static List<Text> assumed(Network planned, Facts facts, List<Doubt> doubts) {
    var assumed = new ArrayList<Text>();
    for (var doubt : doubts) {
      assumed.add(
          Text.of(
              NetworkBefore.class,
              "assumed.command",
              doubt.node().text(),
              doubt.place().toString(),
              doubt.command()));
    }
    for (var site : planned.underlay().sites()) {
      if (said(site, facts).isEmpty()) {
        for (var route : site.routes()) {
          assumed.add(
              Text.of(
                  NetworkBefore.class,
                  "assumed.route",
                  site.name().text(),
                  route.to().toString(),
                  route.via().toString()));
        }
      }
    }
    return assumed;
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
