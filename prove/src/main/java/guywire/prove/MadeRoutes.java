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

/**
 * The routes that commands make and take away, in the order in which they were made. Many of either
 * cost work in proportion to their number. Not safe for use by several threads.
 */
/*
 * The words of `ip route del` name some of a route's properties; which ones is one of eight kinds. For each
 * kind that was met there is an index from the words to the routes that they mean.
 */
final class MadeRoutes {

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

  private final Map<Integer, Route> routes = new LinkedHashMap<>();
  private final List<Optional<Map<Words, List<Integer>>>> indexes = new ArrayList<>();
  private int made;

  MadeRoutes(List<Route> first) {
    for (int kind = 0; kind < KINDS; kind++) {
      indexes.add(Optional.empty());
    }
    first.forEach(this::add);
  }

  void add(Route route) {
    int number = made++;
    routes.put(number, route);
    for (int kind = 0; kind < KINDS; kind++) {
      var words = Words.of(kind, route);
      indexes.get(kind).ifPresent(index -> add(index, words, number));
    }
  }

  private static void add(Map<Words, List<Integer>> index, Words words, int number) {
    index.computeIfAbsent(words, of -> new ArrayList<>()).add(number);
  }

  /** Takes the routes away that {@code ip route del} with these words means. */
  void remove(Route meant) {
    int kind =
        (meant.via().isPresent() ? VIA : 0)
            | (meant.device().isPresent() ? DEVICE : 0)
            | (meant.metric().isPresent() ? METRIC : 0);
    var found = index(kind).remove(Words.of(kind, meant));
    if (found != null) {
      found.forEach(routes::remove);
    }
  }

  private Map<Words, List<Integer>> index(int kind) {
    var known = indexes.get(kind);
    if (known.isPresent()) {
      return known.get();
    }
    var index = new HashMap<Words, List<Integer>>();
    routes.forEach((number, route) -> add(index, Words.of(kind, route), number));
    indexes.set(kind, Optional.of(index));
    return index;
  }

  List<Route> all() {
    return List.copyOf(routes.values());
  }
}
