package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.input.Command;
import guywire.format.input.HookEffect;
import guywire.network.Attachment;
import guywire.network.Cryptokeys;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Part;
import guywire.network.Part.Setting;
import guywire.network.PeerConfig;
import guywire.network.Site;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import guywire.protocol.PublicKey;
import guywire.prove.Subject.HostCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** A subject laid out for inspection: its tunnels, and each peer entry with its other end. */
final class Inspection {

  /**
   * A tunnel interface of a node.
   *
   * @param node the node
   * @param tunnel the interface
   * @param cryptokeys its peers and prefixes, as WireGuard keeps them
   */
  record InspectedTunnel(NodeConfig node, TunnelInterface tunnel, Cryptokeys cryptokeys) {
    String name() {
      return node.name().text();
    }

    /** Whether an address is one of the interface's own. */
    boolean has(IpAddress address) {
      for (var own : tunnel.addresses()) {
        if (own.address().equals(address)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /**
   * A peer entry.
   *
   * @param near the interface that has it
   * @param index its number among the interface's peers
   * @param peer the entry
   * @param far the interface with the peer's key, if a node has it
   * @param back the entry there for this interface, if there is one
   */
  record InspectedLink(
      InspectedTunnel near,
      int index,
      PeerConfig peer,
      Optional<InspectedTunnel> far,
      Optional<PeerConfig> back) {

    /** What to call the peer. */
    String peerName() {
      return far.map(InspectedTunnel::name)
          .or(() -> peer.name().map(Name::text))
          .orElseGet(() -> peer.publicKey().toString());
    }

    /** Whether a prefix written for the peer is still its own, and went to none listed later. */
    boolean sends(Prefix prefix) {
      return Optional.ofNullable(near.cryptokeys().owners().get(prefix))
          .filter(owner -> owner.publicKey().equals(peer.publicKey()))
          .isPresent();
    }
  }

  private final Subject subject;
  private final List<InspectedTunnel> tunnels = new ArrayList<>();
  private final Map<PublicKey, List<InspectedTunnel>> byKey = new HashMap<>();
  private final Map<IpAddress, List<Integer>> byAddress = new HashMap<>();
  private final List<InspectedLink> links = new ArrayList<>();
  private final Map<Name, Attachment> attachments = new HashMap<>();
  private final Map<Name, Site> sites = new LinkedHashMap<>();
  private final Map<Name, Optional<Site>> siteOf = new HashMap<>();
  private final Map<Name, List<HookEffect>> effects = new HashMap<>();
  private final Map<InspectedTunnel, PrefixMap<PeerConfig>> owners = new HashMap<>();
  private Optional<Map<InspectedTunnel, List<InspectedTunnel>>> unanswered = Optional.empty();
  private Optional<Set<Doubted>> doubted = Optional.empty();
  private final Map<Name, List<Command>> commands = new HashMap<>();
  private final Map<Name, NodeConfig> nodes = new HashMap<>();
  private final Map<String, ScriptAsWhole> scripts;
  private final Reachability reachability;

  Inspection(Subject subject, Reachability reachability) {
    this.subject = subject;
    this.reachability = reachability;
    var underlay = subject.network().underlay();
    underlay.sites().forEach(site -> sites.put(site.name(), site));
    for (var attachment : underlay.attachments()) {
      attachments.put(attachment.node(), attachment);
      siteOf.put(
          attachment.node(),
          attachment instanceof Attachment.InSite place
              ? Optional.ofNullable(sites.get(place.site()))
              : Optional.empty());
    }
    scripts = ScriptAsWhole.of(subject.commands());
    for (var one : subject.commands()) {
      one.host()
          .ifPresent(
              host -> commands.computeIfAbsent(host, _ -> new ArrayList<>()).add(one.command()));
    }
    for (var node : subject.network().nodes()) {
      nodes.putIfAbsent(node.name(), node);
      effects.put(node.name(), HookModel.effects(node, commands(node)));
      for (var tunnel : node.interfaces()) {
        var one = new InspectedTunnel(node, tunnel, reachability.cryptokeys(tunnel));
        for (var own : tunnel.addresses()) {
          byAddress.computeIfAbsent(own.address(), _ -> new ArrayList<>()).add(tunnels.size());
        }
        tunnels.add(one);
        tunnel
            .publicKey()
            .ifPresent(key -> byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(one));
      }
    }
    // In a mesh there are many entries for each interface: they share one object.
    var first = new HashMap<PublicKey, Optional<InspectedTunnel>>();
    byKey.forEach((key, all) -> first.put(key, Optional.of(all.getFirst())));
    for (var near : tunnels) {
      var own = near.tunnel().publicKey();
      var peers = near.tunnel().peers();
      for (int i = 0; i < peers.size(); i++) {
        var peer = peers.get(i);
        var far = first.getOrDefault(peer.publicKey(), Optional.empty());
        Optional<PeerConfig> back =
            own.isPresent() && far.isPresent()
                ? Optional.ofNullable(far.get().cryptokeys().peers().get(own.get()))
                : Optional.empty();
        links.add(new InspectedLink(near, i, peer, far, back));
      }
    }
  }

  Subject subject() {
    return subject;
  }

  Reachability reachability() {
    return reachability;
  }

  List<NodeConfig> nodes() {
    return subject.network().nodes();
  }

  Optional<NodeConfig> node(Name name) {
    return Optional.ofNullable(nodes.get(name));
  }

  /** What scripts run on a node. */
  private List<Command> commands(NodeConfig node) {
    return commands.getOrDefault(node.name(), List.of());
  }

  /** What the file that a command stands in does as a whole. */
  ScriptAsWhole script(HostCommand command) {
    return Objects.requireNonNull(scripts.get(command.command().place().file()));
  }

  List<InspectedTunnel> tunnels() {
    return tunnels;
  }

  List<InspectedLink> links() {
    return links;
  }

  /** Who has an entry for an interface that has none for them. */
  List<InspectedTunnel> unanswered(InspectedTunnel tunnel) {
    var callers = unanswered.orElseGet(this::callers);
    unanswered = Optional.of(callers);
    return callers.getOrDefault(tunnel, List.of());
  }

  /** The other tunnels whose own address an entry gives its peer, in the order of all. */
  List<InspectedTunnel> addressed(InspectedLink link) {
    var found = new TreeSet<Integer>();
    for (var prefix : link.peer().allowedIps()) {
      if (prefix.isHost()) {
        found.addAll(byAddress.getOrDefault(prefix.address(), List.of()));
      }
    }
    return found.stream().map(tunnels::get).filter(other -> other != link.near()).toList();
  }

  private Map<InspectedTunnel, List<InspectedTunnel>> callers() {
    var callers = new HashMap<InspectedTunnel, List<InspectedTunnel>>();
    for (var link : links) {
      boolean itself = link.far().equals(Optional.of(link.near()));
      if (link.back().isEmpty() && !itself) {
        link.far()
            .ifPresent(
                far -> callers.computeIfAbsent(far, _ -> new ArrayList<>()).add(link.near()));
      }
    }
    return callers;
  }

  List<InspectedTunnel> withKey(PublicKey key) {
    return byKey.getOrDefault(key, List.of());
  }

  /** Whether an interface does not come up. */
  boolean isLost(NodeConfig node, InterfaceName tunnel) {
    return reachability.isLost(node.name(), tunnel);
  }

  HostFacts facts(NodeConfig node) {
    return subject.facts().of(node.name());
  }

  List<HookEffect> effects(NodeConfig node) {
    return effects.getOrDefault(node.name(), List.of());
  }

  Iterable<Site> sites() {
    return sites.values();
  }

  Optional<Attachment> attachment(NodeConfig node) {
    return Optional.ofNullable(attachments.get(node.name()));
  }

  /** Who owns which prefix of an interface. */
  PrefixMap<PeerConfig> owners(InspectedTunnel tunnel) {
    return owners.computeIfAbsent(
        tunnel,
        key ->
            reachability
                .owners(key.node().name(), key.tunnel().name())
                .orElseGet(() -> {
                  var map = new PrefixMap<PeerConfig>();
                  key.cryptokeys().owners().forEach(map::put);
                  return map;
                }));
  }

  /** Whether an address is in a tunnel's own network, or is sent to one of its peers. */
  boolean isInside(InspectedTunnel tunnel, IpAddress address) {
    return owners(tunnel).longest(address).isPresent()
        || tunnel.tunnel().addresses().stream().anyMatch(own -> own.prefix().contains(address));
  }

  /** The site a node is in. */
  Optional<Site> site(NodeConfig node) {
    return siteOf.getOrDefault(node.name(), Optional.empty());
  }

  /** The LANs of a site as tunnels know them. */
  List<Prefix> knownLans(Site site) {
    return site.lans().stream()
        .map(lan -> reachability().shownLans().shown(site.name(), lan.prefix()))
        .toList();
  }

  /** The line to the internet of a node that has not its own public address. */
  Optional<Internet> line(NodeConfig node) {
    return switch (attachments.get(node.name())) {
      case Attachment.Direct direct -> Optional.empty();
      case Attachment.Roaming roaming -> Optional.of(roaming.networks().getFirst());
      case Attachment.InSite inSite -> site(node).map(Site::internet);
      case null -> Optional.empty();
    };
  }

  /** Whether the internet can't begin a conversation with a node without help of a port forward. */
  boolean isBehindNat(NodeConfig node) {
    boolean routerWithAddress =
        site(node)
            .filter(site -> site.routerNode().equals(Optional.of(node.name())))
            .filter(site -> site.internet().publicAddress().isPresent())
            .filter(site -> site.internet().nat() != Nat.CARRIER)
            .isPresent();
    return !routerWithAddress && line(node).filter(line -> line.nat() != Nat.NONE).isPresent();
  }

  Place place(InspectedLink link, Setting setting) {
    return subject.place(
        link.near().node(),
        new Part.PeerSetting(link.near().tunnel().name(), link.index(), setting));
  }

  Place place(InspectedLink link) {
    return subject.place(
        link.near().node(), new Part.Peer(link.near().tunnel().name(), link.index()));
  }

  Place allowedIp(InspectedLink link, int index) {
    return subject.place(
        link.near().node(), new Part.AllowedIp(link.near().tunnel().name(), link.index(), index));
  }

  Place place(InspectedTunnel tunnel, Setting setting) {
    return subject.place(tunnel.node(), new Part.TunnelSetting(tunnel.tunnel().name(), setting));
  }

  Place place(InspectedTunnel tunnel) {
    return subject.place(tunnel.node(), new Part.Tunnel(tunnel.tunnel().name()));
  }

  Place address(InspectedTunnel tunnel, int index) {
    return subject.place(tunnel.node(), new Part.Address(tunnel.tunnel().name(), index));
  }

  /** A line of which nobody here knows what it does. */
  private record Doubted(Name node, Place place) {}

  /** Whether a command of a node is one of those that nobody here understands. */
  boolean isDoubted(NodeConfig node, int hook) {
    var known =
        doubted.orElseGet(() ->
            subject.network().doubts().stream()
                .map(doubt -> new Doubted(doubt.node(), doubt.place()))
                .collect(Collectors.toSet()));
    doubted = Optional.of(known);
    return known.contains(new Doubted(node.name(), hook(node, hook)));
  }

  /** Where a hook stands, or the command of a script counted after them. */
  Place hook(NodeConfig node, int index) {
    int ofScript = index - node.hooks().size();
    return ofScript < 0
        ? subject.place(node, new Part.Entry(Part.Listing.HOOKS, index))
        : commands(node).get(ofScript).place();
  }
}
