package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.address.Prefixes;
import guywire.network.Name;
import guywire.network.Spot;
import guywire.network.VirtualRouter;
import guywire.plan.Aliases.Alias;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Definition.Topology;
import guywire.plan.definition.Members;
import guywire.plan.definition.Members.Member;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Duty;
import guywire.plan.definition.NodeEntry.Where;
import guywire.plan.definition.SiteEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A definition with everything settled that the parts of a plan share: addresses, surroundings, who
 * dials whom, and the ways of packets.
 */
final class Scene {

  /** Sets of so many members are looked up once. */
  private static final int MANY = 16;

  /** The priority of the first of several gateways; each further one has less. */
  private static final int FIRST_PRIORITY = 200;

  private static final int PRIORITY_STEP = 10;

  private final Definition definition;
  private final Members members;
  private final Map<Name, List<IpAddress>> tunnelAddresses;
  private final UnderlayDefaults surroundings;
  private final Dialling dialling;
  private final NextHops paths;
  private final Aliases aliases;
  private final Planes planes;
  private final Map<Name, List<Name>> neighbours = new LinkedHashMap<>();
  private final Set<Name> relays = new HashSet<>();
  private final Map<Name, NodeEntry> gateways = new HashMap<>();
  private final Map<Name, SiteEntry> sites = new HashMap<>();
  private final Map<Name, List<Alias>> lans = new HashMap<>();
  private final Map<Name, List<NodeEntry>> leaving = new HashMap<>();
  private final Map<Name, List<NodeEntry>> sentOn = new HashMap<>();

  /** What sets of members stand for, by identity: every node asks for the same lines' sets. */
  private final Map<Set<Member>, List<Prefix>> prefixes = new IdentityHashMap<>();

  Scene(
      Definition definition,
      Members members,
      Map<Name, List<IpAddress>> tunnelAddresses,
      UnderlayDefaults surroundings,
      Dialling dialling,
      NextHops paths,
      Aliases aliases) {
    this.definition = definition;
    this.members = members;
    this.tunnelAddresses = tunnelAddresses;
    this.surroundings = surroundings;
    this.dialling = dialling;
    this.paths = paths;
    this.aliases = aliases;
    this.planes = new Planes(definition, members, dialling, paths);
    for (var site : definition.sites()) {
      sites.put(site.name(), site);
      lans.put(
          site.name(),
          aliases.of(site.name()).stream()
              .filter(lan -> families().contains(lan.real().family()))
              .toList());
    }
    for (var node : definition.nodes()) {
      if (node.servesLan()) {
        node.site().ifPresent(site -> gateways.putIfAbsent(site, node));
      }
      exit(node)
          .ifPresent(exit -> leaving.computeIfAbsent(exit, name -> new ArrayList<>()).add(node));
    }
    for (var node : definition.nodes()) {
      exit(node)
          .flatMap(exit -> relayTo(node, exit))
          .ifPresent(relay -> sentOn.computeIfAbsent(relay, name -> new ArrayList<>()).add(node));
    }
    walk();
  }

  /** Finds each node's neighbours, and the nodes that pass packets on. */
  private void walk() {
    var found = new HashMap<Name, Set<Name>>();
    for (var from : definition.nodes()) {
      var hub = paths.hubOf(from.name());
      hub.ifPresent(
          name -> found.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(from.name()));
      if (isPlainSpoke(from.name())) {
        hub.ifPresent(
            name -> found.computeIfAbsent(from.name(), n -> new LinkedHashSet<>()).add(name));
        continue;
      }
      for (var to : definition.nodes()) {
        if (from != to) {
          paths
              .next(from.name(), to.name())
              .ifPresent(next -> {
                found.computeIfAbsent(from.name(), n -> new LinkedHashSet<>()).add(next);
                if (!next.equals(to.name())) {
                  relays.add(next);
                }
              });
        }
      }
    }
    var turns = new HashMap<Name, Integer>();
    definition.nodes().forEach(node -> turns.put(node.name(), turns.size()));
    for (var node : definition.nodes()) {
      var mine = found.getOrDefault(node.name(), Set.of());
      neighbours.put(node.name(), mine.stream().sorted(Comparator.comparing(turns::get)).toList());
    }
  }

