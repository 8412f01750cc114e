package guywire.recognise;

import guywire.address.IpAddress.Family;
import guywire.network.FilterRule;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.PacketMatch;
import guywire.network.PortRange;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.prove.Answer;
import guywire.prove.Matrix;
import guywire.prove.Reachability;
import guywire.prove.Stop.Why;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The policy that the firewalls of a network amount to.
 *
 * <p>It is not read from the rules, of which every format has its own, but from what they do: the
 * prover says for each two parties which kinds of connection work. A party is a node, or the LAN of
 * a site. Used once, by one thread.
 */
final class FoundPolicy {

  /** A kind of connection: a transport and, for TCP and UDP, ports that all rules treat alike. */
  private record Kind(Transport transport, Optional<PortRange> ports) {
    OptionalInt sample() {
      return ports.map(range -> OptionalInt.of(range.first())).orElse(OptionalInt.empty());
    }
  }

  private record Groups(int from, int to) {}

  private final Network before;
  private final Reachability proof;
  private final Reachability open;
  private final PeerRoutes ways;
  private final Family family;
  private final Map<Name, Member> members = new HashMap<>();
  private final Map<Name, Member> gateways = new HashMap<>();

  /** Sites whose hosts can't start anything into the tunnel: no packet of theirs gets there. */
  private final Set<Name> mute = new HashSet<>();

  private final List<Kind> kinds = new ArrayList<>();
  private final Map<Spot, Integer> groups = new LinkedHashMap<>();
  private final Map<Groups, Set<Kind>> worked = new HashMap<>();
  private boolean strict;
  private boolean restricted;

  /**
   * Policies of a network.
   *
   * @param before the network as its files have it
   * @param open the network as the definition without a policy has it
   * @param family the family that is looked at: firewalls treat both alike, or should
   */
  FoundPolicy(
      Network before,
      Network open,
      List<Member> all,
      FoundUnderlay surroundings,
      PeerRoutes ways,
      Family family) {
    this.before = before;
    this.proof = Reachability.of(before);
    this.open = Reachability.of(open);
    this.ways = ways;
    this.family = family;
    for (var member : all) {
      members.put(member.name(), member);
      var attachment = surroundings.attachment(member);
      if (attachment.serves()) {
        attachment.site().ifPresent(site -> gateways.put(site.name(), member));
        if (attachment.kind() == FoundAttachment.Kind.GATEWAY && !attachment.hasStaticRoute()) {
          attachment.site().ifPresent(site -> mute.add(site.name()));
        }
      }
    }
    kinds();
  }

  /** The lines of the policy; empty if everyone may reach everyone. */
  Optional<List<String>> lines() {
    var parties = parties();
    var matrix = proof.matrix(family);
    for (int i = 0; i < matrix.groups().size(); i++) {
      for (var spot : matrix.groups().get(i).spots()) {
        groups.put(spot, i);
      }
    }
    strict = matrix.cells().stream().anyMatch(this::isFiltered);
    matrix.cells().forEach(this::judge);
    return restricted ? Optional.of(sentences(parties)) : Optional.empty();
  }

  /** One spot for each node, and for each LAN that somebody serves. */
  private Map<Name, Spot> parties() {
    var parties = new LinkedHashMap<Name, Spot>();
    before.nodes().forEach(node -> parties.put(node.name(), new Spot.Node(node.name())));
    for (Site site : before.underlay().sites()) {
      if (gateways.containsKey(site.name()) && !site.hosts().isEmpty()) {
        parties.put(site.name(), new Spot.Host(site.name(), site.hosts().getFirst().name()));
      }
    }
    return parties;
  }

  /** Ports are cut where any rule begins or ends; what lies between is treated alike by all. */
  private void kinds() {
    kinds.add(new Kind(Transport.ICMP, Optional.empty()));
    for (var transport : List.of(Transport.TCP, Transport.UDP)) {
      var cuts = new TreeSet<Integer>(List.of(1, 65536));
      rules()
          .map(FilterRule::match)
          .filter(match -> match.transport().equals(Optional.of(transport)))
          .map(PacketMatch::ports)
          .flatMap(List::stream)
          .forEach(range -> {
            cuts.add(range.first());
            cuts.add(range.last() + 1);
          });
      for (int cut : cuts.headSet(65536)) {
        int end = Objects.requireNonNull(cuts.higher(cut)) - 1;
        kinds.add(new Kind(transport, Optional.of(new PortRange(cut, end))));
      }
    }
  }

  private Stream<FilterRule> rules() {
    return before.nodes().stream()
        .flatMap(node ->
            Stream.concat(node.firewall().input().stream(), node.firewall().forward().stream()));
  }

