package guywire.control.api;

import guywire.control.store.Page;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * How a list that is here as a whole can be asked for in part: by what its items are put in order,
 * chosen and found. Every item has a key of its own, and is in the order of the keys where nothing
 * else is asked for. Where a page ends is told by the last item's place in the order, not by a
 * count, so that what comes or goes between two pages shifts nothing.
 *
 * @param <T> the items
 */
final class Listing<T> {

  /** So much of a value counts for the order, which keeps the word for the next page short. */
  private static final int LONGEST_VALUE = 60;

  /** More than this nobody looks for. */
  private static final int LONGEST_SEARCH = 200;

  /** The words of what is so or not. */
  static final List<String> YES_NO = List.of("true", "false");

  private final String keyName;
  private final Function<T, String> key;
  private final Map<String, Function<T, Optional<String>>> orders = new LinkedHashMap<>();
  private final Map<String, Choice<T>> choices = new LinkedHashMap<>();
  private Function<T, Stream<String>> texts = _ -> Stream.empty();

  private record Choice<T>(List<String> words, Function<T, String> value) {}

  /** Where an item is in an order: those without a value come last, whichever way it goes. */
  private record Place(Optional<String> value, String key) {

    static Comparator<Place> order(boolean down) {
      Comparator<String> values = down ? Comparator.reverseOrder() : Comparator.naturalOrder();
      return Comparator.<Place, Boolean>comparing(place -> place.value.isEmpty())
          .thenComparing(place -> place.value.orElse(""), values)
          .thenComparing(Place::key);
    }

    String text() {
      String whole = value.map(one -> "+" + one).orElse("-") + "\n" + key;
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(whole.getBytes(StandardCharsets.UTF_8));
    }

    static Optional<Place> parse(String text) {
      try {
        String whole = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
        int end = whole.lastIndexOf('\n');
        if (end < 1) {
          return Optional.empty();
        }
        var value =
            whole.charAt(0) == '+'
                ? Optional.of(whole.substring(1, end))
                : Optional.<String>empty();
        return Optional.of(new Place(value, whole.substring(end + 1)));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
  }

  private Listing(String keyName, Function<T, String> key) {
    this.keyName = keyName;
    this.key = key;
  }

  /**
   * A list in the order of its items' keys.
   *
   * @param keyName what the key is called
   * @param key the key of an item, which no other has
   */
  static <T> Listing<T> by(String keyName, Function<T, String> key) {
    return new Listing<>(keyName, key);
  }

  /** It can be in the order of this text, whether it is written with capitals or not. */
  Listing<T> ordered(String name, Function<T, String> text) {
    orders.put(name, text.andThen(Listing::folded).andThen(Optional::of));
    return this;
  }

  /** It can be in the order of this moment, from the earliest on. */
  Listing<T> orderedByTime(String name, Function<T, Optional<Instant>> moment) {
    orders.put(name, item -> moment.apply(item).map(at -> number(at.toEpochMilli())));
    return this;
  }

  /** It can be in the order of this number, which is 0 or more, from the smallest on. */
  Listing<T> orderedByNumber(String name, Function<T, Optional<Long>> number) {
    orders.put(name, item -> number.apply(item).map(Listing::number));
    return this;
  }

  /** Those of its items can be chosen whose value is the given one. */
  Listing<T> chosen(String name, Function<T, String> value) {
    return chosen(name, List.of(), value);
  }

  /** Those of its items can be chosen whose value is one of these words. */
  Listing<T> chosen(String name, List<String> words, Function<T, String> value) {
    choices.put(name, new Choice<>(words, value));
    return this;
  }

  /** Those of its items can be found in one of whose texts something occurs. */
  Listing<T> searched(Function<T, Stream<String>> texts) {
    this.texts = texts;
    return this;
  }

  /** The parameters that it can be asked with. */
  Set<String> parameters() {
    var all = new HashSet<>(choices.keySet());
    all.addAll(Set.of("after", "limit", "sort", "search"));
    return Set.copyOf(all);
  }

  /**
   * The part that is asked for.
   *
   * @throws Problem if it is asked for by what this list has not
   */
  Page<T> page(Collection<T> all, Call call) {
    return page(all, call.query(), call.page());
  }

  /**
   * The part that is asked for.
   *
   * @param query the parameters
   * @throws Problem if it is asked for by what this list has not
   */
  Page<T> page(Collection<T> all, Map<String, String> query, Page.Wanted wanted) {
    String sort = query.getOrDefault("sort", keyName);
    boolean down = sort.startsWith("-");
    String name = down ? sort.substring(1) : sort;
    boolean byKey = name.equals(keyName);
    Function<T, Optional<String>> value =
        byKey
            ? key.andThen(Optional::of)
            : Optional.ofNullable(orders.get(name)).orElseThrow(this::noSuchOrder);
    boolean plain = byKey && !down;
    var order = Place.order(down);
    var after =
        wanted
            .after()
            .map(text ->
                plain
                    ? new Place(Optional.of(text), text)
                    : Place.parse(text).orElseThrow(() -> Problem.of(400, "bad-after")));
    record Placed<T>(T item, Place place) {}
    var found =
        all.stream()
            .filter(matching(query))
            .map(item -> new Placed<>(item, new Place(value.apply(item), key.apply(item))))
            .filter(item -> after.map(last -> order.compare(item.place, last) > 0).orElse(true))
            .sorted(Comparator.comparing(Placed::place, order))
            .limit(wanted.limit() + 1L)
            .toList();
    var items = found.stream().map(Placed::item).limit(wanted.limit()).toList();
    if (found.size() <= wanted.limit()) {
      return new Page<>(items, Optional.empty());
    }
    var last = found.get(wanted.limit() - 1).place;
    return new Page<>(items, Optional.of(plain ? last.key : last.text()));
  }

  private Problem noSuchOrder() {
    var names = Stream.concat(Stream.of(keyName), orders.keySet().stream()).toList();
    return Problem.of(400, "bad-sort", String.join(", ", names));
  }

  private Predicate<T> matching(Map<String, String> query) {
    Predicate<T> all = _ -> true;
    for (var choice : choices.entrySet()) {
      String wanted = query.get(choice.getKey());
      if (wanted == null) {
        continue;
      }
      var words = choice.getValue().words();
      if (!words.isEmpty() && !words.contains(wanted)) {
        throw Problem.of(400, "bad-choice", choice.getKey(), String.join(", ", words));
      }
      all = all.and(item -> choice.getValue().value().apply(item).equals(wanted));
    }
    String search = search(query);
    return search.isEmpty()
        ? all
        : all.and(item ->
            texts.apply(item).anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(search)));
  }

  /** What is looked for, in small letters; empty if nothing is. */
  static String search(Map<String, String> query) {
    String search = query.getOrDefault("search", "").strip().toLowerCase(Locale.ROOT);
    if (search.length() > LONGEST_SEARCH) {
      throw Problem.of(400, "long-search", String.valueOf(LONGEST_SEARCH));
    }
    return search;
  }

  private static String folded(String text) {
    String small = text.toLowerCase(Locale.ROOT).replace('\n', ' ');
    return small.length() <= LONGEST_VALUE ? small : small.substring(0, LONGEST_VALUE);
  }

  /** Of the same length for all, so that the order of the texts is that of the numbers. */
  private static String number(long value) {
    return "%019d".formatted(value);
  }
}