  Definition definition() {
    return definition;
  }

  Members members() {
    return members;
  }

  UnderlayDefaults surroundings() {
    return surroundings;
  }

  Dialling dialling() {
    return dialling;
  }

  NextHops paths() {
    return paths;
  }

  /** The tunnels beside the usual ones. */
  Planes planes() {
    return planes;
  }

  NodeEntry node(Name name) {
    return paths.node(name);
  }

  /** The nodes it has a tunnel to, in the order of the definition. */
  List<Name> neighbours(Name node) {
    return neighbours.getOrDefault(node, List.of());
  }

  /** Whether it passes packets from one tunnel to another. */
  boolean relays(Name node) {
    return relays.contains(node)
        || paths.isHub(node)
        || planes.of(node).stream().anyMatch(plane -> plane.isRelayedBy(node));
  }

  /** The node that serves a site's LAN; of several the first. */
  Optional<NodeEntry> gateway(Name site) {
    return Optional.ofNullable(gateways.get(site));
  }

  /**
   * Where the router of a LAN sends what is for the tunnels: to a gateway, or what several share.
   */
  List<IpAddress> hopsInto(Name site, Name gateway) {
    var shared = virtualAddresses(site);
    return shared.isEmpty() ? surroundings.lanAddresses(gateway) : shared;
  }

  private List<IpAddress> virtualAddresses(Name site) {
    return site(site).stream()
        .flatMap(entry -> entry.virtualAddresses().stream())
        .map(NodeEntry.Placed::value)
        .toList();
  }

  /** A gateway's part in the address that it shares with others; the first has it first. */
  Optional<VirtualRouter> virtualRouter(NodeEntry node) {
    var shared = node.site().map(this::virtualAddresses).orElse(List.of());
    var further = node.site().map(planes::gatewaysOf).orElse(List.of());
    if (shared.isEmpty() || further.isEmpty() || !node.servesLan()) {
      return Optional.empty();
    }
    var relays = further.stream().map(Planes.Plane::relay).toList();
    int turn = relays.indexOf(node.name()) + 1;
    var watched = further.getFirst().members().getFirst();
    int last = (int) (shared.getFirst().low() & 0xff);
    return Optional.of(
        new VirtualRouter(
            Math.max(1, last),
            shared,
            Math.max(VirtualRouter.FALL + 1, FIRST_PRIORITY - turn * PRIORITY_STEP),
            watched,
            tunnelAddresses(watched).getFirst()));
  }

  /** The tunnel addresses of a node. */
  List<IpAddress> tunnelAddresses(Name node) {
    return tunnelAddresses.getOrDefault(node, List.of());
  }

  /** The tunnel addresses of a node as prefixes. */
  List<Prefix> tunnelPrefixes(Name node) {
    return tunnelAddresses(node).stream().map(Prefix::host).toList();
  }

  /** The families of the overlay. */
  List<Family> families() {
    return definition.overlay().stream().map(overlay -> overlay.prefix().family()).toList();
  }

  /** The site of this name. */
  Optional<SiteEntry> site(Name name) {
    return Optional.ofNullable(sites.get(name));
  }

  /**
   * The LANs of a site that the tunnel carries: those written down, of the overlay's families, as
   * the tunnel knows them.
   */
  List<Prefix> lans(Name site) {
    return known(site).stream().map(Alias::shown).toList();
  }

  /** The same LANs as they are within the site, where the gateway's own rules meet them. */
  List<Prefix> realLans(Name site) {
    return known(site).stream().map(Alias::real).toList();
  }

  private List<Alias> known(Name site) {
    return lans.getOrDefault(site, List.of());
  }

  /** The LANs that a node serves, as the tunnel knows them. */
  List<Prefix> servedLans(NodeEntry node) {
    return servedAs(node).stream().map(Alias::shown).toList();
  }

