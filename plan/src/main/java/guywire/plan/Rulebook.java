package guywire.plan;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Agents;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.ForwardPermission;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Platform;
import guywire.network.PortRange;
import guywire.network.Transport;
import guywire.plan.Aliases.Alias;
import guywire.plan.Permissions.Line;
import guywire.plan.Planes.Plane;
import guywire.plan.definition.Definition.OverlayEntry;
import guywire.plan.definition.Members.Member;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.Service;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The filter and the address rewriting of one node. Source addresses can be trusted here: WireGuard
 * drops a packet whose source is not in the allowed IPs of the peer it came from.
 *
 * <p>Rules only ever speak of packets that come out of the tunnel or go into it; the rest of the
 * host is its owner's. Destinations are filtered where they are, and once more at the hub, which
 * also protects devices that have no filter of ours (phones): from what it passes on, and from what
 * it sends them itself.
 */
final class Rulebook {

  /** Devices whose filter is their vendor's. */
  private static final Set<Platform> UNFILTERED =
      EnumSet.of(Platform.MACOS, Platform.IOS, Platform.ANDROID, Platform.WINDOWS);

  private static final String NO_LINE = "no line of the policy allows it";

  private final Scene scene;
  private final Permissions permissions;
  private final NodeEntry node;
  private final PacketMatch in;
  private final PacketMatch out;
  private final List<PacketMatch> through;
  private final PacketMatch toLan;
  private final PacketMatch fromLan;
  private final List<Plane> planes;
  private final RemoteLans remoteLans;
  private final PlannedForwards forwards;
  private final List<Prefix> lans;
  private final Set<Member> owned;
  private final Set<Member> inLan;

  Rulebook(
      Scene scene,
      Permissions permissions,
      RemoteLans remoteLans,
      PlannedForwards forwards,
      NodeEntry node) {
    this.scene = scene;
    this.permissions = permissions;
    this.remoteLans = remoteLans;
    this.forwards = forwards;
    this.node = node;
    owned = scene.owned(node);
    inLan = scene.inLan(node);
    planes = scene.planes().of(node.name());
    var tunnels = new ArrayList<>(List.of(node.tunnel()));
    planes.forEach(plane -> tunnels.add(scene.planes().tunnel(node.name(), plane)));
    in = PacketMatch.ANY.comingIn(new InterfaceMatch(tunnels, false));
    out = PacketMatch.ANY.goingOut(new InterfaceMatch(tunnels, false));
    through = through();
    toLan = in.goingOut(new InterfaceMatch(tunnels, true));
    fromLan = out.comingIn(new InterfaceMatch(tunnels, true));
    lans = scene.servedAs(node).stream().map(Alias::real).toList();
  }

  /**
   * What passes from tunnel to tunnel: out of the usual tunnel anywhere, and out of a tunnel
   * through a relay, at the relay, to that tunnel again or to whom only the relay has a tunnel to.
   * Every tunnel that passes something on also does so to the further gateways of LANs, of which
   * nothing goes on to another tunnel; what comes from them goes the usual way.
   */
  private List<PacketMatch> through() {
    var usual = PacketMatch.ANY.comingIn(InterfaceMatch.of(node.tunnel()));
    var all = new ArrayList<PacketMatch>();
    all.add(usual.goingOut(out.out().orElseThrow()));
    var toGateways = scene.planes().toGateways(node.name());
    for (var tunnel : toGateways) {
      var from = PacketMatch.ANY.comingIn(InterfaceMatch.of(tunnel));
      all.add(from.goingOut(InterfaceMatch.of(node.tunnel())));
    }
    for (var plane : planes) {
      if (plane.isRelayedBy(node.name())) {
        var side = InterfaceMatch.of(scene.planes().tunnel(node.name(), plane));
        var from = PacketMatch.ANY.comingIn(side);
        all.add(from.goingOut(side));
        if (!toGateways.isEmpty()) {
          all.add(from.goingOut(new InterfaceMatch(toGateways, false)));
        }
        if (!scene.planes().behind(plane).isEmpty()) {
          all.add(from.goingOut(InterfaceMatch.of(node.tunnel())));
        }
      }
    }
    return all;
  }

