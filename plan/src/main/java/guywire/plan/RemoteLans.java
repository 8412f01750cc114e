package guywire.plan;

import guywire.address.Prefix;
import guywire.network.Name;
import guywire.plan.Permissions.PolicyRole;
import guywire.plan.definition.NodeEntry;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The LANs of others that a node must know: all of them if it passes packets on, else those that
 * the policy links with it. Nodes with the same part in the policy know the same ones, so the list
 * is made once for all of them.
 */
final class RemoteLans {

  /**
   * Beyond this many prefixes in one place, those that lie side by side are written as one. A list
   * that a person reads keeps the prefixes as its owner wrote them; of thousands of sites nobody
   * reads the list, and each of them would have to hold all the others.
   */
  static final int MOST_SINGLE = 128;

  private final Scene scene;
  private final Permissions permissions;
  private final Map<Name, PolicyRole> roles = new HashMap<>();
  private final Map<PolicyRole, List<Prefix>> byRole = new HashMap<>();
  private Optional<List<Prefix>> all = Optional.empty();

  RemoteLans(Scene scene, Permissions permissions) {
    this.scene = scene;
    this.permissions = permissions;
    for (var node : scene.definition().nodes()) {
      roles.put(node.name(), permissions.role(scene.owned(node)));
    }
  }

  /**
   * The LANs of others that a node must know, but for those that it stands in itself. Of many, its
   * own may be part of a larger prefix; the route to a LAN that one stands in is longer and wins.
   */
  List<Prefix> of(NodeEntry node) {
    return without(scene.standsIn(node), scene.relays(node.name()) ? everyone() : linked(node));
  }

  /** The LANs of others that the policy links with a node. */
  List<Prefix> linkedWith(NodeEntry node) {
    return without(scene.standsIn(node), linked(node));
  }

  /** Whether a node must know another's LANs. */
  boolean concerns(NodeEntry node, NodeEntry other) {
    return scene.relays(node.name()) || permissions.related(role(node), role(other));
  }

  private PolicyRole role(NodeEntry node) {
    return Optional.ofNullable(roles.get(node.name())).orElseThrow();
  }

  private List<Prefix> linked(NodeEntry node) {
    return permissions.isOpen()
        ? everyone()
        : byRole.computeIfAbsent(
            role(node), role -> lansOf(other -> permissions.related(role, role(other))));
  }

  private List<Prefix> everyone() {
    if (all.isEmpty()) {
      all = Optional.of(lansOf(other -> true));
    }
    return all.get();
  }

  private List<Prefix> lansOf(Predicate<NodeEntry> wanted) {
    return shortened(
        scene.definition().nodes().stream()
            .filter(wanted)
            .flatMap(other -> scene.servedLans(other).stream())
            .distinct()
            .toList());
  }

  private static List<Prefix> without(Set<Prefix> own, List<Prefix> lans) {
    return lans.stream().filter(lan -> !own.contains(lan)).toList();
  }

  /**
   * The same addresses in few enough prefixes, if there are many: covered ones are left out, halves
   * of a prefix are joined. Time n log n.
   */
  static List<Prefix> shortened(List<Prefix> prefixes) {
    if (prefixes.size() <= MOST_SINGLE) {
      return prefixes;
    }
    var joined = new ArrayDeque<Prefix>();
    for (var prefix : prefixes.stream().sorted().toList()) {
      if (joined.isEmpty() || !joined.getLast().contains(prefix)) {
        joined.addLast(prefix);
        joinLast(joined);
      }
    }
    return List.copyOf(joined);
  }

  /** Joins the last two as long as they are the halves of one prefix. */
  private static void joinLast(ArrayDeque<Prefix> joined) {
    while (joined.size() > 1) {
      var upper = joined.removeLast();
      var lower = joined.getLast();
      if (lower.length() != upper.length()
          || lower.length() == 0
          || !whole(lower).contains(upper)) {
        joined.addLast(upper);
        return;
      }
      joined.removeLast();
      joined.addLast(whole(lower));
    }
  }

  /** The prefix of which this is one half. */
  private static Prefix whole(Prefix half) {
    return Prefix.around(half.address(), half.length() - 1);
  }
}
