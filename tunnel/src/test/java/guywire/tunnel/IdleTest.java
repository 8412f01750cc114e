package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.Clock;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * While nothing happens nothing is done: each thread of ours sleeps, in every state that a tunnel
 * can be in.
 */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class IdleTest {

  private static final Set<String> THREADS =
      Set.of("packets", "packets-out", "control", "links", "routes", "uapi");

  /** As long as a watch lasts, this thread works: who never sleeps has worked about as much. */
  private static final long WATCHED_NANOS = 1_000_000_000L;

  private static final long MOST_NANOS = WATCHED_NANOS / 20;
  private static final int WATCHES = 3;

  /** Of a session, until all its keys are zeroed. */
  private static final int SESSION_SECONDS = 540;

  @TempDir private Path directory;

  /** The processor time that each thread of ours has used, in nanoseconds. */
  private static Map<String, Long> used(Pair.Host host) throws IOException {
    var times = new TreeMap<String, Long>();
    Path tasks = Path.of("/proc/" + host.process.pid() + "/task");
    try (var list = Files.newDirectoryStream(tasks)) {
      for (Path task : list) {
        try {
          String name = Files.readString(task.resolve("comm")).strip();
          if (THREADS.contains(name)) {
            String nanos = Files.readString(task.resolve("schedstat")).split(" ")[0];
            times.merge(name, Long.valueOf(nanos), Long::sum);
          }
        } catch (IOException e) {
          // A thread that ended since the list was made: those of a control connection do. One of
          // ours would be missed below.
          continue;
        }
      }
    }
    return times;
  }

  private static void awaitThreads(Pair.Host host) {
    Pair.await(
        "all threads",
        () -> {
          try {
            return used(host).keySet().equals(THREADS);
          } catch (IOException e) {
            return false;
          }
        });
  }

  /** What is done once, as what a start needs, is done in one watch; who spins does so in each. */
  private static void assertAsleep(String when, Pair.Host host) throws Exception {
    awaitThreads(host);
    Map<String, Long> awake = awake(host);
    for (int i = 1; i < WATCHES && !awake.isEmpty(); i++) {
      awake = awake(host);
    }
    assertThat(awake).as("nanoseconds of work " + when).isEmpty();
  }

  /** The threads that work while they are watched, and for how long. */
  private static Map<String, Long> awake(Pair.Host host) throws Exception {
    Map<String, Long> before = used(host);
    // A measure that holds on any machine, however slow, and whoever else wants its processors.
    long end = Clock.threadNanos() + WATCHED_NANOS;
    while (Clock.threadNanos() < end) {
      Thread.onSpinWait();
    }
    Map<String, Long> after = used(host);
    assertThat(after.keySet()).isEqualTo(THREADS);
    var awake = new TreeMap<String, Long>();
    after.forEach((name, time) -> {
      if (time - before.getOrDefault(name, 0L) > MOST_NANOS) {
        awake.put(name, time - before.getOrDefault(name, 0L));
      }
    });
    return awake;
  }

  @Test
  void without_peers_up_down_and_up_again() throws Exception {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire)) {
      assertAsleep("before it was ever up", pair.a);
      pair.a.ip("link", "set", pair.a.interfaceName, "up");
      assertAsleep("up without key and peers", pair.a);
      pair.a.ip("link", "set", pair.a.interfaceName, "down");
      assertAsleep("down again", pair.a);
    }
  }

  /** On a clock that runs fast: what was due in seconds is due while we watch. */
  @Test
  void with_a_session_up_down_up_again_moved_and_back() throws Exception {
    Pair.Program fast = FastClock.guywire(directory);
    try (Pair pair = new Pair(fast, fast).configured(false, 1420)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      assertAsleep("with a session", pair.a);
      // So that a timer is always set.
      pair.a.wg(
          "set", "IF", "peer", pair.b.key.publicKey().toString(), "persistent-keepalive", "9");
      String name = pair.a.interfaceName;
      pair.a.ip("link", "set", name, "down");
      assertAsleep("down after a session", pair.a);
      pair.a.ip("link", "set", name, "up");
      assertAsleep("up again", pair.a);
      String inner = pair.a.namespaceName + "i";
      Shell.run("ip", "netns", "add", inner);
      try {
        pair.a.ip("link", "set", name, "netns", inner);
        assertAsleep("moved, and so down", pair.a);
        Shell.run("ip", "-n", inner, "link", "set", name, "up");
        assertAsleep("moved and up", pair.a);
        Shell.run("ip", "-n", inner, "link", "set", name, "netns", pair.a.namespaceName);
        assertAsleep("back", pair.a);
      } finally {
        Shell.run("ip", "netns", "del", inner);
      }
    }
  }

  @Test
  void after_peers_were_removed_and_everything_was_refused_that_can_be() throws Exception {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      pair.b.ip("link", "set", "cable", "down");
      pair.a.ip("link", "set", "cable", "down");
      assertThat(pair.pings("10.10.0.2")).as("without a way to the peer").isFalse();
      assertAsleep("with a peer that can't be sent to", pair.a);
      UapiClient.request(pair.a.socket(), "set=1\nprivate_key=nonsense\n\n");
      UapiClient.request(pair.a.socket(), "nonsense\n");
      pair.a.wg("set", "IF", "peer", pair.b.key.publicKey().toString(), "remove");
      assertAsleep("after the only peer was removed", pair.a);
    }
  }

  @Test
  void while_connections_wait_that_can_not_be_accepted() throws Exception {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      // Who needs a class for the first time needs a descriptor, too.
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      assertAsleep("before", pair.a);
      long pid = pair.a.process.pid();
      long open;
      try (var list = Files.list(Path.of("/proc/" + pid + "/fd"))) {
        open = list.count();
      }
      Shell.run("prlimit", "--pid", "" + pid, "--nofile=" + open + ":");
      var clients = new ArrayList<SocketChannel>();
      try {
        // What the first take may be the descriptors of what has gone meanwhile.
        for (int i = 0; i < 20; i++) {
          clients.add(UapiClient.connect(pair.a.socket()));
        }
        assertAsleep("without a descriptor for who connects", pair.a);
        Shell.run("prlimit", "--pid", "" + pid, "--nofile=4096:");
        assertThat(UapiClient.request(pair.a.socket(), "get=1\n\n")).endsWith("errno=0\n\n");
      } finally {
        for (SocketChannel client : clients) {
          client.close();
        }
      }
    }
  }

  /** Ten minutes with idle peers, on a clock that runs fast. */
  @Test
  void after_the_last_session_has_expired() throws Exception {
    Pair.Program fast = FastClock.guywire(directory);
    try (Pair pair = new Pair(fast, fast).configured(false, 1420)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      for (int expired = 0; expired < SESSION_SECONDS; expired += 5 * FastClock.RATE) {
        TimeUnit.SECONDS.sleep(5);
      }
      TimeUnit.SECONDS.sleep(2);
      for (Pair.Host host : List.of(pair.a, pair.b)) {
        assertAsleep("after all keys were zeroed", host);
      }
      assertThat(pair.reaches("10.10.0.2")).as("and it wakes up").isTrue();
    }
  }

  @Test
  @Tag("hours")
  @Timeout(900)
  void after_ten_minutes_of_real_time() throws Exception {
    var guywire = Pair.Program.guywireAsLaunched();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      TimeUnit.SECONDS.sleep(SESSION_SECONDS + 60);
      for (Pair.Host host : List.of(pair.a, pair.b)) {
        assertAsleep("after ten minutes", host);
      }
      assertThat(pair.reaches("10.10.0.2")).as("and it wakes up").isTrue();
    }
  }
}