  /**
   * A packet goes through one relay and no other, whatever the agents choose: so it can't go round
   * in a circle.
   */
  private void onceRelayed(List<FilterRule> rules) {
    String comment = "one relay and no other";
    for (var plane : planes) {
      var name = scene.planes().tunnel(node.name(), plane);
      var from = PacketMatch.ANY.comingIn(InterfaceMatch.of(name));
      var others = new ArrayList<>(out.out().orElseThrow().names());
      if (plane.gateway() && !plane.relay().equals(node.name())) {
        others.remove(node.tunnel());
      }
      if (plane.isRelayedBy(node.name())) {
        others.remove(name);
        others.removeAll(scene.planes().toGateways(node.name()));
        var behind = scene.planes().behind(plane);
        if (!behind.isEmpty()) {
          others.remove(node.tunnel());
          var usual = from.goingOut(InterfaceMatch.of(node.tunnel()));
          add(rules, usual, Verdict.REJECT, List.of(), notBehind(behind), comment);
        }
      }
      if (!others.isEmpty()) {
        var match = from.goingOut(new InterfaceMatch(others, false));
        rules.add(new FilterRule(match, Verdict.REJECT, comment));
      }
    }
  }

  private List<Prefix> notBehind(List<NodeEntry> behind) {
    var prefixes = new ArrayList<Prefix>();
    for (var other : scene.definition().nodes()) {
      if (other != node && !behind.contains(other)) {
        prefixes.addAll(scene.tunnelPrefixes(other.name()));
        prefixes.addAll(scene.usualLans(other));
      }
    }
    return prefixes;
  }

  /** Whether the node has a filter of ours. */
  static boolean filters(NodeEntry node) {
    return !UNFILTERED.contains(node.platform());
  }

  /** Whether the node passes packets on that are not for itself. */
  boolean forwards() {
    return scene.relays(node.name())
        || !lans.isEmpty()
        || !scene.leavingThrough(node.name()).isEmpty();
  }

  /** The filter. */
  Firewall firewall() {
    if (!filters(node)) {
      return Firewall.OPEN;
    }
    return new Firewall(input(), Verdict.ACCEPT, forward(), Verdict.ACCEPT, output(), forwards());
  }

  private List<FilterRule> input() {
    if (permissions.isOpen()) {
      return List.of();
    }
    var rules = new ArrayList<FilterRule>();
    rules.add(accept(in.of(Connections.ESTABLISHED), "replies"));
    agents(rules, in);
    nameServer(rules, in);
    forwards.asked(node.name()).forEach(each -> forwardRequests(rules, in, each));
    for (var line : permissions.lines()) {
      var here = among(owned, line.to());
      if (!here.isEmpty()) {
        add(rules, in, line, sources(line), scene.realPrefixes(here));
      }
    }
    rules.add(new FilterRule(in, Verdict.REJECT, NO_LINE));
    return rules;
  }

  /** Those of a few members that are among many. */
  private static Set<Member> among(Set<Member> few, Set<Member> many) {
    var both = new LinkedHashSet<>(few);
    both.retainAll(many);
    return both;
  }

  private List<FilterRule> forward() {
    var rules = new ArrayList<FilterRule>();
    if (!forwards()) {
      return rules;
    }
    onceRelayed(rules);
    rules.add(accept(in.of(Connections.ESTABLISHED), "replies"));
    rules.add(accept(out.of(Connections.ESTABLISHED), "replies"));
    if (scene.relays(node.name())) {
      between(rules);
    }
    if (!lans.isEmpty()) {
      lan(rules);
    }
    // A LAN that nobody serves is next door to its exit all the same.
    var near = permissions.isOpen() ? lans : node.site().map(scene::realLans).orElse(lans);
    for (var client : scene.leavingThrough(node.name())) {
      if (!near.isEmpty()) {
        add(
            rules,
            toLan,
            Verdict.REJECT,
            scene.tunnelPrefixes(client.name()),
            near,
            "the LAN is not the internet");
      }
      toInternet(rules, toLan, client);
    }
    sendOn(rules);
    rules.add(new FilterRule(in, Verdict.REJECT, "nothing else comes from the tunnel"));
    rules.add(new FilterRule(out, Verdict.REJECT, "nothing else goes into the tunnel"));
    return rules;
  }

  /** What clients have for the internet goes on to their exit, which filters it once more. */
  private void sendOn(List<FilterRule> rules) {
    var clients = scene.sentOnBy(node.name());
    if (clients.isEmpty() || permissions.isOpen()) {
      return;
    }
    var usual = InterfaceMatch.of(node.tunnel());
    var onward = PacketMatch.ANY.comingIn(usual).goingOut(usual);
    var network = new ArrayList<Prefix>();
    scene.definition().overlay().forEach(overlay -> network.add(overlay.prefix()));
    scene.definition().nodes().forEach(other -> network.addAll(scene.servedLans(other)));
    for (var client : clients) {
      var sources = scene.tunnelPrefixes(client.name());
      add(rules, onward, Verdict.REJECT, sources, RemoteLans.shortened(network), NO_LINE);
      toInternet(rules, onward, client);
    }
  }

