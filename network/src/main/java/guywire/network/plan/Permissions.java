package guywire.network.plan;

import guywire.network.config.Name;
import guywire.network.definition.Definition;
import guywire.network.definition.Members;
import guywire.network.definition.Members.Member;
import guywire.network.definition.PolicyLine;
import guywire.network.definition.Service;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Who may start a connection to whom: the policy with its names looked up. */
final class Permissions {

  /**
   * A line of the policy with its names looked up.
   *
   * @param allow whether it permits
   * @param anyFrom whether everyone is meant as the source
   * @param from the sources
   * @param anyTo whether everyone is meant as the destination
   * @param to the destinations
   * @param services what it is about; empty for everything
   * @param comment the line as written
   */
  record Line(
      boolean allow,
      boolean anyFrom,
      Set<Member> from,
      boolean anyTo,
      Set<Member> to,
      List<Service> services,
      String comment) {}

  private final boolean open;
  private final List<Line> lines = new ArrayList<>();

  Permissions(Definition definition, Members members) {
    this.open = definition.policy().isEmpty();
    var everyone = members.of(new Name("all"));
    for (var line : definition.policy().orElse(List.of())) {
      lines.add(line(line, members, everyone));
    }
  }

  private static Line line(PolicyLine line, Members members, Set<Member> everyone) {
    var from = members.of(line.from());
    var to = members.of(line.to());
    return new Line(
        line.allow(),
        from.containsAll(everyone),
        from,
        to.containsAll(everyone),
        to,
        line.services(),
        line.text()
            .replaceAll("[^a-zA-Z0-9 ,/.-]", "")
            .transform(t -> t.substring(0, Math.min(100, t.length()))));
  }

  /** Whether there is no policy: everyone may reach everyone. */
  boolean isOpen() {
    return open;
  }

  /** The lines in the order written. */
  List<Line> lines() {
    return lines;
  }

  /** Whether some connection between the two may be started, by either. */
  boolean related(Set<Member> some, Set<Member> others) {
    return open || mayStart(some, others) || mayStart(others, some);
  }

  /** Whether anyone but themselves may start a connection to one of these. */
  boolean mayBeReached(Set<Member> targets) {
    return open
        || lines.stream()
            .filter(Line::allow)
            .anyMatch(line -> {
              var others = new HashSet<>(line.from());
              others.removeAll(targets);
              return !others.isEmpty() && meet(line.to(), targets);
            });
  }

  private boolean mayStart(Set<Member> from, Set<Member> to) {
    return lines.stream()
        .filter(Line::allow)
        .anyMatch(line -> meet(line.from(), from) && meet(line.to(), to));
  }

  /** Whether two sets share a member, a host counting as part of its site. */
  private static boolean meet(Set<Member> some, Set<Member> others) {
    return some.stream().anyMatch(a -> others.stream().anyMatch(b -> touch(a, b)));
  }

  private static boolean touch(Member a, Member b) {
    return a.equals(b) || isIn(a, b) || isIn(b, a);
  }

  /** Whether a host is of a site. */
  static boolean isIn(Member host, Member site) {
    return host instanceof Member.OfHost h
        && site instanceof Member.OfSite s
        && h.site().equals(s.name());
  }
}
