package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Values by prefix, found by the longest prefix around an address.
 *
 * <p>One hash table for each length in use, asked from the longest down. Real tables use a handful
 * of lengths, so a look-up costs a handful of hashes whatever the number of prefixes.
 *
 * <p>Not safe for use by several threads.
 *
 * @param <V> what belongs to a prefix
 */
public final class PrefixMap<V> {

  /** An entry: a prefix with its value. */
  public record Entry<V>(Prefix prefix, V value) {}

  private final Map<Family, TreeMap<Integer, Map<IpAddress, Entry<V>>>> families = new HashMap<>();

  /** Sets the value of a prefix, replacing what it had. */
  public void put(Prefix prefix, V value) {
    tables(prefix.family())
        .computeIfAbsent(-prefix.length(), length -> new HashMap<>())
        .put(prefix.address(), new Entry<>(prefix, value));
  }

  /** The value of exactly this prefix. */
  public Optional<V> exactly(Prefix prefix) {
    return Optional.ofNullable(tables(prefix.family()).get(-prefix.length()))
        .map(table -> table.get(prefix.address()))
        .map(Entry::value);
  }

  /** The entry of the longest prefix that contains the address. */
  public Optional<Entry<V>> longest(IpAddress address) {
    for (var level : tables(address.family()).entrySet()) {
      var entry = level.getValue().get(Prefix.around(address, -level.getKey()).address());
      if (entry != null) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  /** The entries of all prefixes that contain the prefix, itself included, longest first. */
  public List<Entry<V>> around(Prefix prefix) {
    var found = new ArrayList<Entry<V>>();
    for (var level : tables(prefix.family()).entrySet()) {
      if (-level.getKey() <= prefix.length()) {
        var entry =
            level.getValue().get(Prefix.around(prefix.address(), -level.getKey()).address());
        if (entry != null) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  private TreeMap<Integer, Map<IpAddress, Entry<V>>> tables(Family family) {
    return families.computeIfAbsent(family, key -> new TreeMap<>());
  }
}
