package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.input.Imported;
import guywire.network.Attachment;
import guywire.network.Doubt;
import guywire.network.EndpointAddress;
import guywire.network.FilterRule;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.HostPorts;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PeerConfig;
import guywire.network.Places;
import guywire.network.RouteTable;
import guywire.network.RoutingPolicy;
import guywire.network.Setback;
import guywire.network.Site;
import guywire.network.TunnelInterface;
import guywire.network.Underlay;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import guywire.protocol.PublicKey;
import guywire.prove.HostFacts.Trait;
import guywire.prove.Subject.HostCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes one network of the files of several hosts.
 *
 * <p>What no file and no fact says is assumed, and said: a node that others call at a public
 * address has that address; one whose peers expect a LAN behind it is that LAN's router; any other
 * is somewhere behind NAT.
 */
public final class Assembly {

  /** So many hosts are named where one is asked for that is not there. */
  private static final int MOST_NAMED = 12;

  private final Facts facts;
  private final List<Imported> imported;
  private final Map<PublicKey, Name> names = new HashMap<>();
  private final Map<PublicKey, PublicKey> keys = new HashMap<>();
  private final Map<PeerConfig, PeerConfig> named = new IdentityHashMap<>();
  private final Map<Name, IpAddress> called = new HashMap<>();
  private final Map<Name, String> calledByName = new LinkedHashMap<>();
  private final Map<Name, Set<Prefix>> behind = new HashMap<>();
  private final Overlaps<Name> tunnelSpace = new Overlaps<>();
  private final Map<Name, List<TunnelInterface>> tunnels = new HashMap<>();

  /** To whom a node sends what, of those that were asked for it. */
  private final Map<Name, Overlaps<Optional<Name>>> sends = new HashMap<>();

  private final Overlaps<Name> taken = new Overlaps<>();
  private final Map<Name, Place> wholes = new HashMap<>();
  private final Map<Name, Integer> turns = new HashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<HostCommand> commands = new ArrayList<>();
  private final List<Site> sites = new ArrayList<>();

  private Assembly(List<Imported> imported, Facts facts) {
    this.imported = new ArrayList<>(imported);
    this.facts = facts;
    facts.sites().forEach(this::add);
    findings.addAll(facts.findings());
  }

  /**
   * The network of these hosts.
   *
   * @param name what to call it
   * @param imported what the files of each host say
   * @param facts what is known beside
   */
  public static Subject of(Name name, List<Imported> imported, Facts facts) {
    return new Assembly(imported, facts).assemble(name);
  }

  private Subject assemble(Name name) {
    imported.forEach(one -> findings.addAll(one.findings()));
    imported.forEach(this::noteCommands);
    imported.removeIf(Assembly::isNoNode);
    for (var one : imported) {
      for (var tunnel : one.node().interfaces()) {
        tunnel
            .publicKey()
            .ifPresent(key -> {
              names.put(key, one.node().name());
              keys.putIfAbsent(key, key);
            });
      }
    }
    for (var one : imported) {
      wholes.putIfAbsent(one.node().name(), one.places().whole());
      one.node().interfaces().forEach(tunnel -> note(one.node().name(), tunnel));
    }
    imported.forEach(one -> listen(one.node()));
    facts.places().forEach(this::known);
    calledByName.keySet().forEach(who -> turns.put(who, turns.size() + 1));
    var nodes = new ArrayList<NodeConfig>();
    var attachments = new ArrayList<Attachment>();
    var places = new HashMap<Name, Places>();
    var ports = new HashMap<Name, HostPorts>();
    var setbacks = new ArrayList<Setback>();
    var doubts = new ArrayList<Doubt>();
    var policies = new ArrayList<RoutingPolicy>();
    for (var one : imported) {
      var node = named(one.node());
      var attachment = attachment(node);
      var host = facts.of(node.name());
      var side =
          new HostSide(
              node, host, HookModel.effects(node, one.commands()), attachment, site(attachment));
      var known = new ArrayList<>(one.setbacks());
      known.addAll(side.setbacks(one.places()));
      var applied =
          HookModel.applied(
              node, host, one.commands(), side.routes(), known, one.policies(), one.places()::of);
      nodes.add(applied.node());
      attachments.add(attachment);
      ports.put(node.name(), side.ports());
      setbacks.addAll(known);
      setbacks.addAll(applied.setbacks());
      doubts.addAll(one.doubts());
      doubts.addAll(applied.doubts());
      routedByDaemon(applied.node(), host).ifPresent(doubts::add);
      doubts.addAll(filteredByDaemon(applied.node(), host));
      policies.addAll(applied.policies());
      places.put(node.name(), one.places());
    }
    var underlay = new Underlay(sites, attachments, ports);
    var network =
        new Network(name, underlay, nodes, List.of(), List.of(), setbacks, doubts, policies);
    return new Subject(network, places, facts, findings, commands);
  }

