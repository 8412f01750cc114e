package guywire.control.store;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A part of a list, and where the next begins.
 *
 * @param items what is in this part
 * @param next what to ask for to get the next; empty if this is the last
 */
public record Page<T>(List<T> items, Optional<String> next) {

  /** Copies the list. */
  public Page {
    items = List.copyOf(items);
  }

  /**
   * What part of a list is wanted.
   *
   * @param after what the page before said comes next; empty for the first
   * @param limit as many at most, 1 to {@link #MOST}
   */
  public record Wanted(Optional<String> after, int limit) {

    /** No page has more. */
    public static final int MOST = 1000;

    /**
     * Checks the limit.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public Wanted {
      if (limit < 1 || limit > MOST) {
        throw new IllegalArgumentException("a page has 1 to " + MOST + " items");
      }
    }

    /** The number after which to go on, in a list that is told by its numbers. */
    long after(boolean oldestFirst) {
      try {
        return after.map(Long::parseLong).orElse(oldestFirst ? Long.MIN_VALUE : Long.MAX_VALUE);
      } catch (NumberFormatException e) {
        // No page said that: nothing comes after it.
        return oldestFirst ? Long.MAX_VALUE : Long.MIN_VALUE;
      }
    }
  }

  /** The page of what was read with a limit of one more than is wanted. */
  static <T> Page<T> of(List<T> read, Wanted wanted, Function<T, String> key) {
    if (read.size() <= wanted.limit()) {
      return new Page<>(read, Optional.empty());
    }
    var items = read.subList(0, wanted.limit());
    return new Page<>(items, Optional.of(key.apply(items.getLast())));
  }
}
