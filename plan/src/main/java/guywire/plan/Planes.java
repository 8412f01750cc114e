package guywire.plan;

import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.Definition.Topology;
import guywire.plan.definition.LinkEntry;
import guywire.plan.definition.Members;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;

/**
 * The tunnels that nodes have beside their usual one, so that there is another way when that fails:
 * for each hub or relay that can take a hub's or a direct link's place, a plane in which it joins
 * all that may need it. In a plane packets go from a member to its relay and on to another member,
 * never further, so that no choice of the agents makes a loop.
 */
final class Planes {

  /** The longest name that Linux takes (IFNAMSIZ less the zero at its end). */
  private static final int LONGEST_NAME = 15;

  /**
   * What one relay joins, or a LAN's further gateway, which passes nothing on but to its LAN.
   *
   * @param relay the relay, or the gateway
   * @param members who uses it, in the order of the definition; the relay is not among them
   * @param gateway whether it is a gateway
   */
  record Plane(Name relay, SequencedSet<Name> members, boolean gateway) {
    /** Copies the set. */
    Plane {
      members = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(members));
    }

    private Plane(Name relay, List<Name> members, boolean gateway) {
      this(relay, new LinkedHashSet<>(members), gateway);
    }

    /** Whether a node has a tunnel of this plane. */
    boolean has(Name node) {
      return relay.equals(node) || members.contains(node);
    }

