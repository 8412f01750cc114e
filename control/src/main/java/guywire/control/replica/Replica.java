package guywire.control.replica;

import guywire.control.change.ChangeFeed;
import guywire.control.change.Changes;
import guywire.control.join.LiveNodes;
import guywire.control.store.Database;
import guywire.control.store.Replicas;
import guywire.control.store.Replicas.Heard;
import guywire.control.store.Replicas.Mark;
import guywire.control.store.StoredNetwork;
import guywire.control.store.WakeUps;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * This server as one of several on a database: it hears what the others change and what nodes told
 * them, and tells them what nodes told it. One thread does it.
 */
/*
 * All that has to last is in the database already, and is looked at in each transaction. What is heard here wakes
 * those who wait for it: who follows orders, watches, or decides on the next step. Each look compares how things
 * stand with how they stood at the one before, so a wake-up that is lost costs a second and nothing else.
 *
 * What nodes tell every few seconds is written in one go, and only while there is another server to read it. Each
 * server has rows of its own, with the number of its beat, by which the others know what they have seen.
 */
public final class Replica implements AutoCloseable {

  private static final Logger LOGGER = System.getLogger(Replica.class.getName());

  /** So often it is looked, if nothing wakes it. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** However often it is woken. */
  private static final long LEAST_PAUSE_MILLIS = 50;

  private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A server whose beat was not seen to go on for so long has ended. */
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What one told that has ended is removed after so long. */
  private static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(60);

  /**
   * What is known of another server.
   *
   * @param beat up to which what it told is known
   * @param since when that was first seen, in nanoseconds
   * @param silent whether it was not seen to beat, or not any more
   */
  private record Other(long beat, long since, boolean silent) {}

  private final String id = UUID.randomUUID().toString();
  private final Database database;
  private final Changes changes;
  private final LiveNodes live;
  private final Runnable next;
  private final Clock clock;
  private final WakeUps wakeUps;
  private final ChangeFeed.Subscription own;
  private final Map<NetworkId, Mark> marks = new HashMap<>();
  private final Map<String, Other> others = new HashMap<>();
  private final Map<NodeId, Heard> pending = new LinkedHashMap<>();
  private final Thread thread;
  private long beat;
  private long beatenAt;
  private boolean failed;
  private boolean looked;
  private volatile boolean ended;

  private Replica(
      Database database,
      Database.Source source,
      Changes changes,
      LiveNodes live,
      Runnable next,
      Clock clock) {
    this.database = database;
    this.changes = changes;
    this.live = live;
    this.next = next;
    this.clock = clock;
    this.wakeUps = new WakeUps(source);
    this.own = changes.feed().subscribe(this::know);
    this.thread = Thread.ofVirtual().name("replica").unstarted(this::run);
  }

  /**
   * Begins.
   *
   * @param source where the database is, for a connection of its own
   * @param next what may be possible by what was heard
   */
  public static Replica begin(
      Database database,
      Database.Source source,
      Changes changes,
      LiveNodes live,
      Runnable next,
      Clock clock) {
    var replica = new Replica(database, source, changes, live, next, clock);
    replica.tell(System.nanoTime());
    replica.hear(System.nanoTime());
    replica.thread.start();
    return replica;
  }

  /** A change that was made here was told here. */
  private void know(StoredNetwork network) {
    synchronized (marks) {
      marks.computeIfPresent(
          network.id(),
          (_, known) ->
              network.revision() > known.network().revision()
                  ? new Mark(network, known.news())
                  : known);
    }
  }

  private void run() {
    while (!ended) {
      try {
        wakeUps.await(PAUSE);
        turn();
        TimeUnit.MILLISECONDS.sleep(LEAST_PAUSE_MILLIS);
      } catch (InterruptedException e) {
        break;
      }
    }
    wakeUps.close();
  }

