package guywire.control.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Who went wrong too often within a time, and is shut out for as long.
 *
 * @param kind what was done wrong: each kind counts by itself
 * @param most the wrong after which it is shut
 * @param span within which they count, and for which it is shut
 */
/*
 * Names are kept as digests: somebody may have typed something else into that field. What counts no more leaves
 * with the next wrong. A server whose clock is wrong by more than the span locks nobody out at the others.
 */
public record Wrongs(String kind, int most, Duration span) {

  private record Known(long count, Instant ends) {}

  private Optional<Known> known(Session session, String name, Instant now) {
    return session
        .first(
            row -> new Known(row.number("count"), Instant.ofEpochMilli(row.number("ends"))),
            "SELECT count, ends FROM wrongs WHERE name = ?",
            digest(name))
        .filter(known -> now.isBefore(known.ends()))
        .filter(known -> known.ends().isBefore(now.plus(span.multipliedBy(2))));
  }

  /** For how many seconds somebody is still shut out; 0 if he is not. */
  public long left(Session session, String name, Instant now) {
    return known(session, name, now)
        .filter(known -> known.count() >= most)
        .map(known -> Math.ceilDiv(Duration.between(now, known.ends()).toMillis(), 1000L))
        .orElse(0L);
  }

  /** Notes that somebody went wrong. */
  public void wrong(Session session, String name, Instant now) {
    session.update("DELETE FROM wrongs WHERE ends <= ?", now.toEpochMilli());
    var before = known(session, name, now);
    long count = before.map(Known::count).orElse(0L) + 1;
    var ends = before.filter(_ -> count < most).map(Known::ends).orElse(now.plus(span));
    session.update("DELETE FROM wrongs WHERE name = ?", digest(name));
    session.update(
        "INSERT INTO wrongs (name, count, ends) VALUES (?, ?, ?)",
        digest(name),
        count,
        ends.toEpochMilli());
  }

  /** Whether there is anything to forget. */
  public boolean isKnown(Session session, String name, Instant now) {
    return known(session, name, now).isPresent();
  }

  /** Forgets what somebody did wrong, because he has shown who he is. */
  public void right(Session session, String name) {
    session.update("DELETE FROM wrongs WHERE name = ?", digest(name));
  }

  private String digest(String name) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest((kind + " " + name).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