  /** The LANs that a node serves, each with what the tunnel knows it as. */
  List<Alias> servedAs(NodeEntry node) {
    return node.servesLan() ? node.site().map(this::known).orElse(List.of()) : List.of();
  }

  /**
   * The LANs that a node need not be led to: those it stands in, and of one that it serves also the
   * alias. Who only stands in it may mean its machines by the alias, too, by way of the gateway.
   */
  Set<Prefix> standsIn(NodeEntry node) {
    var own = new LinkedHashSet<Prefix>();
    node.site().ifPresent(site -> surroundings.lans(site).forEach(lan -> own.add(lan.prefix())));
    own.addAll(servedLans(node));
    return own;
  }

  /** The addresses by which a machine of a site is meant through tunnels, if it is. */
  List<IpAddress> known(Name site, List<IpAddress> addresses) {
    return addresses.stream()
        .flatMap(address ->
            known(site).stream()
                .filter(lan -> lan.real().contains(address))
                .map(lan -> lan.shown(address)))
        .toList();
  }

  /** The LANs that the usual tunnels lead to through a node: of several gateways, the first. */
  List<Prefix> usualLans(NodeEntry node) {
    return node.site().flatMap(this::gateway).filter(first -> first == node).isPresent()
        ? servedLans(node)
        : List.of();
  }

  /** Whether hosts of the LAN can start connections into the tunnel: their packets get there. */
  boolean lanMayStart(NodeEntry gateway) {
    return gateway.where() instanceof Where.InSite in
        && switch (in.duty()) {
          case Duty.Router router -> true;
          case Duty.Gateway way -> way.staticRoute();
          case Duty.Member member -> false;
        };
  }

  /** The node through which all traffic of a node leaves. */
  Optional<Name> exit(NodeEntry node) {
    return node.fullTunnel().flatMap(full -> full.exit().or(() -> paths.hubOf(node.name())));
  }

  /** The nodes whose traffic leaves through this one. */
  List<NodeEntry> leavingThrough(Name exit) {
    return leaving.getOrDefault(exit, List.of());
  }

  /**
   * The one node between a node and the exit that all its traffic leaves through, where the two
   * have no tunnel between them: an exit behind a hub.
   */
  Optional<Name> relayTo(NodeEntry node, Name exit) {
    var way = paths.way(node.name(), exit);
    return way.size() == 3 && way.reversed().equals(paths.way(exit, node.name()))
        ? Optional.of(way.get(1))
        : Optional.empty();
  }

  /** The nodes whose traffic for the internet this one sends on to an exit behind it. */
  List<NodeEntry> sentOnBy(Name relay) {
    return sentOn.getOrDefault(relay, List.of());
  }

  /** The exit behind this node to which it sends them on. */
  Optional<Name> exitBehind(Name relay) {
    return sentOnBy(relay).stream().findFirst().flatMap(this::exit);
  }

  /** The addresses that a name of a policy stands for. */
  List<Prefix> prefixes(Member member) {
    return switch (member) {
      case Member.OfNode node -> tunnelPrefixes(node.name());
      case Member.OfSite site -> lans(site.name());
      case Member.OfHost host ->
          known(host.site(), lanAddresses(host)).stream().map(Prefix::host).toList();
      case Member.Internet internet -> List.of();
    };
  }

  /** The addresses of a host in its site's LANs. */
  private List<IpAddress> lanAddresses(Member.OfHost host) {
    return surroundings.hosts(host.site()).stream()
        .filter(found -> found.name().equals(host.name()))
        .flatMap(found -> found.addresses().stream())
        .toList();
  }

  /**
   * The addresses of members as the gateway of their LAN meets them, between its tunnels and the
   * LAN: there they have their own.
   */
  List<Prefix> realPrefixes(Set<Member> near) {
    var found = new TreeSet<Prefix>();
    for (var member : near) {
      switch (member) {
        case Member.OfSite site -> found.addAll(realLans(site.name()));
        case Member.OfHost host -> {
          var lans = realLans(host.site());
          lanAddresses(host).stream()
              .filter(address -> Prefixes.contain(lans, address))
              .forEach(address -> found.add(Prefix.host(address)));
        }
        case Member.OfNode _, Member.Internet _ -> found.addAll(prefixes(member));
      }
    }
    return List.copyOf(found);
  }