  /** Whether a filter keeps two parties apart who would meet without it. */
  private boolean isFiltered(Matrix.Cell cell) {
    return party(cell.sampleFrom()).isPresent()
        && party(cell.sampleTo()).isPresent()
        && cell.sample().stop().map(stop -> stop.why()).equals(Optional.of(Why.FILTERED))
        && open.answer(
                cell.sampleFrom(), cell.sampleTo(), family, Transport.ICMP, OptionalInt.empty())
            .map(Answer::works)
            .orElse(false);
  }

  private void judge(Matrix.Cell cell) {
    var from = party(cell.sampleFrom());
    var to = party(cell.sampleTo());
    if (from.isEmpty() || to.isEmpty() || from.equals(to)) {
      return;
    }
    var works = new LinkedHashSet<Kind>();
    for (var kind : kinds) {
      var answer =
          proof.answer(cell.sampleFrom(), cell.sampleTo(), family, kind.transport(), kind.sample());
      boolean allowed = answer.map(a -> a.works() || isAccident(a, cell)).orElse(false);
      if (allowed) {
        works.add(kind);
      } else if (!restricted) {
        restricted =
            open.answer(cell.sampleFrom(), cell.sampleTo(), family, kind.transport(), kind.sample())
                .map(Answer::works)
                .orElse(false);
      }
    }
    var key =
        new Groups(
            groups.getOrDefault(cell.sampleFrom(), -1), groups.getOrDefault(cell.sampleTo(), -1));
    worked.merge(key, works, FoundPolicy::both);
  }

  private static Set<Kind> both(Set<Kind> one, Set<Kind> other) {
    var all = new LinkedHashSet<>(one);
    all.addAll(other);
    return all;
  }

  /**
   * Whether a connection fails for another reason than somebody's will: no filter stops it, and it
   * has a route that is meant for it. Where nobody filters anything, files that forget one of two
   * directions mean both.
   */
  private boolean isAccident(Answer answer, Matrix.Cell cell) {
    var why = answer.stop().map(stop -> stop.why());
    if (why.equals(Optional.of(Why.FILTERED)) || why.equals(Optional.of(Why.NOT_FORWARDING))) {
      return false;
    }
    if (cell.sampleFrom() instanceof Spot.Host host && mute.contains(host.site())) {
      return false;
    }
    var from = party(cell.sampleFrom()).orElseThrow();
    return strict
        ? proof.address(cell.sampleFrom(), cell.sampleTo(), family).flatMap(from::next).isPresent()
        : ways.areMeant(from, party(cell.sampleTo()).orElseThrow());
  }

  /** The member that a spot is, or through which it comes. */
  private Optional<Member> party(Spot spot) {
    return switch (spot) {
      case Spot.Node node -> Optional.ofNullable(members.get(node.name()));
      case Spot.Host host -> Optional.ofNullable(gateways.get(host.site()));
      case Spot.Outside outside -> Optional.empty();
    };
  }

  private List<String> sentences(Map<Name, Spot> parties) {
    var profiles = new LinkedHashMap<Map<String, List<Name>>, List<Name>>();
    for (var from : parties.entrySet()) {
      var profile = new TreeMap<String, List<Name>>();
      var everybody = new LinkedHashSet<Name>();
      for (var to : parties.entrySet()) {
        boolean together = party(from.getValue()).equals(party(to.getValue()));
        var works =
            worked.getOrDefault(
                new Groups(
                    groups.getOrDefault(from.getValue(), -1),
                    groups.getOrDefault(to.getValue(), -1)),
                Set.of());
        if (together || works.size() == kinds.size()) {
          everybody.add(to.getKey());
        }
        if (!together && !works.isEmpty()) {
          profile.computeIfAbsent(services(works), key -> new ArrayList<>()).add(to.getKey());
        }
      }
      if (everybody.size() == parties.size()) {
        profile.clear();
        profile.put("", List.of(new Name("all")));
      }
      profiles.computeIfAbsent(profile, key -> new ArrayList<>()).add(from.getKey());
    }
    var lines = new ArrayList<String>();
    profiles.forEach((profile, from) -> {
      String who = from.size() == parties.size() ? "all" : joined(from);
      profile.forEach((services, to) -> lines.add(who + " may reach " + joined(to) + services));
    });
    return lines;
  }

  private String services(Set<Kind> works) {
    if (works.size() == kinds.size()) {
      return "";
    }
    var words = new ArrayList<String>();
    for (var transport : Transport.values()) {
      var mine = works.stream().filter(kind -> kind.transport() == transport).toList();
      var all = kinds.stream().filter(kind -> kind.transport() == transport).toList();
      if (mine.size() == all.size()) {
        words.add(transport.word());
      } else {
        PortRange.merged(mine.stream().flatMap(kind -> kind.ports().stream()).toList())
            .forEach(range -> words.add(transport.word() + "/" + range));
      }
    }
    return " on " + String.join(", ", words);
  }

  private static String joined(List<Name> names) {
    return String.join(", ", names.stream().map(Name::text).toList());
  }
}