  /** A full tunnel leads to all of the internet, but for what the policy says about it. */
  private void toInternet(List<FilterRule> rules, PacketMatch base, NodeEntry client) {
    var sources = scene.tunnelPrefixes(client.name());
    boolean restricted = false;
    for (var line : permissions.lines()) {
      if (line.concerns(new Member.OfNode(client.name()), new Member.Internet())) {
        restricted |= line.allow();
        var verdict = line.allow() ? Verdict.ACCEPT : Verdict.REJECT;
        for (var match : carried(base, line.services())) {
          add(rules, match, verdict, sources, List.of(), line.comment());
        }
      }
    }
    if (!restricted) {
      String comment = "full tunnel of " + client.name();
      add(rules, base, Verdict.ACCEPT, sources, List.of(), comment);
    }
  }

  /**
   * What the node itself sends to neighbours that have no filter of ours: nobody else is on that
   * way.
   */
  private List<FilterRule> output() {
    var rules = new ArrayList<FilterRule>();
    if (permissions.isOpen() || !filters(node)) {
      return rules;
    }
    var unguarded = new LinkedHashSet<Member>();
    for (var neighbour : scene.neighbours(node.name())) {
      if (!filters(scene.node(neighbour))) {
        unguarded.add(new Member.OfNode(neighbour));
      }
    }
    if (unguarded.isEmpty()) {
      return rules;
    }
    var self = new Member.OfNode(node.name());
    rules.add(accept(out.of(Connections.ESTABLISHED), "replies"));
    for (var line : permissions.lines()) {
      var targets = among(unguarded, line.to());
      if (line.from().contains(self) && !targets.isEmpty()) {
        var verdict = line.allow() ? Verdict.ACCEPT : Verdict.REJECT;
        for (var match : carried(out, line.services())) {
          add(rules, match, verdict, List.of(), prefixes(targets), line.comment());
        }
      }
    }
    add(rules, out, Verdict.REJECT, List.of(), prefixes(unguarded), NO_LINE);
    return rules;
  }

  private void between(List<FilterRule> rules) {
    if (permissions.isOpen()) {
      through.forEach(match -> rules.add(accept(match, "between tunnels")));
      return;
    }
    for (var match : through) {
      agents(rules, match);
      nameServer(rules, match);
      forwards.passing(node.name()).forEach(each -> toForwards(rules, match, each));
      for (var line : permissions.lines()) {
        add(rules, match, line, sources(line), line.anyTo() ? List.of() : prefixes(line.to()));
      }
    }
  }

  /** Where there are several ways, agents ask each other which of them are alive. */
  private void agents(List<FilterRule> rules, PacketMatch base) {
    if (scene.planes().all().isEmpty()) {
      return;
    }
    var overlay = scene.definition().overlay().stream().map(OverlayEntry::prefix).toList();
    var match = base.carrying(Transport.UDP, List.of(PortRange.of(Agents.PORT)));
    add(rules, match, Verdict.ACCEPT, overlay, overlay, "agents");
  }

  /** A gateway is asked to forward at a port of its own. */
  private static void forwardRequests(
      List<FilterRule> rules, PacketMatch base, ForwardPermission permission) {
    var match = base.carrying(Transport.UDP, List.of(PortRange.of(Agents.FORWARD_PORT)));
    var at = permission.at().stream().map(Prefix::host).toList();
    add(rules, match, Verdict.ACCEPT, permission.from(), at, "asked to forward");
  }

  /**
   * What is on its way to a gateway that may open any port: which are open the gateway alone knows,
   * and refuses the rest.
   */
  private static void toForwards(
      List<FilterRule> rules, PacketMatch base, ForwardPermission permission) {
    forwardRequests(rules, base, permission);
    var match = base.carrying(permission.transport(), List.of(ForwardPermission.OPENED));
    var at = permission.at().stream().map(Prefix::host).toList();
    add(rules, match, Verdict.ACCEPT, permission.from(), at, "forwards of " + permission.gateway());
  }

  private void lan(List<FilterRule> rules) {
    boolean mayStart = scene.lanMayStart(node);
    if (permissions.isOpen()) {
      add(rules, toLan, Verdict.ACCEPT, List.of(), lans, "tunnel to LAN");
      if (mayStart) {
        add(rules, fromLan, Verdict.ACCEPT, lans, List.of(), "LAN to tunnel");
      }
      return;
    }
    for (var line : permissions.lines()) {
      var here = among(inLan, line.to());
      if (!here.isEmpty()) {
        add(rules, toLan, line, sources(line), scene.realPrefixes(here));
      }
      var mine = among(inLan, line.from());
      if (mayStart && !mine.isEmpty()) {
        var to = line.anyTo() ? List.<Prefix>of() : prefixes(line.to());
        add(rules, fromLan, line, scene.realPrefixes(mine), to);
      }
    }
  }