  private void turn() {
    try {
      long now = System.nanoTime();
      tell(now);
      hear(now);
      next.run();
      failed = false;
    } catch (RuntimeException e) {
      // Said once, and not each time: it is tried again at once.
      if (!failed && !ended) {
        LOGGER.log(Level.WARNING, String.valueOf(e.getMessage()));
      }
      failed = true;
    }
  }

  /** Tells the others that this server is there, and what nodes told it. */
  private void tell(long now) {
    boolean heard = others.values().stream().anyMatch(other -> !other.silent());
    live.drain().forEach(this::keep);
    if (!heard) {
      pending.clear();
    }
    if (pending.isEmpty() && beat > 0 && now - beatenAt < BEAT_NANOS) {
      return;
    }
    long following = beat + 1;
    boolean known =
        database.writeOwn(session -> {
          var replicas = new Replicas(session);
          boolean there = replicas.beat(id, following);
          replicas.tell(id, following, pending.values());
          return there;
        });
    beat = following;
    beatenAt = now;
    pending.clear();
    if (!known) {
      live.here().forEach(this::keep);
    }
  }

  private void keep(Heard heard) {
    pending.merge(heard.node(), heard, (former, next) -> next.after(Optional.of(former)));
  }

  private void hear(long now) {
    record Seen(List<Mark> marks, Map<String, Long> beats, Map<String, List<Heard>> heard) {}
    var seen =
        database.read(session -> {
          var replicas = new Replicas(session);
          var beats = replicas.others(id);
          var heard = new HashMap<String, List<Heard>>();
          beats.forEach((other, at) ->
              Optional.ofNullable(others.get(other))
                  .filter(known -> at > known.beat())
                  .ifPresent(known ->
                      heard.put(other, replicas.heard(other, known.silent() ? 0 : known.beat()))));
          return new Seen(replicas.marks(), beats, heard);
        });
    seen.heard()
        .forEach((other, heard) -> heard.forEach(each -> live.hear(other, each, clock.instant())));
    note(seen.beats(), now);
    fresh(seen.marks()).forEach(changes::tell);
  }

  private void note(Map<String, Long> beats, long now) {
    var news = new ArrayList<String>();
    beats.forEach((other, at) -> {
      var known = others.get(other);
      if (known == null) {
        // It may have ended long ago: the next beat tells.
        others.put(other, new Other(at, now, true));
      } else if (at > known.beat()) {
        if (known.silent()) {
          news.add(other);
        }
        others.put(other, new Other(at, now, false));
      } else if (!known.silent() && now - known.since() > SILENT_NANOS) {
        live.lost(other, clock.instant());
        others.put(other, new Other(at, known.since(), true));
      } else if (known.silent() && now - known.since() > FORGOTTEN_NANOS) {
        database.writeOwn(session -> {
          new Replicas(session).remove(other);
          return true;
        });
      }
    });
    var gone = others.keySet().stream().filter(other -> !beats.containsKey(other)).toList();
    for (var other : gone) {
      others.remove(other);
      live.lost(other, clock.instant());
    }
    if (!news.isEmpty()) {
      // It may be the first to read what nodes told this server.
      live.here().forEach(this::keep);
    }
  }

  private List<StoredNetwork> fresh(List<Mark> now) {
    var fresh = new ArrayList<StoredNetwork>();
    synchronized (marks) {
      for (var mark : now) {
        var known = marks.put(mark.network().id(), mark);
        boolean isNew =
            known == null
                || mark.network().revision() > known.network().revision()
                || mark.news() > known.news();
        if (isNew && looked) {
          fresh.add(mark.network());
        }
      }
      looked = true;
    }
    return fresh;
  }

  /** Ends it, and tells the others so. */
  @Override
  public void close() {
    ended = true;
    own.close();
    try {
      // What is committed wakes this server, too.
      database.writeOwn(_ -> true);
      thread.join();
      database.writeOwn(session -> {
        new Replicas(session).remove(id);
        return true;
      });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The others notice that it beats no more.
      LOGGER.log(Level.DEBUG, String.valueOf(e.getMessage()));
    }
  }
}