  /** The addresses at which a gateway reaches a machine that it is asked to forward to. */
  List<IpAddress> forwardedTo(NodeEntry gateway, Spot spot) {
    return switch (spot) {
      case Spot.Node node -> tunnelAddresses(node.name());
      case Spot.Host host -> {
        var own = lanAddresses(new Member.OfHost(host.site(), host.name()));
        boolean near = gateway.site().equals(Optional.of(host.site()));
        yield near ? own : gateway(host.site()).map(_ -> known(host.site(), own)).orElse(List.of());
      }
      case Spot.Outside _ -> List.of();
    };
  }

  /** The same as prefixes, of whoever is meant. */
  List<Prefix> forwardedTo(NodeEntry gateway, Member member) {
    return switch (member) {
      case Member.OfNode node -> tunnelPrefixes(node.name());
      case Member.OfHost host ->
          forwardedTo(gateway, new Spot.Host(host.site(), host.name())).stream()
              .map(Prefix::host)
              .toList();
      case Member.OfSite site ->
          gateway.site().equals(Optional.of(site.name()))
              ? site(site.name()).stream()
                  .flatMap(entry -> entry.lans().stream())
                  .map(SiteEntry.LanEntry::prefix)
                  .toList()
              : carriedLans(site.name());
      case Member.Internet _ -> List.of();
    };
  }

  /** The LANs of a site that tunnels lead to. */
  private List<Prefix> carriedLans(Name site) {
    return gateway(site).isPresent() ? lans(site) : List.of();
  }

  /** The addresses of several; a group that is wholly among them stands as its range. */
  List<Prefix> prefixes(Set<Member> wanted) {
    return wanted.size() < MANY ? looked(wanted) : prefixes.computeIfAbsent(wanted, this::looked);
  }

  private List<Prefix> looked(Set<Member> wanted) {
    var prefixes = new TreeSet<Prefix>();
    wanted.forEach(member -> prefixes.addAll(prefixes(member)));
    for (var group : definition.groups()) {
      if (!group.addresses().isEmpty() && wanted.containsAll(members.of(group.members()))) {
        for (var range : group.addresses()) {
          prefixes.removeIf(range.value()::contains);
          prefixes.add(range.value());
        }
      }
    }
    return List.copyOf(prefixes);
  }

  /** Whether packets between tunnels take a way that nobody has to name: an aggregate fits. */
  boolean isSpoke(Name node) {
    return definition.topology() == Topology.HUB && !paths.isHub(node);
  }

  /** Whether a spoke has no link but that to its hub, through which all of its ways lead. */
  boolean isPlainSpoke(Name node) {
    return isSpoke(node) && !paths.isMentioned(node);
  }

  /** What a node is responsible for: itself, and the LANs it serves. */
  Set<Member> owned(NodeEntry node) {
    var owned = new LinkedHashSet<Member>();
    owned.add(new Member.OfNode(node.name()));
    if (node.servesLan()) {
      node.site().ifPresent(site -> owned.add(new Member.OfSite(site)));
    }
    return owned;
  }

  /** The LANs that a node serves, and the machines in them that have a name. */
  Set<Member> inLan(NodeEntry node) {
    var found = new LinkedHashSet<Member>();
    if (node.servesLan() && node.site().isPresent()) {
      var site = node.site().get();
      found.add(new Member.OfSite(site));
      site(site)
          .ifPresent(entry ->
              entry.hosts().forEach(host -> found.add(new Member.OfHost(site, host.name()))));
    }
    return found;
  }

  /** The nodes as a list of names, in the order of the definition. */
  List<Name> names() {
    return new ArrayList<>(definition.nodes().stream().map(NodeEntry::name).toList());
  }
}
