package guywire.plan;

import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.Definition.Topology;
import guywire.plan.definition.LinkEntry;
import guywire.plan.definition.LinkEntry.LinkPath;
import guywire.plan.definition.Members;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which node a packet goes to next: hop by hop, as routing tables work. Derived from the topology
 * and the links that are said by name.
 */
final class NextHops {

  /** Two nodes in the order of their names. */
  record Pair(Name one, Name other) {
    static Pair of(Name a, Name b) {
      return a.compareTo(b) < 0 ? new Pair(a, b) : new Pair(b, a);
    }
  }

  private final Definition definition;
  private final Dialling dialling;
  private final Map<Name, NodeEntry> nodes = new HashMap<>();
  private final List<NodeEntry> hubs;
  private final List<NodeEntry> relays;
  private final Map<Pair, LinkEntry> said = new LinkedHashMap<>();
  private final Set<Name> mentioned = new HashSet<>();
  private final Map<Pair, Optional<Name>> meshRelay = new HashMap<>();

  NextHops(Definition definition, Members members, Dialling dialling, Findings findings) {
    this.definition = definition;
    this.dialling = dialling;
    definition.nodes().forEach(node -> nodes.put(node.name(), node));
    hubs = definition.nodes().stream().filter(node -> node.role() == Role.HUB).toList();
    relays = definition.nodes().stream().filter(node -> node.role() != Role.PLAIN).toList();
    for (var link : definition.links()) {
      for (var pair : pairs(members, link)) {
        var earlier = said.putIfAbsent(pair, link);
        mentioned.add(pair.one());
        mentioned.add(pair.other());
        if (earlier != null) {
          findings.error(
              "D10",
              link.place(),
              "link-twice",
              pair.one(),
              pair.other(),
              String.valueOf(earlier.place().line()));
        }
      }
    }
  }

  private static Set<Pair> pairs(Members members, LinkEntry link) {
    var pairs = new LinkedHashSet<Pair>();
    var left = members.nodes(link.left());
    var right = link.right().isEmpty() ? left : members.nodes(link.right());
    for (var a : left) {
      for (var b : right) {
        if (!a.equals(b)) {
          pairs.add(Pair.of(a, b));
        }
      }
    }
    return pairs;
  }

  /** What was said about the link of two nodes. */
  Optional<LinkEntry> said(Name a, Name b) {
    return Optional.ofNullable(said.get(Pair.of(a, b)));
  }

  /** Whether something was said about a link of the node. */
  boolean isMentioned(Name node) {
    return mentioned.contains(node);
  }

  /** Every pair something was said about. */
  Map<Pair, LinkEntry> said() {
    return said;
  }

  /** Where {@code from} sends a packet for {@code to}; empty if there is no way. */
  Optional<Name> next(Name from, Name to) {
    return next(from, to, 0);
  }

  private Optional<Name> next(Name from, Name to, int depth) {
    var link = mentioned.contains(from) ? said.get(Pair.of(from, to)) : null;
    if (link != null) {
      switch (link.way()) {
        case LinkPath.Direct(Optional<Ref> spare) -> {
          // Until two that can't be called have met, and without agents, the relay is the way.
          if (spare.isPresent() && !dialling.possible(node(from), node(to))) {
            return through(spare.get().name(), from, to, depth);
          }
          return Optional.of(to);
        }
        case LinkPath.None none -> {
          return Optional.empty();
        }
        case LinkPath.Via via -> {
          return through(via.relay().name(), from, to, depth);
        }
        case LinkPath.Usual usual -> {
          if (definition.topology() == Topology.LINKS) {
            return Optional.of(to);
          }
        }
      }
    }
    return switch (definition.topology()) {
      case HUB -> byHub(from, to);
      case MESH -> inMesh(from, to);
      case LINKS -> Optional.empty();
    };
  }

  private Optional<Name> through(Name relay, Name from, Name to, int depth) {
    return relay.equals(from) || relay.equals(to) || depth > nodes.size()
        ? Optional.empty()
        : next(from, relay, depth + 1);
  }

  private Optional<Name> byHub(Name from, Name to) {
    if (isHub(from)) {
      return isHub(to) || hubOf(to).equals(Optional.of(from)) ? Optional.of(to) : hubOf(to);
    }
    return hubOf(from);
  }

  private Optional<Name> inMesh(Name from, Name to) {
    var one = node(from);
    var other = node(to);
    if (dialling.possible(one, other)) {
      return Optional.of(to);
    }
    return meshRelay.computeIfAbsent(
        Pair.of(from, to),
        pair ->
            relays.stream()
                .filter(r -> !r.name().equals(from) && !r.name().equals(to))
                .filter(r -> joined(one, r) && joined(r, other))
                .map(NodeEntry::name)
                .findFirst());
  }

  /** Whether two nodes of a mesh have a tunnel between them. */
  private boolean joined(NodeEntry one, NodeEntry other) {
    var way = said(one.name(), other.name()).map(LinkEntry::way);
    return way.filter(w -> w instanceof LinkPath.None || w instanceof LinkPath.Via).isEmpty()
        && dialling.possible(one, other);
  }

  /** The node of this name. */
  NodeEntry node(Name name) {
    return Optional.ofNullable(nodes.get(name)).orElseThrow();
  }

  /** Whether this is a hub of a network built around hubs. */
  boolean isHub(Name name) {
    return definition.topology() == Topology.HUB && node(name).role() == Role.HUB;
  }

  /** The hub that a node hangs on, in a network built around hubs. */
  Optional<Name> hubOf(Name name) {
    if (definition.topology() != Topology.HUB || isHub(name) || hubs.isEmpty()) {
      return Optional.empty();
    }
    return node(name).hub().map(Definition.Ref::name).or(() -> Optional.of(hubs.getFirst().name()));
  }

  /** The whole way of a packet, both ends included; empty if it doesn't arrive. */
  List<Name> way(Name from, Name to) {
    var way = new ArrayList<Name>();
    way.add(from);
    var at = from;
    while (!at.equals(to)) {
      var next = next(at, to);
      if (next.isEmpty() || way.contains(next.get())) {
        return List.of();
      }
      at = next.get();
      way.add(at);
    }
    return way;
  }
}
