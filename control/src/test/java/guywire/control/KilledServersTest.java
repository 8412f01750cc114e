package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.store.PostgresCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Servers that are processes of their own are killed at moments of chance, in the middle of changes
 * and of changing keys: nothing is lost, nothing done twice, and all become what they shall be.
 */
@Timeout(900)
class KilledServersTest extends HostsAtServers {

  private static final int ROUNDS = 3;
  private static final int MOST_MILLIS = 5000;
  private static final List<String> STEPS =
      List.of("key-rotation-begun", "key-announced", "key-switched", "key-retired");

  /** Changes and a changing key in each round, and a server that is killed in the middle. */
  private void rounds(Asking admin, boolean shared) throws Exception {
    for (int round = 1; round <= ROUNDS; round++) {
      int mtu = FIRST_MTU + round;
      String node = NODES.get(random.nextInt(NODES.size()));
      var others = asking("127.0.4." + round);
      var more = asking("127.0.5." + round);
      int millis = random.nextInt(MOST_MILLIS);
      // A server that has somebody.
      int killed = hosts.get(random.nextInt(hosts.size())).place();
      System.out.println(
          "round " + round + ": the key of " + node + ", server " + killed + " after " + millis);
      var work =
          List.of(
              Thread.ofVirtual().start(() -> rotate(others, node)),
              Thread.ofVirtual().start(() -> change(more, mtu)));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
      var server = servers.get(killed);
      var theirs = hosts.stream().filter(host -> host.place() == killed).toList();
      long before = System.nanoTime();
      server.kill();
      if (shared) {
        failover(theirs, killed, before);
      }
      servers.set(killed, start(killed, server.port()));
      for (var each : work) {
        each.join();
      }
      await(() -> converged(admin), "all are what they shall be after round " + round);
      assertThat(text(admin)).isEqualTo(definition(mtu));
      assertThat(keys.wrong()).isEmpty();
    }
  }

  /** Those who followed at a server that was killed are at another one soon. */
  private void failover(List<SimulatedHost> theirs, int killed, long before) {
    await(
        () ->
            hosts.stream()
                .allMatch(host ->
                    host.place() != killed
                        && host.followsSince() > (theirs.contains(host) ? before : 0)),
        "all follow at another server");
    long last = theirs.stream().mapToLong(SimulatedHost::followsSince).max().orElse(before);
    System.out.printf(
        "%d hosts are at another server, the last after %d ms%n",
        theirs.size(), Duration.ofNanos(last - before).toMillis());
  }

  /** That each change is there once, in order, and each step of each key was made once. */
  private void nothingTwice(Asking admin) {
    assertThat(versions(admin))
        .isEqualTo(
            Stream.iterate(FIRST_MTU, mtu -> mtu + 1)
                .limit(1 + ROUNDS)
                .map(HostsAtServers::definition)
                .toList());
    var steps = new HashMap<String, List<String>>();
    for (var entry : read(admin, "/audit?limit=200").get("items")) {
      String action = entry.get("action").asString();
      if (STEPS.contains(action)) {
        steps
            .computeIfAbsent(entry.get("subject").asString(), _ -> new ArrayList<>())
            .addFirst(action);
      }
    }
    assertThat(steps).isNotEmpty();
    steps.forEach((node, made) -> {
      for (int i = 0; i < made.size(); i++) {
        assertThat(made.get(i)).as("%s: %s", node, made).isEqualTo(STEPS.get(i % STEPS.size()));
      }
      assertThat(made.size() % STEPS.size()).as("%s: %s", node, made).isZero();
    });
  }

  @Test
  void one_server_is_killed_and_started_again() throws Exception {
    var admin = setUp();
    rounds(admin, false);
    nothingTwice(admin);
  }

  @Test
  void of_two_servers_on_one_database_either_is_killed_and_the_other_goes_on() throws Exception {
    useDatabase(PostgresCluster.running().database());
    var admin = setUp();
    rounds(admin, true);
    nothingTwice(admin);
  }
}