    /** Whether packets pass from member to member, at this node. */
    boolean isRelayedBy(Name node) {
      return !gateway && relay.equals(node);
    }
  }

  private final Definition definition;
  private final Dialling dialling;
  private final NextHops paths;
  private final List<Plane> planes = new ArrayList<>();
  private final Map<Name, List<Plane>> ofNode = new HashMap<>();
  private final Map<Name, Map<Name, InterfaceName>> tunnels = new HashMap<>();

  /** For each relay, whom each member of its plane meets. */
  private final Map<Name, Map<Name, Set<Name>>> meetings = new HashMap<>();

  Planes(Definition definition, Members members, Dialling dialling, NextHops paths) {
    this.definition = definition;
    this.dialling = dialling;
    this.paths = paths;
    var wanted = new LinkedHashMap<Name, Set<Name>>();
    switch (definition.topology()) {
      case HUB -> otherHubs(wanted);
      case MESH -> relays(wanted);
      case LINKS -> {}
    }
    spareLinks(members, wanted);
    for (var node : definition.nodes()) {
      var joined = wanted.getOrDefault(node.name(), Set.of());
      if (!joined.isEmpty()) {
        var inOrder =
            definition.nodes().stream().map(NodeEntry::name).filter(joined::contains).toList();
        add(new Plane(node.name(), inOrder, false));
      }
    }
    furtherGateways();
    meetings();
  }

  /**
   * Two members of a plane meet in it where neither can call the other, a direct link is wanted,
   * and the relay, which hears both, can tell each where the other is.
   */
  private void meetings() {
    var byRelay = new HashMap<Name, Plane>();
    planes.stream()
        .filter(plane -> !plane.gateway())
        .forEach(plane -> byRelay.put(plane.relay(), plane));
    paths
        .said()
        .forEach((pair, link) -> {
          var plane = spare(link).map(relay -> byRelay.get(relay.name()));
          if (plane.isPresent()
              && plane.get().members().contains(pair.one())
              && plane.get().members().contains(pair.other())
              && !dialling.possible(paths.node(pair.one()), paths.node(pair.other()))) {
            var met = meetings.computeIfAbsent(plane.get().relay(), _ -> new HashMap<>());
            met.computeIfAbsent(pair.one(), _ -> new HashSet<>()).add(pair.other());
            met.computeIfAbsent(pair.other(), _ -> new HashSet<>()).add(pair.one());
          }
        });
  }

  /**
   * Of several gateways of a LAN each but the first joins those that have their tunnel to it: they
   * send what is for the LAN there while the first is dead, also what others send through them.
   */
  private void furtherGateways() {
    var first = new HashMap<Name, NodeEntry>();
    for (var node : definition.nodes()) {
      var site = node.site().filter(_ -> node.servesLan());
      if (site.isPresent() && first.putIfAbsent(site.get(), node) != null && canJoin(node)) {
        var joined =
            definition.nodes().stream()
                .filter(other -> !other.site().equals(site) && canJoin(other))
                .filter(other -> canCallOnAnyPort(node, other) || canCallOnAnyPort(other, node))
                .map(NodeEntry::name)
                .filter(other -> paths.next(other, node.name()).equals(Optional.of(node.name())))
                .toList();
        if (!joined.isEmpty()) {
          add(new Plane(node.name(), joined, true));
        }
      }
    }
  }

  private boolean canCallOnAnyPort(NodeEntry from, NodeEntry to) {
    return dialling.isOpenOnAnyPort(to) && dialling.target(from, to).isPresent();
  }

  private void add(Plane plane) {
    planes.add(plane);
    note(plane, plane.relay());
    plane.members().forEach(member -> note(plane, member));
  }

  private void note(Plane plane, Name node) {
    ofNode.computeIfAbsent(node, name -> new ArrayList<>()).add(plane);
    var names = tunnels.computeIfAbsent(node, name -> new HashMap<>());
    names.put(plane.relay(), tunnelName(paths.node(node).tunnel(), plane.relay(), names.values()));
  }

  /** {@code wg0-hub2}, cut to what Linux takes, with a number where another is called so. */
  private static InterfaceName tunnelName(
      InterfaceName usual, Name relay, Collection<InterfaceName> taken) {
    String whole = usual + "-" + relay.label();
    String text = whole.substring(0, Math.min(LONGEST_NAME, whole.length()));
    for (int i = 2; taken.contains(new InterfaceName(text)); i++) {
      String end = String.valueOf(i);
      text = whole.substring(0, Math.min(LONGEST_NAME - end.length(), whole.length())) + end;
    }
    return new InterfaceName(text);
  }

  /** Who did not choose one of several hubs hangs on all of them. */
  private void otherHubs(Map<Name, Set<Name>> wanted) {
    for (var hub : definition.nodes()) {
      if (hub.role() == Role.HUB && canRelay(hub)) {
        var others =
            definition.nodes().stream()
                .filter(node -> node != hub && node.hub().isEmpty() && canJoin(node))
                .filter(node -> !paths.hubOf(node.name()).equals(Optional.of(hub.name())))
                .toList();
        // Hubs among themselves need no more than the tunnels that they have.
        if (others.stream().anyMatch(node -> node.role() != Role.HUB)) {
          others.forEach(node -> join(wanted, hub, node));
        }
      }
    }
  }

  /** In a mesh every relay can take the place of a direct link. */
  private void relays(Map<Name, Set<Name>> wanted) {
    for (var relay : definition.nodes()) {
      if (relay.role() != Role.PLAIN && canRelay(relay)) {
        for (var node : definition.nodes()) {
          if (node != relay && canJoin(node) && mayMeet(node, relay)) {
            join(wanted, relay, node);
          }
        }
      }
    }
  }

  private void spareLinks(Members members, Map<Name, Set<Name>> wanted) {
    for (var link : definition.links()) {
      spare(link)
          .map(Ref::name)
          .map(paths::node)
          .filter(this::canRelay)
          .ifPresent(relay -> {
            var ends = new LinkedHashSet<Name>(members.nodes(link.left()));
            ends.addAll(members.nodes(link.right()));
            for (var end : ends) {
              if (!end.equals(relay.name()) && canJoin(paths.node(end))) {
                join(wanted, relay, paths.node(end));
              }
            }
          });
    }
  }

  private static Optional<Ref> spare(LinkEntry link) {
    return link.way() instanceof LinkEntry.LinkPath.Direct(Optional<Ref> spare)
        ? spare
        : Optional.empty();
  }

  private static void join(Map<Name, Set<Name>> wanted, NodeEntry relay, NodeEntry node) {
    wanted.computeIfAbsent(relay.name(), name -> new HashSet<>()).add(node.name());
  }

  private boolean mayMeet(NodeEntry one, NodeEntry other) {
    var way = paths.said(one.name(), other.name()).map(LinkEntry::way);
    return way.filter(
            w -> w instanceof LinkEntry.LinkPath.None || w instanceof LinkEntry.LinkPath.Via)
        .isEmpty();
  }

  /**
   * Whether a node can have tunnels beside its usual one: it runs our agent, makes its own keys,
   * and does not send everything through one of them.
   */
  static boolean hasAgent(NodeEntry node) {
    return node.platform() == Platform.LINUX && node.publicKey().isEmpty() && !node.keyOnDevice();
  }

  static boolean canJoin(NodeEntry node) {
    return hasAgent(node) && node.fullTunnel().isEmpty();
  }

  /** A forwarded port leads to one tunnel only, so a relay must be open to all ports. */
  private boolean canRelay(NodeEntry node) {
    return canJoin(node) && node.where() instanceof NodeEntry.Where.Public && dialling.isOpen(node);
  }

  /** All planes. */
  List<Plane> all() {
    return planes;
  }

  /** The planes in which a node has a tunnel. */
  List<Plane> of(Name node) {
    return ofNode.getOrDefault(node, List.of());
  }

  /** The planes of the further gateways of a site's LAN. */
  List<Plane> gatewaysOf(Name site) {
    return planes.stream()
        .filter(
            plane -> plane.gateway() && paths.node(plane.relay()).site().equals(Optional.of(site)))
        .toList();
  }

  /** The tunnels by which a node can send to further gateways of LANs. */
  List<InterfaceName> toGateways(Name node) {
    return of(node).stream()
        .filter(plane -> plane.gateway() && !plane.relay().equals(node))
        .map(plane -> tunnel(node, plane))
        .toList();
  }

  /** The tunnel that a node has in a plane. */
  InterfaceName tunnel(Name node, Plane plane) {
    var names = tunnels.getOrDefault(node, Map.of());
    return Optional.ofNullable(names.get(plane.relay())).orElseThrow();
  }

  /** Whether two members of a plane meet in it. */
  boolean meet(Plane plane, Name one, Name other) {
    return metBy(plane, one).contains(other);
  }

  private Set<Name> metBy(Plane plane, Name node) {
    return plane.gateway()
        ? Set.of()
        : meetings.getOrDefault(plane.relay(), Map.of()).getOrDefault(node, Set.of());
  }

  /** Those whom a member of a plane meets in it, in the order of its members. */
  List<Name> met(Plane plane, Name node) {
    var met = metBy(plane, node);
    return met.isEmpty() ? List.of() : plane.members().stream().filter(met::contains).toList();
  }

  /** Whether two nodes meet in some plane. */
  boolean meet(Name one, Name other) {
    return of(one).stream().anyMatch(plane -> meet(plane, one, other));
  }

  /**
   * Nodes outside of a plane that its relay also passes packets to: those that hang on it as their
   * only hub.
   */
  List<NodeEntry> behind(Plane plane) {
    if (plane.gateway() || definition.topology() != Topology.HUB) {
      return List.of();
    }
    return definition.nodes().stream().filter(node -> isBehind(plane, node.name())).toList();
  }

  /** Whether a node is one of those. */
  boolean isBehind(Plane plane, Name node) {
    return !plane.gateway()
        && definition.topology() == Topology.HUB
        && !plane.has(node)
        && paths.hubOf(node).equals(Optional.of(plane.relay()));
  }
}
