package guywire.prove;

import guywire.address.Prefix;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Values by prefix, asked for those whose prefix has an address in common with another.
 *
 * <p>Two prefixes overlap if one contains the other. What is around a prefix is found as {@link
 * PrefixMap} does; what lies inside follows it in the order of prefixes. So a question costs as
 * much as there are answers, whatever the number of prefixes.
 *
 * <p>Not safe for use by several threads.
 *
 * @param <V> what belongs to a prefix; there may be several of them
 */
final class Overlaps<V> {

  private final PrefixMap<Set<V>> around = new PrefixMap<>();
  private final TreeMap<Prefix, Set<V>> inOrder = new TreeMap<>();

  void add(Prefix prefix, V value) {
    var values = inOrder.computeIfAbsent(prefix, key -> new LinkedHashSet<>());
    if (values.isEmpty()) {
      around.put(prefix, values);
    }
    values.add(value);
  }

  /** Whether a prefix that overlaps this one has such a value. */
  boolean any(Prefix prefix, Predicate<V> wanted) {
    for (var entry : around.around(prefix)) {
      if (entry.value().stream().anyMatch(wanted)) {
        return true;
      }
    }
    for (var entry : inOrder.tailMap(prefix, false).entrySet()) {
      if (!prefix.contains(entry.getKey())) {
        return false;
      }
      if (entry.getValue().stream().anyMatch(wanted)) {
        return true;
      }
    }
    return false;
  }

  /** Whether any prefix overlaps this one. */
  boolean any(Prefix prefix) {
    return any(prefix, value -> true);
  }
}
