package guywire.plan.definition;

import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.Members.Member;
import guywire.plan.definition.NodeEntry.Role;
import guywire.plan.definition.NodeEntry.Where;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks that every name is given once, and that every name in use is that of the right thing. */
final class NameCheck {

  /** Whoever has more unknown names than this has not misspelt them. */
  private static final int MOST_SUGGESTIONS = 100;

  private final Definition definition;
  private final Findings findings;
  private final Members members;
  private final Set<String> nodes;
  private final Set<String> sites;
  private final Set<String> things;
  private int unknown;

  private NameCheck(Definition definition, Findings findings) {
    this.definition = definition;
    this.findings = findings;
    this.members = new Members(definition);
    this.things = members.names().stream().map(Name::text).collect(Collectors.toSet());
    this.nodes = definition.nodes().stream().map(n -> n.name().text()).collect(Collectors.toSet());
    this.sites = definition.sites().stream().map(s -> s.name().text()).collect(Collectors.toSet());
  }

  static void check(Definition definition, Findings findings) {
    var check = new NameCheck(definition, findings);
    check.given();
    check.nodes();
    check.groups();
    check.links();
    check.lines();
  }

  private void given() {
    var given = new HashMap<Name, Place>();
    for (var site : definition.sites()) {
      give(given, site.name(), site.place());
      site.hosts().forEach(host -> give(given, host.name(), host.place()));
    }
    definition.nodes().forEach(node -> give(given, node.name(), node.place()));
    definition.groups().forEach(group -> give(given, group.name(), group.place()));
  }

  private void give(Map<Name, Place> given, Name name, Place place) {
    var earlier = given.putIfAbsent(name, place);
    if (earlier != null) {
      findings.error("D08", place, "name-taken", name, String.valueOf(earlier.line()));
    }
  }

  private void nodes() {
    for (var node : definition.nodes()) {
      node.hub()
          .filter(ref -> wantNode(ref, "hub"))
          .flatMap(
              ref -> definition.node(ref.name()).filter(n -> n.role() != Role.HUB).map(n -> ref))
          .ifPresent(ref -> findings.error("D09", ref.place(), "not-a-hub", ref.name()));
      if (node.where() instanceof Where.InSite in) {
        want(in.site(), "site", sites);
      }
      node.sourceNat().ifPresent(this::wantAll);
      node.fullTunnel()
          .ifPresent(full ->
              full.exit().ifPresent(exit -> wantNode(new Ref(exit, full.place()), "full-tunnel")));
    }
    for (var site : definition.sites()) {
      for (var forward : site.forwards()) {
        wantNode(forward.node(), "forward");
      }
    }
  }

  private void groups() {
    var members = new HashMap<Name, List<Ref>>();
    definition.groups().forEach(group -> members.put(group.name(), group.members()));
    for (var group : definition.groups()) {
      wantAll(group.members());
      if (contains(members, group.name(), group.name(), new HashSet<>())) {
        findings.error("D09", group.place(), "group-circle", group.name());
      }
    }
  }

  private static boolean contains(
      Map<Name, List<Ref>> members, Name group, Name wanted, Set<Name> seen) {
    for (var ref : members.getOrDefault(group, List.of())) {
      if (ref.name().equals(wanted)
          || (seen.add(ref.name()) && contains(members, ref.name(), wanted, seen))) {
        return true;
      }
    }
    return false;
  }

  private void links() {
    for (var link : definition.links()) {
      wantNodes(link.left());
      wantNodes(link.right());
      if (link.way() instanceof LinkEntry.LinkPath.Via via) {
        wantNode(via.relay(), "via");
      }
      if (link.way() instanceof LinkEntry.LinkPath.Direct direct) {
        direct.spare().ifPresent(spare -> wantNode(spare, "via"));
      }
    }
    definition
        .dns()
        .ifPresent(dns -> {
          wantNode(dns.server(), "dns");
          dns.clients().ifPresent(this::wantNodes);
        });
  }

  private void lines() {
    definition
        .policy()
        .ifPresent(policy ->
            policy.forEach(line -> {
              wantAll(line.from());
              wantAll(line.to());
              wantNodes(line.through());
            }));
    for (var line : definition.expect()) {
      wantAll(line.from());
      switch (line) {
        case ExpectLine.Reach reach -> {
          wantAll(reach.to());
          reach.via().forEach(ref -> wantNode(ref, "via"));
          reach.down().forEach(this::wantDown);
          reach.forward().ifPresent(forward -> wantNode(forward.gateway(), "through forward"));
          reach
              .source()
              .ifPresent(source -> {
                if (source instanceof ExpectLine.Source.Of of) {
                  wantNode(of.node(), "as");
                }
              });
        }
        case ExpectLine.Resolve resolve -> resolve.names().forEach(this::wantLookedUp);
      }
    }
  }

  private void wantDown(ExpectLine.Down down) {
    if (down.other().isPresent()) {
      wantNode(down.what(), "when");
      wantNode(down.other().get(), "when");
    } else if (!sites.contains(down.what().name().text())) {
      wantNode(down.what(), "when");
    }
  }

  private void wantLookedUp(Ref ref) {
    boolean record =
        definition.dns().filter(dns -> dns.records().containsKey(ref.name())).isPresent();
    if (!record) {
      wantAll(List.of(ref));
    }
  }

  private void wantAll(List<Ref> refs) {
    refs.forEach(ref -> want(ref, "thing", things));
  }

  /** Names of nodes, or of groups of nothing else. */
  private void wantNodes(List<Ref> refs) {
    wantAll(refs);
    for (var ref : refs) {
      if (members.knows(ref.name())
          && !members.of(ref.name()).stream().allMatch(Member.OfNode.class::isInstance)) {
        findings.error("D09", ref.place(), "not-nodes", ref.name());
      }
    }
  }

  private boolean wantNode(Ref ref, String key) {
    if (members.knows(ref.name()) && !nodes.contains(ref.name().text())) {
      findings.error("D09", ref.place(), "not-a-node", key, ref.name());
      return false;
    }
    return want(ref, "node", nodes);
  }

  private boolean want(Ref ref, String what, Set<String> names) {
    if (names.contains(ref.name().text())) {
      return true;
    }
    var meant =
        unknown++ < MOST_SUGGESTIONS
            ? Closest.to(ref.name().text(), names)
            : Optional.<String>empty();
    meant.ifPresentOrElse(
        near -> findings.error("D09", ref.place(), what + "-near", ref.name(), near),
        () -> findings.error("D09", ref.place(), what + "-unknown", ref.name()));
    return false;
  }
}
