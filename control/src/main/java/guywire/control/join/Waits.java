package guywire.control.join;

import guywire.control.store.Database;
import guywire.control.store.KeyRotation;
import guywire.control.store.Keys;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * For how long others have been waited for while nodes change their keys. One thread looks at it.
 */
/*
 * The time of day may be set by days at any moment, and a server that was off for a night has heard nobody. So
 * what counts is time in which a server looked, by a clock that only goes on: from each look to the next, and no
 * more than a minute of it, because a process that stood still heard nobody either. It is written now and then;
 * a server that is killed has others waited for a little longer, never shorter.
 */
final class Waits {

  /** What counts at most between two looks. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** What may be lost when a server is killed. */
  private static final Duration UNWRITTEN = Duration.ofSeconds(30);

  private final Database database;
  private final LongSupplier nanos;
  private final Map<Which, Duration> unwritten = new HashMap<>();
  private Optional<Long> former = Optional.empty();

  /** A change of a key: a node that changes its key again begins at another time. */
  private record Which(NetworkId network, NodeId node, Instant begun) {
    static Which of(KeyRotation rotation) {
      return new Which(rotation.network(), rotation.node(), rotation.begun());
    }
  }

  Waits(Database database, LongSupplier nanos) {
    this.database = database;
    this.nanos = nanos;
  }

  /** Counts what passed since the former look, for the changes that were there at it already. */
  void look(List<KeyRotation> rotations) {
    long now = nanos.getAsLong();
    var since = Duration.ofNanos(now - former.orElse(now));
    var passed = since.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : since;
    former = Optional.of(now);
    var waits = new HashMap<Which, Duration>();
    for (var rotation : rotations) {
      var which = Which.of(rotation);
      var before = unwritten.get(which);
      var waited = before == null ? Duration.ZERO : before.plus(passed);
      if (waited.compareTo(UNWRITTEN) >= 0) {
        var all = waited;
        database.write(session -> new Keys(session).addWait(rotation, all));
        waited = Duration.ZERO;
      }
      waits.put(which, waited);
    }
    unwritten.clear();
    unwritten.putAll(waits);
  }

  /** Whether a change of a key, which was there at the last look, has waited for long enough. */
  boolean isOver(KeyRotation rotation) {
    var written = database.<Duration>read(session -> new Keys(session).waited(rotation));
    var waited = written.plus(unwritten.getOrDefault(Which.of(rotation), Duration.ZERO));
    return waited.compareTo(rotation.grace()) >= 0;
  }
}
