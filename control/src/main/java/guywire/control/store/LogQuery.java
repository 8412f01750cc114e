package guywire.control.store;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Which entries of what was written down one after the other are wanted.
 *
 * @param search what occurs in one of their texts, in small letters; empty for all
 * @param by who did it; empty for whoever it was
 * @param action what was done; empty for whatever it was
 * @param since those from then on
 * @param until those before then
 * @param oldestFirst whether they are wanted from the oldest on, and not from the newest
 */
public record LogQuery(
    String search,
    Optional<String> by,
    Optional<String> action,
    Optional<Instant> since,
    Optional<Instant> until,
    boolean oldestFirst) {

  /** A condition that holds where one of these columns contains what is looked for. */
  static String contains(String... columns) {
    var condition = new StringBuilder("(? = ''");
    for (String column : columns) {
      condition.append(" OR lower(").append(column).append(") LIKE ? ESCAPE '!'");
    }
    return condition.append(')').toString();
  }

  /** What is looked for, as LIKE takes it. */
  String pattern() {
    String plain = search.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    return '%' + plain.toLowerCase(Locale.ROOT) + '%';
  }

  /** The first moment that is wanted, in milliseconds. */
  long from() {
    return since.map(Instant::toEpochMilli).orElse(Long.MIN_VALUE);
  }

  /** The first moment that is not wanted any more, in milliseconds. */
  long to() {
    return until.map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
  }

  /** That a number comes after the last one of the page before, and in which order they come. */
  String following(String number) {
    return oldestFirst ? number + " > ?" : number + " < ?";
  }

  /** The order of the numbers. */
  String order(String number) {
    return " ORDER BY " + number + (oldestFirst ? "" : " DESC");
  }
}