  /** What no file says where a tunnel has no routes because a daemon is to make them. */
  private Optional<Doubt> routedByDaemon(NodeConfig node, HostFacts host) {
    boolean off =
        node.interfaces().stream().anyMatch(tunnel -> tunnel.table() instanceof RouteTable.Off);
    return Optional.ofNullable(facts.places().get(node.name()))
        .filter(place -> off && host.has(Trait.ROUTING_DAEMON))
        .map(place ->
            new Doubt(
                node.name(),
                Doubt.Stage.ROUTING,
                0,
                PacketMatch.ANY,
                Optional.empty(),
                false,
                place,
                Trait.ROUTING_DAEMON.word()));
  }

  /** What firewalld does with packets for which no rule is known; its zones are in no file. */
  private List<Doubt> filteredByDaemon(NodeConfig node, HostFacts host) {
    var place = Optional.ofNullable(facts.places().get(node.name()));
    if (place.isEmpty() || !host.has(Trait.FIREWALLD)) {
      return List.of();
    }
    var filter = node.firewall();
    return List.of(
        filtered(node, Doubt.Stage.INPUT, place.get(), filter.input().size()),
        filtered(node, Doubt.Stage.FORWARD, place.get(), filter.forward().size()));
  }

  private static Doubt filtered(NodeConfig node, Doubt.Stage stage, Place place, int after) {
    var asked = PacketMatch.ANY.of(PacketMatch.Connections.NEW);
    var verdict = Optional.of(FilterRule.Verdict.REJECT);
    String who = Trait.FIREWALLD.word();
    return new Doubt(node.name(), stage, after, asked, verdict, false, place, who);
  }

  /** Says it where facts are given for a host of which there is no file. */
  private void known(Name host, Place place) {
    if (!wholes.containsKey(host)) {
      String hosts =
          wholes.keySet().stream()
              .map(Name::text)
              .sorted()
              .limit(MOST_NAMED)
              .collect(Collectors.joining(", "));
      String all = wholes.size() > MOST_NAMED ? hosts + ", ..." : hosts;
      findings.add(
          new Finding(
              "A02",
              Severity.WARNING,
              Optional.empty(),
              place,
              Text.of(Assembly.class, "facts.no-host", host.text(), all),
              Text.of(Assembly.class, "facts.no-host.mend", host.text(), all)));
    }
  }

  /** A script without a tunnel beside it, a guide, a file of which nothing was understood. */
  private static boolean isNoNode(Imported one) {
    var node = one.node();
    boolean silent =
        node.forwardIpv4() == Forwarding.UNSTATED
            && node.forwardIpv6() == Forwarding.UNSTATED
            && node.firewall().equals(Firewall.OPEN)
            && node.nat().isEmpty()
            && node.nameServer().isEmpty();
    return node.interfaces().isEmpty() && (silent || !one.commands().isEmpty());
  }

  private void noteCommands(Imported one) {
    Optional<Name> host = isNoNode(one) ? Optional.empty() : Optional.of(one.node().name());
    one.commands().forEach(command -> commands.add(new HostCommand(host, command)));
  }

  /** What a node's file says of others. */
  private void listen(NodeConfig node) {
    for (var tunnel : node.interfaces()) {
      for (var peer : tunnel.peers()) {
        var who = Optional.ofNullable(names.get(peer.publicKey()));
        if (who.isPresent()) {
          peer.endpoint()
              .flatMap(EndpointAddress::address)
              .filter(address -> !World.isPrivate(address))
              .ifPresent(address -> called.putIfAbsent(who.get(), address));
          peer.endpoint()
              .filter(endpoint -> endpoint.address().isEmpty())
              .ifPresent(endpoint -> calledByName.putIfAbsent(who.get(), endpoint.host()));
          peer.allowedIps().stream()
              .filter(prefix -> isLan(prefix) && !passesOn(who.get(), node.name(), prefix))
              .forEach(prefix ->
                  behind.computeIfAbsent(who.get(), k -> new LinkedHashSet<>()).add(prefix));
        }
      }
    }
  }

  /** Whether a node itself sends packets for a prefix on to a peer, other than this one. */
  private boolean passesOn(Name node, Name from, Prefix prefix) {
    return sends.computeIfAbsent(node, this::sent).any(prefix, to -> !to.equals(Optional.of(from)));
  }

  /** Whether a prefix is a LAN: private, not one address, and no tunnel address lies in it. */
  private boolean isLan(Prefix prefix) {
    return !prefix.isHost()
        && World.isPrivate(prefix.address())
        && prefix.length() >= 16
        && !tunnelSpace.any(prefix);
  }

  /** Notes what a tunnel has, before anything is asked. */
  private void note(Name node, TunnelInterface tunnel) {
    tunnel.addresses().forEach(own -> tunnelSpace.add(own.prefix(), node));
    tunnels.computeIfAbsent(node, _ -> new ArrayList<>()).add(tunnel);
  }

