package guywire.recognise;

import guywire.plan.definition.Definition.Topology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The topology of a network: who has a tunnel to whom, and through whom the others meet.
 *
 * <p>Used once, by one thread.
 */
final class FoundTopology {

  /** Two members, in the order of the network. */
  record Pair(Member one, Member other) {}

  private final List<Member> members;
  private final PeerRoutes ways;
  private final FoundUnderlay surroundings;
  private final RecognitionNotes notes;
  private final List<Pair> tunnels = new ArrayList<>();
  private final Map<Pair, Member> transits = new LinkedHashMap<>();
  private final List<Pair> apart = new ArrayList<>();
  private final Map<Member, Integer> carried = new LinkedHashMap<>();
  private final List<Member> hubs = new ArrayList<>();
  private final Map<Member, Member> hubOf = new LinkedHashMap<>();
  private final Map<String, List<Pair>> links = new LinkedHashMap<>();
  private Topology topology = Topology.MESH;

  FoundTopology(
      List<Member> members, PeerRoutes ways, FoundUnderlay surroundings, RecognitionNotes notes) {
    this.members = members;
    this.ways = ways;
    this.surroundings = surroundings;
    this.notes = notes;
  }

  /** Finds hubs and links. */
  FoundTopology find() {
    sortPairs();
    findHubs();
    if (!hubs.isEmpty()) {
      topology = Topology.HUB;
      hubs.forEach(this::mustBeFound);
      aroundHubs();
    } else if (transits.size() + apart.size() <= tunnels.size()) {
      topology = Topology.MESH;
      inMesh();
    } else {
      topology = Topology.LINKS;
      tunnels.stream().filter(this::isPossible).forEach(pair -> link("direct", pair));
      transits.forEach(this::via);
    }
    return this;
  }

  Topology topology() {
    return topology;
  }

  List<Member> hubs() {
    return hubs;
  }

  /** The hub a member hangs on; empty for hubs, and where there is none. */
  Optional<Member> hubOf(Member member) {
    return Optional.ofNullable(hubOf.get(member));
  }

  /** The pairs that something must be said about, by what is said. */
  Map<String, List<Pair>> links() {
    return links;
  }

  /** The pairs that have a tunnel between them. */
  List<Pair> tunnels() {
    return tunnels;
  }

  private void sortPairs() {
    for (int i = 0; i < members.size(); i++) {
      for (int j = i + 1; j < members.size(); j++) {
        var one = members.get(i);
        var other = members.get(j);
        var pair = new Pair(one, other);
        if (one.meets(other)) {
          tunnels.add(pair);
        } else {
          var relay = relay(one, other).or(() -> relay(other, one)).or(() -> between(one, other));
          if (relay.isPresent()) {
            transits.put(pair, relay.get());
            carried.merge(relay.get(), 1, Integer::sum);
          } else {
            apart.add(pair);
          }
        }
      }
    }
  }

  /** Through whom a member sends to one it has no tunnel to. */
  private Optional<Member> relay(Member from, Member to) {
    return ways.next(from, to).filter(next -> next != to && next != from);
  }

  /** Of two of whom there is no file, it is taken that they meet through whom both know. */
  private Optional<Member> between(Member one, Member other) {
    return one.isGhost() && other.isGhost()
        ? one.heard().stream()
            .map(Member.Heard::by)
            .filter(by -> by.about(other).isPresent())
            .findFirst()
        : Optional.empty();
  }

  /** Hubs are those whom others send the tunnel space, or who carry most of what isn't direct. */
  private void findHubs() {
    var candidates = new LinkedHashSet<Member>();
    if (members.size() > 2 && transits.isEmpty()) {
      return;
    }
    var sentWidely = sentWidely();
    for (var member : members) {
      boolean wide = sentWidely.contains(member);
      boolean alone = members.stream().allMatch(other -> other == member || other.isGhost());
      boolean carries =
          carried.containsKey(member)
              && (transits.size() >= tunnels.size() || alone)
              && carried.getOrDefault(member, 0) * 2 >= transits.size();
      if (wide || carries) {
        candidates.add(member);
      }
    }
    var best = new ArrayList<>(candidates);
    best.sort(
        Comparator.comparing((Member member) -> !surroundings.isOpen(member))
            .thenComparing(member -> -carried.getOrDefault(member, 0))
            .thenComparing(member -> -neighbours(member)));
    for (var candidate : best) {
      boolean needed = members.stream().anyMatch(m -> m != candidate && !isServed(m));
      if (hubs.isEmpty() || (needed && hubs.stream().allMatch(candidate::meets))) {
        hubs.add(candidate);
      }
    }
    boolean everyone =
        members.stream().allMatch(m -> hubs.contains(m) || hubs.stream().anyMatch(m::meets));
    if (!everyone) {
      hubs.clear();
    }
    hubs.sort(Comparator.comparing(members::indexOf));
    for (var member : members) {
      if (!hubs.contains(member) && !hubs.isEmpty()) {
        hubOf.put(member, chosenHub(member));
      }
    }
  }

