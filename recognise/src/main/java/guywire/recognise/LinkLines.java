package guywire.recognise;

import guywire.recognise.FoundTopology.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Pairs in few words: {@code a, b - c, d} for each of the two with each of the others. */
final class LinkLines {

  /** YAML takes no longer keys than 1024 characters; nobody reads half as long ones. */
  private static final int MOST_NAMES = 12;

  private LinkLines() {}

  /** The ends of links that are these pairs and no others. */
  static List<String> of(List<Pair> pairs) {
    var ends = new LinkedHashSet<Member>();
    pairs.forEach(pair -> {
      ends.add(pair.one());
      ends.add(pair.other());
    });
    int size = ends.size();
    if (size > 2 && size <= MOST_NAMES && pairs.size() == size * (size - 1) / 2) {
      return List.of(names(ends));
    }
    var degrees = new HashMap<Member, Integer>();
    for (var pair : pairs) {
      degrees.merge(pair.one(), 1, Integer::sum);
      degrees.merge(pair.other(), 1, Integer::sum);
    }
    var rights = new LinkedHashMap<Member, Set<Member>>();
    for (var pair : pairs) {
      // The end that has more links stands on the left: "hub - a, b, c" rather than three lines.
      boolean swap = degrees.getOrDefault(pair.other(), 0) > degrees.getOrDefault(pair.one(), 0);
      var left = swap ? pair.other() : pair.one();
      var right = swap ? pair.one() : pair.other();
      rights.computeIfAbsent(left, key -> new LinkedHashSet<>()).add(right);
    }
    var lefts = new LinkedHashMap<Set<Member>, Set<Member>>();
    rights.forEach(
        (left, its) -> lefts.computeIfAbsent(its, key -> new LinkedHashSet<>()).add(left));
    var lines = new ArrayList<String>();
    for (Map.Entry<Set<Member>, Set<Member>> entry : lefts.entrySet()) {
      for (var left : chunks(entry.getValue())) {
        for (var right : chunks(entry.getKey())) {
          lines.add(names(left) + " - " + names(right));
        }
      }
    }
    return lines;
  }

  private static List<List<Member>> chunks(Set<Member> members) {
    var list = List.copyOf(new ArrayList<>(members));
    var chunks = new ArrayList<List<Member>>();
    for (int i = 0; i < list.size(); i += MOST_NAMES) {
      chunks.add(list.subList(i, Math.min(list.size(), i + MOST_NAMES)));
    }
    return chunks;
  }

  private static String names(Iterable<Member> members) {
    var names = new ArrayList<String>();
    members.forEach(member -> names.add(member.name().text()));
    return String.join(", ", names);
  }
}
