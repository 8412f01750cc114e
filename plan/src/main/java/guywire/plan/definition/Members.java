package guywire.plan.definition;

import guywire.network.Name;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.NodeEntry.Where;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the names of a definition stand for: nodes, sites, hosts, groups of them, and the words
 * {@code all}, {@code nodes}, {@code sites}, {@code roaming}, {@code internet}.
 */
public final class Members {

  /** What a name stands for in the end. */
  public sealed interface Member {

    /**
     * A node.
     *
     * @param name the node
     */
    record OfNode(Name name) implements Member {}

    /**
     * The LANs of a site.
     *
     * @param name the site
     */
    record OfSite(Name name) implements Member {}

    /**
     * A machine in a LAN.
     *
     * @param site its site
     * @param name the machine
     */
    record OfHost(Name site, Name name) implements Member {}

    /** Everything outside the network. */
    record Internet() implements Member {}
  }

  private final Map<Name, Set<Member>> known = new LinkedHashMap<>();

  /** The names of a definition. */
  public Members(Definition definition) {
    var nodes = new LinkedHashSet<Member>();
    var sites = new LinkedHashSet<Member>();
    var roaming = new LinkedHashSet<Member>();
    for (var site : definition.sites()) {
      sites.add(new Member.OfSite(site.name()));
      known.put(site.name(), Set.of(new Member.OfSite(site.name())));
      for (var host : site.hosts()) {
        known.put(host.name(), Set.of(new Member.OfHost(site.name(), host.name())));
      }
    }
    for (var node : definition.nodes()) {
      nodes.add(new Member.OfNode(node.name()));
      known.put(node.name(), Set.of(new Member.OfNode(node.name())));
      if (node.where() instanceof Where.Roaming) {
        roaming.add(new Member.OfNode(node.name()));
      }
    }
    var all = new LinkedHashSet<>(nodes);
    all.addAll(sites);
    known.put(new Name("all"), all);
    known.put(new Name("nodes"), nodes);
    known.put(new Name("sites"), sites);
    known.put(new Name("roaming"), roaming);
    known.put(new Name("internet"), Set.of(new Member.Internet()));
    var groups = new LinkedHashMap<Name, List<Ref>>();
    definition.groups().forEach(group -> groups.put(group.name(), group.members()));
    for (var group : groups.keySet()) {
      var members = new LinkedHashSet<Member>();
      collect(group, groups, new HashSet<>(), members);
      known.put(group, members);
    }
  }

  private void collect(
      Name name, Map<Name, List<Ref>> groups, Set<Name> seen, Set<Member> members) {
    if (!groups.containsKey(name)) {
      members.addAll(known.getOrDefault(name, Set.of()));
    } else if (seen.add(name)) {
      for (var ref : groups.getOrDefault(name, List.of())) {
        collect(ref.name(), groups, seen, members);
      }
    }
  }

  /** Whether the name is known. */
  public boolean knows(Name name) {
    return known.containsKey(name);
  }

  /** Every known name. */
  public Set<Name> names() {
    return known.keySet();
  }

  /** What one name stands for, in the order written; nothing if it is unknown. */
  public Set<Member> of(Name name) {
    return known.getOrDefault(name, Set.of());
  }

  /** What several names stand for together, each once. */
  public Set<Member> of(List<Ref> refs) {
    var members = new LinkedHashSet<Member>();
    refs.forEach(ref -> members.addAll(of(ref.name())));
    return members;
  }

  /** The nodes among what several names stand for. */
  public List<Name> nodes(List<Ref> refs) {
    return of(refs).stream()
        .filter(Member.OfNode.class::isInstance)
        .map(member -> ((Member.OfNode) member).name())
        .toList();
  }
}