  /** To whom somebody else sends more of the tunnel space than single addresses. */
  private Set<Member> sentWidely() {
    var found = new HashSet<Member>();
    for (var from : members) {
      for (var peer : from.peers()) {
        ways.member(peer)
            .filter(to -> to != from && !found.contains(to) && ways.sendsWidely(from, to))
            .ifPresent(found::add);
      }
    }
    return found;
  }

  /** Whether a member has a hub among those found, or is one. */
  private boolean isServed(Member member) {
    return hubs.contains(member) || hubs.stream().anyMatch(member::meets);
  }

  private long neighbours(Member member) {
    return members.stream().filter(other -> other != member && other.meets(member)).count();
  }

  /** The hub that most of a member's packets go through. */
  private Member chosenHub(Member member) {
    if (hubs.size() == 1) {
      return hubs.getFirst();
    }
    var counts = new LinkedHashMap<Member, Integer>();
    hubs.stream().filter(member::meets).forEach(hub -> counts.put(hub, 0));
    for (var other : members) {
      if (other != member) {
        ways.next(member, other)
            .filter(counts::containsKey)
            .ifPresent(hub -> counts.merge(hub, 1, Integer::sum));
        if (member.isGhost()) {
          counts.replaceAll((hub, n) -> n + (ways.next(hub, member).isPresent() ? 1 : 0));
        }
      }
    }
    Member best = hubs.getFirst();
    int most = -1;
    for (var entry : counts.entrySet()) {
      if (entry.getValue() > most) {
        most = entry.getValue();
        best = entry.getKey();
      }
    }
    return best;
  }

  /** What goes otherwise than through the hubs. */
  private void aroundHubs() {
    for (var pair : tunnels) {
      var one = pair.one();
      var other = pair.other();
      boolean usual =
          (hubs.contains(one) && hubs.contains(other))
              || hubOf(one).equals(Optional.of(other))
              || hubOf(other).equals(Optional.of(one));
      if (!usual && isUsed(pair) && isPossible(pair)) {
        link("direct", pair);
      }
    }
    transits.forEach((pair, relay) -> {
      boolean usual =
          hubOf(pair.one()).equals(Optional.of(relay))
              || hubOf(pair.other()).equals(Optional.of(relay))
              || hubs.contains(relay);
      if (!usual) {
        via(pair, relay);
      }
    });
  }

  private void inMesh() {
    for (var pair : tunnels) {
      if (!isPossible(pair)) {
        link("none", pair);
      }
    }
    transits.forEach(this::via);
    apart.forEach(pair -> link("none", pair));
  }

  /** Through a relay, if both ends have it so. */
  private void via(Pair pair, Member relay) {
    boolean there = pair.one().isGhost() || goesThrough(pair.one(), pair.other(), relay);
    boolean back = pair.other().isGhost() || goesThrough(pair.other(), pair.one(), relay);
    boolean meet = relay.meets(pair.one()) && relay.meets(pair.other());
    if (meet) {
      link("via " + relay.name(), pair);
    }
    if (!meet || !there || !back) {
      notes.settled(
          pair.one(),
          pair.one().place(),
          meet ? "relay-half" : "relay-lost",
          pair.one().name().text(),
          pair.other().name().text(),
          relay.name().text());
    }
  }

  private boolean goesThrough(Member from, Member to, Member relay) {
    return ways.next(from, to).equals(Optional.of(relay));
  }

  /** Whether packets go into a tunnel at all: a peer may be there for nothing but its key. */
  private boolean isUsed(Pair pair) {
    return goesThrough(pair.one(), pair.other(), pair.other())
        || goesThrough(pair.other(), pair.one(), pair.one());
  }

  private void link(String way, Pair pair) {
    links.computeIfAbsent(way, key -> new ArrayList<>()).add(pair);
  }

  /** A hub that no file can dial is somewhere that its owner knows. */
  private void mustBeFound(Member hub) {
    boolean reachable =
        members.stream()
            .filter(member -> member != hub && member.meets(hub))
            .allMatch(
                member -> surroundings.canDial(member, hub) || surroundings.canDial(hub, member));
    if (!reachable) {
      surroundings.askFor(hub);
    }
  }

  private boolean isPossible(Pair pair) {
    boolean possible =
        surroundings.canDial(pair.one(), pair.other())
            || surroundings.canDial(pair.other(), pair.one());
    if (!possible) {
      notes.settled(
          pair.one(),
          pair.one().place(),
          "undialled",
          pair.one().name().text(),
          pair.other().name().text());
    }
    return possible;
  }
}
