package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.store.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists that are asked for in part. */
class ListingTest {

  private record Item(String name, String label, Optional<Instant> seen, Optional<Long> bytes) {}

  private static final Listing<Item> LISTING =
      Listing.by("name", Item::name)
          .ordered("label", Item::label)
          .orderedByTime("seen", Item::seen)
          .orderedByNumber("bytes", Item::bytes)
          .chosen("label", Item::label)
          .chosen("seen-ever", Listing.YES_NO, item -> String.valueOf(item.seen().isPresent()))
          .searched(item -> Stream.of(item.name(), item.label()));

  private static List<Item> items(Random random) {
    var items = new ArrayList<Item>();
    int count = random.nextInt(60);
    for (int i = 0; i < count; i++) {
      items.add(
          new Item(
              "item-" + i,
              List.of("", "Über", "uber", "Zebra", "zebra", "a\nb", "名").get(random.nextInt(7)),
              random.nextInt(4) == 0
                  ? Optional.empty()
                  : Optional.of(Instant.ofEpochMilli(random.nextInt(20))),
              random.nextInt(4) == 0
                  ? Optional.empty()
                  : Optional.of(random.nextLong(random.nextBoolean() ? 12 : Long.MAX_VALUE))));
    }
    Collections.shuffle(items, random);
    return items;
  }

  /** What is wanted, by sorting all of it in the plainest way. */
  private static List<Item> oracle(List<Item> all, String sort, Map<String, String> query) {
    boolean down = sort.startsWith("-");
    var values =
        new ArrayList<>(
            all.stream()
                .filter(
                    item -> !query.containsKey("label") || item.label().equals(query.get("label")))
                .filter(item ->
                    (item.name() + "\n" + item.label())
                        .toLowerCase(Locale.ROOT)
                        .contains(query.getOrDefault("search", "").toLowerCase(Locale.ROOT)))
                .toList());
    Comparator<Item> byName = Comparator.comparing(Item::name);
    Comparator<Item> order =
        switch (sort.replace("-", "")) {
          case "name" -> down ? byName.reversed() : byName;
          case "label" -> {
            Comparator<Item> labels =
                Comparator.comparing(
                    item -> item.label().toLowerCase(Locale.ROOT).replace('\n', ' '));
            yield (down ? labels.reversed() : labels).thenComparing(byName);
          }
          case "seen" -> present(Item::seen, down).thenComparing(byName);
          default -> present(Item::bytes, down).thenComparing(byName);
        };
    values.sort(order);
    return values;
  }

  private static <V extends Comparable<V>> Comparator<Item> present(
      Function<Item, Optional<V>> value, boolean down) {
    return (one, other) -> {
      var first = value.apply(one);
      var second = value.apply(other);
      if (first.isEmpty() || second.isEmpty()) {
        return Boolean.compare(first.isEmpty(), second.isEmpty());
      }
      int compared = first.get().compareTo(second.get());
      return down ? -compared : compared;
    };
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void its_pages_are_the_whole_list_in_order_whatever_their_length(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      var all = items(random);
      String sort =
          (random.nextBoolean() ? "-" : "")
              + List.of("name", "label", "seen", "bytes").get(random.nextInt(4));
      var query = new HashMap<String, String>(Map.of("sort", sort));
      if (random.nextInt(3) == 0) {
        query.put("label", "zebra");
      }
      if (random.nextInt(3) == 0) {
        query.put("search", "ZEB");
      }
      var seen = new ArrayList<Item>();
      Optional<String> after = Optional.empty();
      do {
        var wanted = new Page.Wanted(after, 1 + random.nextInt(10));
        var page = LISTING.page(all, query, wanted);
        assertThat(page.items()).hasSizeLessThanOrEqualTo(wanted.limit());
        seen.addAll(page.items());
        after = page.next();
      } while (after.isPresent());
      assertThat(seen).as("seed %d, %s", seed, query).isEqualTo(oracle(all, sort, query));
    }
  }

  @Test
  void what_comes_or_goes_between_two_pages_shifts_nothing() {
    var all =
        new ArrayList<>(
            Stream.of("a", "b", "c", "d", "e")
                .map(name -> new Item(name, "", Optional.empty(), Optional.of(5L)))
                .toList());
    var query = Map.of("sort", "-bytes");
    var first = LISTING.page(all, query, new Page.Wanted(Optional.empty(), 2));
    all.removeIf(item -> item.name().equals("a"));
    all.add(new Item("aa", "", Optional.empty(), Optional.of(9L)));
    var second = LISTING.page(all, query, new Page.Wanted(first.next(), 5));
    assertThat(second.items()).extracting(Item::name).containsExactly("c", "d", "e");
  }

  @Test
  void where_a_page_of_names_ends_can_be_read() {
    var all = items(new Random(3));
    var page = LISTING.page(all, Map.of(), new Page.Wanted(Optional.empty(), 1));
    assertThat(page.next()).contains(page.items().getLast().name());
  }

  @Test
  void what_nobody_has_is_refused_with_what_there_is() {
    refused(Map.of("sort", "colour"), Optional.empty(), "bad-sort");
    refused(Map.of("sort", "--name"), Optional.empty(), "bad-sort");
    refused(Map.of("seen-ever", "perhaps"), Optional.empty(), "bad-choice");
    refused(Map.of("search", "x".repeat(201)), Optional.empty(), "long-search");
    for (String after : List.of("", "%", "AAAA", "LQ", "name")) {
      refused(Map.of("sort", "bytes"), Optional.of(after), "bad-after");
    }
  }

  private static void refused(Map<String, String> query, Optional<String> after, String code) {
    assertThatThrownBy(() -> LISTING.page(List.of(), query, new Page.Wanted(after, 5)))
        .as("%s %s", query, after)
        .isInstanceOf(Problem.class)
        .hasMessage(code);
  }
}
