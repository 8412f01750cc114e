package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.InterfaceName;
import guywire.network.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The routes of a table that commands make and take away, in the order in which they were made.
 * Many of either cost work in proportion to their number. Not safe for use by several threads.
 *
 * @param <T> what is kept of each
 */
/*
 * The words of `ip route del` name some of a route's properties; which ones is one of eight kinds. For each
 * kind that was met there is an index from the words to the routes that they mean.
 */
final class MadeRoutes<T> {

  private static final int VIA = 1;
  private static final int DEVICE = 2;
  private static final int METRIC = 4;
  private static final int KINDS = 8;

  private record Words(
      Prefix to, Optional<IpAddress> via, Optional<InterfaceName> device, OptionalInt metric) {

    static Words of(int kind, Route route) {
      return new Words(
          route.to(),
          (kind & VIA) == 0 ? Optional.empty() : route.via(),
          (kind & DEVICE) == 0 ? Optional.empty() : route.device(),
          (kind & METRIC) == 0 ? OptionalInt.empty() : route.metric());
    }
  }

  private final Function<T, Route> route;
  private final Map<Integer, T> routes = new LinkedHashMap<>();
  private final List<Optional<Map<Words, List<Integer>>>> indexes = new ArrayList<>();
  private int made;

  /** None yet. */
  MadeRoutes(Function<T, Route> route) {
    this.route = route;
    for (int kind = 0; kind < KINDS; kind++) {
      indexes.add(Optional.empty());
    }
  }

  void add(T made) {
    int number = this.made++;
    routes.put(number, made);
    for (int kind = 0; kind < KINDS; kind++) {
      var words = Words.of(kind, route.apply(made));
      indexes.get(kind).ifPresent(index -> add(index, words, number));
    }
  }

  private static void add(Map<Words, List<Integer>> index, Words words, int number) {
    index.computeIfAbsent(words, of -> new ArrayList<>()).add(number);
  }

  /** Takes the routes away that {@code ip route del} with these words means. */
  void remove(Route meant) {
    int kind = kind(meant);
    found(kind, meant).forEach(routes::remove);
    index(kind).remove(Words.of(kind, meant));
  }

  /** Whether {@code ip route del} with these words means any. */
  boolean hasMeant(Route words) {
    return !found(kind(words), words).isEmpty();
  }

  /** Whether there is a route of the same prefix and metric, of which the kernel takes one. */
  boolean hasLike(Route other) {
    return !found(METRIC, other).isEmpty();
  }

  private static int kind(Route words) {
    return (words.via().isPresent() ? VIA : 0)
        | (words.device().isPresent() ? DEVICE : 0)
        | (words.metric().isPresent() ? METRIC : 0);
  }

  /** The numbers of the routes that are still there and have these words. */
  private List<Integer> found(int kind, Route words) {
    var numbers = index(kind).getOrDefault(Words.of(kind, words), new ArrayList<>());
    numbers.removeIf(number -> !routes.containsKey(number));
    return numbers;
  }

  private Map<Words, List<Integer>> index(int kind) {
    var known = indexes.get(kind);
    if (known.isPresent()) {
      return known.get();
    }
    var index = new HashMap<Words, List<Integer>>();
    routes.forEach((number, made) -> add(index, Words.of(kind, route.apply(made)), number));
    indexes.set(kind, Optional.of(index));
    return index;
  }

  boolean isEmpty() {
    return routes.isEmpty();
  }

  List<T> all() {
    return List.copyOf(routes.values());
  }
}
