package guywire.control.change;

import guywire.address.IpAddress.Family;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.text.Place;
import guywire.network.text.Text;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Members;
import guywire.plan.definition.Members.Member;
import guywire.prove.Judgement;
import guywire.prove.Judgement.PromiseVerdict;
import guywire.prove.Matrix;
import guywire.prove.Matrix.PairScope;
import guywire.prove.Reach;
import guywire.prove.Reachability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who reaches whom in a network, by groups of machines that behave alike, and which lines of its
 * definition hold.
 *
 * @param groups the groups
 * @param cells what is open from one to another
 * @param left how many groups are left out, because nobody reads a table of so many
 * @param tests what became of each line that promises something, by where it stands
 */
public record Access(List<Named> groups, List<Cell> cells, int left, Map<Place, Tested> tests) {

  private static final int MOST_GROUPS = 60;

  /**
   * Machines that behave alike.
   *
   * @param name what the definition calls all of them together, if it does
   * @param spots the machines
   */
  public record Named(Optional<String> name, List<Spot> spots) {
    /** Copies the list. */
    public Named {
      spots = List.copyOf(spots);
    }
  }

  /**
   * What is open between the machines of two groups.
   *
   * @param from the number of the group where connections begin
   * @param to the number of the group they are made to
   * @param scope which pairs of machines are meant
   * @param reaches what is open at the address of each family that the network has tunnels for
   * @param one a machine where it begins
   * @param other one it is made to
   */
  public record Cell(
      int from, int to, PairScope scope, Map<Family, Reach> reaches, Spot one, Spot other) {
    /** Keeps the order. */
    public Cell {
      reaches = Collections.unmodifiableMap(new LinkedHashMap<>(reaches));
    }
  }

  /**
   * What became of a line that promises something.
   *
   * @param verdict the worst of what its pairs of machines fare
   * @param shown the packet that shows it, if it is not kept
   * @param why what breaks it, or what it depends on
   */
  public record Tested(PromiseVerdict verdict, Optional<Judgement> shown, Optional<Text> why) {
    private static final Tested KEPT =
        new Tested(PromiseVerdict.KEPT, Optional.empty(), Optional.empty());

    /** The worse of two. */
    Tested or(Tested other) {
      return other.verdict.compareTo(verdict) > 0 ? other : this;
    }
  }

  /** Copies the collections. */
  public Access {
    groups = List.copyOf(groups);
    cells = List.copyOf(cells);
    tests = Map.copyOf(tests);
  }

  /** Of the newest version of a network. */
  static Access of(NewestVersion newest) {
    var reachability = Reachability.of(newest.network());
    var names = names(newest);
    var cells = new LinkedHashMap<Key, Map<Family, Reach>>();
    List<Matrix.Group> all = List.of();
    for (var family : families(newest.definition())) {
      var matrix = reachability.matrix(family);
      all = matrix.groups();
      for (var cell : matrix.cells()) {
        if (Math.max(cell.from(), cell.to()) < MOST_GROUPS) {
          var key =
              new Key(cell.from(), cell.to(), cell.scope(), cell.sampleFrom(), cell.sampleTo());
          reachability
              .reach(key.one(), key.other(), family)
              .ifPresent(reach ->
                  cells.computeIfAbsent(key, _ -> new LinkedHashMap<>()).put(family, reach));
        }
      }
    }
    return new Access(
        all.stream()
            .limit(MOST_GROUPS)
            .map(group ->
                new Named(Optional.ofNullable(names.get(Set.copyOf(group.spots()))), group.spots()))
            .toList(),
        cells.entrySet().stream().map(entry -> entry.getKey().cell(entry.getValue())).toList(),
        Math.max(0, all.size() - MOST_GROUPS),
        tests(reachability));
  }

  /** Of the others nothing passes a tunnel, and a policy says nothing. */
  private static List<Family> families(Definition definition) {
    return Arrays.stream(Family.values())
        .filter(family ->
            definition.overlay().stream()
                .anyMatch(entry -> entry.prefix().address().family() == family))
        .toList();
  }

  /** Pairs of machines that one sample stands for. */
  private record Key(int from, int to, PairScope scope, Spot one, Spot other) {
    Cell cell(Map<Family, Reach> reaches) {
      return new Cell(from, to, scope, reaches, one, other);
    }
  }

  private static Map<Place, Tested> tests(Reachability reachability) {
    var tests = new HashMap<Place, Tested>();
    for (var judgement : reachability.judgements()) {
      var tested =
          judgement.verdict() == PromiseVerdict.KEPT
              ? Tested.KEPT
              : new Tested(judgement.verdict(), Optional.of(judgement), judgement.why());
      tests.merge(judgement.promise().place(), tested, Tested::or);
    }
    for (var lookup : reachability.lookups()) {
      tests.merge(
          lookup.lookup().place(),
          new Tested(lookup.verdict(), Optional.empty(), lookup.why()),
          Tested::or);
    }
    return tests;
  }

  /** What a definition calls several machines: its own groups first, then sites, then words. */
  private static Map<Set<Spot>, String> names(NewestVersion newest) {
    var definition = newest.definition();
    var members = new Members(definition);
    var names = new HashMap<Set<Spot>, String>();
    for (var name : collective(definition)) {
      var spots = new LinkedHashSet<Spot>();
      members.of(name).forEach(member -> spots.addAll(spots(member, newest.network())));
      if (spots.size() > 1) {
        names.putIfAbsent(spots, name.text());
      }
    }
    return names;
  }

  private static List<Name> collective(Definition definition) {
    var names = new ArrayList<Name>();
    definition.groups().forEach(group -> names.add(group.name()));
    definition.sites().forEach(site -> names.add(site.name()));
    Arrays.stream(new String[] {"roaming", "sites", "nodes", "all"})
        .forEach(word -> names.add(new Name(word)));
    return names;
  }

  private static List<Spot> spots(Member member, Network network) {
    return switch (member) {
      case Member.OfNode node -> List.of(new Spot.Node(node.name()));
      case Member.OfHost host -> List.of(new Spot.Host(host.site(), host.name()));
      case Member.Internet _ -> List.of(new Spot.Outside());
      case Member.OfSite site ->
          network.underlay().sites().stream()
              .filter(each -> each.name().equals(site.name()))
              .map(Site::hosts)
              .flatMap(List::stream)
              .<Spot>map(host -> new Spot.Host(site.name(), host.name()))
              .toList();
    };
  }
}