  private Overlaps<Optional<Name>> sent(Name node) {
    var sent = new Overlaps<Optional<Name>>();
    for (var tunnel : tunnels.getOrDefault(node, List.of())) {
      for (var peer : tunnel.peers()) {
        var to = Optional.ofNullable(names.get(peer.publicKey()));
        peer.allowedIps().forEach(prefix -> sent.add(prefix, to));
      }
    }
    return sent;
  }

  private Attachment attachment(NodeConfig node) {
    var name = node.name();
    var said = facts.of(name).attachment();
    if (said.isPresent()) {
      return said.get();
    }
    var address = Optional.ofNullable(called.get(name)).or(() -> standIn(name));
    var lans = unclaimed(behind.getOrDefault(name, Set.of()));
    if (!lans.isEmpty()) {
      var site = new Name(shortened(name.text()) + "-lan");
      add(site(site, name, lans, address));
      assume(node, "assume.router", name.text(), joined(lans));
      return new Attachment.InSite(
          name, site, lans.stream().map(prefix -> prefix.address().plus(1)).toList());
    }
    if (address.isPresent()) {
      if (!called.containsKey(name)) {
        assume(node, "assume.named", name.text(), calledByName.getOrDefault(name, ""));
      }
      return new Attachment.Direct(name, List.of(address.get()));
    }
    assume(node, "assume.roaming", name.text());
    return new Attachment.Roaming(name, List.of(line(Nat.KEEPS_PORTS, Optional.empty())));
  }

  private Optional<Site> site(Attachment attachment) {
    return attachment instanceof Attachment.InSite inSite
        ? sites.stream().filter(site -> site.name().equals(inSite.site())).findFirst()
        : Optional.empty();
  }

  /** The address of a node that others call by a name, or what stands for it. */
  private Optional<IpAddress> standIn(Name name) {
    if (!calledByName.containsKey(name)) {
      return Optional.empty();
    }
    long turn = turns.getOrDefault(name, 0);
    return facts
        .ofName(calledByName.getOrDefault(name, ""))
        .flatMap(known -> known.addresses().stream().findFirst())
        .or(() -> Optional.of(WorldBuilder.NAMED.address().plus(turn)));
  }

  /** Those that no site has: whoever is expected to have a site's LAN is plugged in there. */
  private List<Prefix> unclaimed(Set<Prefix> lans) {
    return lans.stream().filter(lan -> !taken.any(lan)).toList();
  }

  private void add(Site site) {
    sites.add(site);
    site.lans().forEach(lan -> taken.add(lan.prefix(), site.name()));
  }

  private static Site site(Name site, Name router, List<Prefix> lans, Optional<IpAddress> address) {
    return new Site(
        site,
        lans.stream().map(lan -> new Site.Lan(lan, lan.address().plus(1))).toList(),
        line(Nat.KEEPS_PORTS, address),
        Optional.of(router),
        List.of(),
        List.of(),
        List.of());
  }

  private static Internet line(Nat nat, Optional<IpAddress> address) {
    return new Internet(
        nat, address, Optional.empty(), OptionalInt.empty(), Internet.USUAL_MAPPING_SECONDS);
  }

  private void assume(NodeConfig node, String key, Object... arguments) {
    findings.add(
        new Finding(
            "A01",
            Severity.INFO,
            Optional.of(node.name().text()),
            wholes.getOrDefault(node.name(), Place.PLANNED),
            Text.of(Assembly.class, key, arguments),
            Text.of(Assembly.class, key + ".mend", arguments)));
  }

  private NodeConfig named(NodeConfig node) {
    return node.withInterfaces(node.interfaces().stream().map(this::named).toList());
  }

  private TunnelInterface named(TunnelInterface tunnel) {
    return tunnel.withPeers(tunnel.peers().stream().map(this::named).toList());
  }

  private PeerConfig named(PeerConfig peer) {
    // One object for each key, and for all that is said alike of a peer: in a mesh it stands in
    // every file, and is looked up again and again.
    return peer.presharedKey().isPresent()
        ? renamed(peer)
        : named.computeIfAbsent(peer, this::renamed);
  }

  private PeerConfig renamed(PeerConfig peer) {
    var key = keys.getOrDefault(peer.publicKey(), peer.publicKey());
    return new PeerConfig(
        peer.name().or(() -> Optional.ofNullable(names.get(key))),
        key,
        peer.presharedKey(),
        peer.endpoint(),
        peer.allowedIps(),
        peer.keepaliveSeconds());
  }

  private static String shortened(String text) {
    return text.length() > 58 ? text.substring(0, 58) : text;
  }

  private static String joined(List<Prefix> prefixes) {
    return String.join(", ", prefixes.stream().map(Prefix::toString).toList());
  }
}