  /** Whoever uses the name server may ask it. */
  private void nameServer(List<FilterRule> rules, PacketMatch base) {
    var dns = scene.definition().dns();
    if (dns.isEmpty()) {
      return;
    }
    var server = dns.get().server().name();
    boolean here = base.out().isEmpty();
    if (here != server.equals(node.name())) {
      return;
    }
    var clients = new ArrayList<Prefix>();
    for (var client : scene.definition().nodes()) {
      if (PlannedNames.isClient(scene, client)) {
        clients.addAll(scene.tunnelPrefixes(client.name()));
      }
    }
    if (clients.isEmpty()) {
      return;
    }
    for (var transport : List.of(Transport.UDP, Transport.TCP)) {
      var match = base.carrying(transport, List.of(PortRange.of(PlannedNames.PORT)));
      add(rules, match, Verdict.ACCEPT, clients, scene.tunnelPrefixes(server), "name server");
    }
  }

  private List<Prefix> sources(Line line) {
    return line.anyFrom() ? List.of() : prefixes(line.from());
  }

  private List<Prefix> prefixes(Set<Member> members) {
    return scene.prefixes(members);
  }

  private void add(
      List<FilterRule> rules, PacketMatch base, Line line, List<Prefix> from, List<Prefix> to) {
    if ((from.isEmpty() && !line.anyFrom()) || (to.isEmpty() && !line.anyTo())) {
      return;
    }
    var verdict = line.allow() ? Verdict.ACCEPT : Verdict.REJECT;
    if (line.services().isEmpty()) {
      add(rules, base, verdict, from, to, line.comment());
    }
    for (var service : line.services()) {
      add(rules, carrying(base, service), verdict, from, to, line.comment());
    }
  }

  /** A match for each service, or the match itself where everything is meant. */
  private static List<PacketMatch> carried(PacketMatch base, List<Service> services) {
    return services.isEmpty()
        ? List.of(base)
        : services.stream().map(service -> carrying(base, service)).toList();
  }

  private static PacketMatch carrying(PacketMatch base, Service service) {
    return base.carrying(service.transport(), service.ports().map(List::of).orElse(List.of()));
  }

  /** One rule for each family in which both ends have addresses. */
  private static void add(
      List<FilterRule> rules,
      PacketMatch base,
      Verdict verdict,
      List<Prefix> from,
      List<Prefix> to,
      String comment) {
    if (from.isEmpty() && to.isEmpty()) {
      rules.add(new FilterRule(base, verdict, comment));
      return;
    }
    for (var family : Family.values()) {
      var sources = from.stream().filter(prefix -> prefix.family() == family).toList();
      var targets = to.stream().filter(prefix -> prefix.family() == family).toList();
      if ((from.isEmpty() || !sources.isEmpty()) && (to.isEmpty() || !targets.isEmpty())) {
        rules.add(new FilterRule(base.from(sources).to(targets), verdict, comment));
      }
    }
  }

  private static FilterRule accept(PacketMatch match, String comment) {
    return new FilterRule(match, Verdict.ACCEPT, comment);
  }

  /**
   * The address rewriting: of LANs that others know by an alias, into its own LAN where asked, and
   * to the internet for full tunnels.
   */
  List<NatRule> nat() {
    var rules = new ArrayList<NatRule>();
    for (var lan : scene.servedAs(node)) {
      if (!lan.isNone()) {
        rules.add(new NatRule.Map(in, lan.real(), lan.shown()));
      }
    }
    node.sourceNat()
        .ifPresent(sources -> {
          var from = sources.isEmpty() ? everyone() : prefixes(scene.members().of(sources));
          masquerade(rules, from, lans);
        });
    for (var client : scene.leavingThrough(node.name())) {
      masquerade(rules, scene.tunnelPrefixes(client.name()), List.of());
    }
    return rules;
  }

  /** Whatever may come out of the tunnel: the overlay, and LANs that may have to do with it. */
  private List<Prefix> everyone() {
    var all = new ArrayList<Prefix>();
    scene.definition().overlay().forEach(overlay -> all.add(overlay.prefix()));
    all.addAll(remoteLans.linkedWith(node));
    return RemoteLans.shortened(all);
  }

  private void masquerade(List<NatRule> rules, List<Prefix> from, List<Prefix> to) {
    for (var family : Family.values()) {
      var sources = from.stream().filter(prefix -> prefix.family() == family).toList();
      var targets = to.stream().filter(prefix -> prefix.family() == family).toList();
      if (!sources.isEmpty() && (to.isEmpty() || !targets.isEmpty())) {
        rules.add(new NatRule.Masquerade(toLan.from(sources).to(targets)));
      }
    }
  }
}
