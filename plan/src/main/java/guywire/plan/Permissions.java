package guywire.plan;

import guywire.network.Name;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Place;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Members;
import guywire.plan.definition.Members.Member;
import guywire.plan.definition.PolicyLine;
import guywire.plan.definition.Service;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
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
   * @param comment the line in the characters that every firewall takes
   * @param place where the line stands
   * @param text the line as written
   */
  record Line(
      boolean allow,
      boolean anyFrom,
      Set<Member> from,
      boolean anyTo,
      Set<Member> to,
      List<Service> services,
      String comment,
      Place place,
      String text) {

    boolean concerns(Member sender, Member target) {
      return from.contains(sender) && to.contains(target);
    }

    /** Whether it decides about a connection from one machine to another, to this port. */
    boolean decides(Spot sender, Spot target, Transport transport, OptionalInt port) {
      return isAmong(from, sender)
          && isAmong(to, target)
          && (services.isEmpty()
              || services.stream().anyMatch(service -> isAbout(service, transport, port)));
    }

    private static boolean isAbout(Service service, Transport transport, OptionalInt port) {
      return service.transport() == transport
          && (service.ports().isEmpty()
              || port.isPresent() && service.ports().get().contains(port.getAsInt()));
    }

    private static boolean isAmong(Set<Member> members, Spot spot) {
      return switch (spot) {
        case Spot.Node node -> members.contains(new Member.OfNode(node.name()));
        case Spot.Host host ->
            members.contains(new Member.OfHost(host.site(), host.name()))
                || members.contains(new Member.OfSite(host.site()));
        case Spot.Outside _ -> members.contains(new Member.Internet());
      };
    }
  }

  /**
   * A line of the policy about what gateways may be asked to forward.
   *
   * @param from who may ask
   * @param gateways who may be asked
   * @param to who is meant
   * @param services what is forwarded; empty for everything
   * @param place where the line stands
   * @param text the line as written
   */
  record ForwardLine(
      Set<Member> from,
      List<Name> gateways,
      Set<Member> to,
      List<Service> services,
      Place place,
      String text) {}

  /** Some members, and the sites that hosts among them are of. */
  private static Set<Member> withSites(Set<Member> members) {
    var all = new HashSet<>(members);
    for (var member : members) {
      if (member instanceof Member.OfHost host) {
        all.add(new Member.OfSite(host.site()));
      }
    }
    return all;
  }

  /**
   * Who a permitting line concerns, made for asking about nodes and sites.
   *
   * @param from the sources and the sites of hosts among them
   * @param to the destinations and the sites of hosts among them
   */
  private record Concern(Set<Member> from, Set<Member> to) {}

  private final boolean open;
  private final List<Line> lines = new ArrayList<>();
  private final List<ForwardLine> forwards = new ArrayList<>();
  private final List<Concern> concerns = new ArrayList<>();

  Permissions(Definition definition, Members members) {
    this.open = definition.policy().isEmpty();
    var everyone = members.of(new Name("all"));
    for (var line : definition.policy().orElse(List.of())) {
      if (line.isForward()) {
        var from = members.of(line.from());
        forwards.add(
            new ForwardLine(
                from,
                members.nodes(line.through()),
                members.of(line.to()),
                line.services(),
                line.place(),
                line.text()));
        // Who may ask a gateway may reach it: at the port where it is asked, and those it opens.
        concerns.add(new Concern(withSites(from), members.of(line.through())));
        continue;
      }
      for (var part : parts(line, members)) {
        var looked = line(part, members, everyone);
        lines.add(looked);
        if (looked.allow()) {
          concerns.add(new Concern(withSites(looked.from()), withSites(looked.to())));
        }
      }
    }
  }

  /**
   * Of several names that may or may not reach each other, each towards the others: what is between
   * the members of one of them is not meant. Where each name stands for one, the line does as it
   * is.
   */
  private static List<PolicyLine> parts(PolicyLine line, Members members) {
    boolean several = line.from().equals(line.to()) && line.from().size() > 1;
    if (!several || line.from().stream().allMatch(ref -> members.of(ref.name()).size() == 1)) {
      return List.of(line);
    }
    var parts = new ArrayList<PolicyLine>();
    for (var ref : line.from()) {
      var others = line.to().stream().filter(other -> !other.equals(ref)).toList();
      parts.add(
          new PolicyLine(
              line.allow(), List.of(ref), others, line.services(), line.place(), line.text()));
    }
    return parts;
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
            .transform(t -> t.substring(0, Math.min(100, t.length()))),
        line.place(),
        line.text());
  }

  /** Whether there is no policy: everyone may reach everyone. */
  boolean isOpen() {
    return open;
  }

  /** The lines about what gateways may be asked to forward. */
  List<ForwardLine> forwards() {
    return forwards;
  }

  /** The lines about packets that go by themselves, in the order written. */
  List<Line> lines() {
    return lines;
  }

  /**
   * The part that some nodes and sites have in the policy: whatever it says of them, it says of all
   * others with an equal one.
   *
   * @param sources the permitting lines among whose sources they are, by number
   * @param targets the permitting lines among whose destinations they are, by number
   */
  record PolicyRole(BitSet sources, BitSet targets) {}

  /** The part that these nodes and sites have. */
  PolicyRole role(Set<Member> members) {
    var role = new PolicyRole(new BitSet(), new BitSet());
    for (int i = 0; i < concerns.size(); i++) {
      role.sources().set(i, meet(concerns.get(i).from(), members));
      role.targets().set(i, meet(concerns.get(i).to(), members));
    }
    return role;
  }

  /** Whether some connection may be started between two with these parts, by either. */
  boolean related(PolicyRole one, PolicyRole other) {
    return open
        || one.sources().intersects(other.targets())
        || other.sources().intersects(one.targets());
  }

  /** Whether anyone but themselves may start a connection to one of these nodes and sites. */
  boolean mayBeReached(Set<Member> targets) {
    return open
        || concerns.stream()
            .filter(concern -> meet(concern.to(), targets))
            .anyMatch(concern -> !targets.containsAll(concern.from()));
  }

  /**
   * Whether a node or site may start some connection to some of these; a line that forbids it
   * counts, whatever stands before it.
   */
  boolean mayStart(Member sender, Set<Member> targets) {
    return open || targets.stream().anyMatch(target -> permits(sender, target));
  }

  private boolean permits(Member sender, Member target) {
    var said = lines.stream().filter(line -> line.concerns(sender, target)).toList();
    return !said.isEmpty() && said.stream().allMatch(Line::allow);
  }

  private static boolean meet(Set<Member> concerned, Set<Member> asked) {
    return asked.stream().anyMatch(concerned::contains);
  }
}
