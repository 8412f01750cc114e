package guywire.control.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Who went wrong too often within a time is shut out for as long. It remembers a bounded number of
 * names. Safe for use by several threads.
 */
final class LockOut {

  private final int most;
  private final long span;
  private final Map<String, Wrongs> wrongs;

  private static final class Wrongs {
    private int count;
    private long since;
    private boolean shut;
    private long until;
  }

  /**
   * Nobody is shut out yet.
   *
   * @param most the wrong after which it is shut
   * @param seconds within which they count, and for which it is shut
   * @param names as many are remembered; the one that was longest not asked for is forgotten first
   */
  LockOut(int most, long seconds, int names) {
    this.most = most;
    this.span = TimeUnit.SECONDS.toNanos(seconds);
    this.wrongs =
        new LinkedHashMap<>(64, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Wrongs> eldest) {
            return size() > names;
          }
        };
  }

  /**
   * For how many seconds somebody is still shut out; 0 if he is not.
   *
   * @param nanos a time that only goes on
   */
  synchronized long left(String name, long nanos) {
    var known = wrongs.get(name);
    if (known == null || !known.shut) {
      return 0;
    }
    long left = known.until - nanos;
    if (left > 0) {
      return Math.ceilDiv(left, TimeUnit.SECONDS.toNanos(1));
    }
    wrongs.remove(name);
    return 0;
  }

  /** Notes that somebody went wrong. */
  synchronized void wrong(String name, long nanos) {
    var known = wrongs.computeIfAbsent(name, _ -> new Wrongs());
    if (known.count == 0 || nanos - known.since > span) {
      known.count = 0;
      known.since = nanos;
    }
    known.count++;
    if (known.count >= most) {
      known.shut = true;
      known.until = nanos + span;
    }
  }

  /** Forgets what somebody did wrong, because he has shown who he is. */
  synchronized void right(String name) {
    wrongs.remove(name);
  }
}
