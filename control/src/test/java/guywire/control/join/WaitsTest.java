package guywire.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.Administrators;
import guywire.control.Hmac;
import guywire.control.TestClock;
import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Proposal;
import guywire.control.store.Database;
import guywire.control.store.KeyRotation;
import guywire.control.store.Keys;
import guywire.control.store.Networks;
import guywire.control.store.StoredHost;
import guywire.control.store.StoredNetwork;
import guywire.control.store.StoredNode;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.network.Name;
import guywire.network.managed.Report;
import guywire.protocol.PrivateKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A peer that is away is waited for as long as the grace says, whatever happens to clocks. */
@Timeout(120)
class WaitsTest {

  private static final Duration GRACE = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String STAR =
      """
      network: star
      overlay: 10.0.0.0/16
      nodes:
        hub: {hub: true, public: 198.51.100.1}
        leaf: {roaming: true}
      """;

  @TempDir Path directory;
  private final Random random = new Random(7);
  private final TestClock time = new TestClock();
  private final AtomicLong nanos = new AtomicLong(-5);
  private Database database;
  private Changes changes;
  private Orders orders;
  private Rotations rotations;
  private StoredNetwork network;
  private StoredHost hub;

  @BeforeEach
  void announce() throws Exception {
    database = Database.inDirectory(directory.resolve("data"));
    Token anna = Administrators.add(database, TokenSecret.random());
    serve();
    network =
        ((ChangeOutcome.Landed) changes.create(anna, new Proposal(STAR, 0, "", List.of())))
            .network();
    hub = JoinedHosts.add(database, network, "hub", random, time.instant());
    JoinedHosts.add(database, network, "leaf", random, time.instant());
    assertThat(rotations.begin(anna, network, node(), GRACE, false))
        .isInstanceOf(Rotations.Begun.Done.class);
    look(Duration.ZERO);
    assertThat(rotations.announce(hub, PrivateKey.generate(random).publicKey()))
        .isEqualTo(Rotations.Announced.KEPT);
    // The leaf, which is away, says nothing.
    long revision =
        database.read(session -> new Networks(session).of(network.id())).orElseThrow().revision();
    orders.report(
        hub,
        new Report(
            1,
            "test",
            Optional.of(new Report.Applied(revision, "0".repeat(64))),
            Optional.empty(),
            List.of(),
            List.of()));
  }

  /** A server begins, as after it was killed: all that it knew in memory is gone. */
  private void serve() {
    changes = new Changes(database, time);
    orders = new Joining(database, changes, time, "", Hmac.KEY, () -> true).orders();
    rotations = new Rotations(database, changes, time, nanos::get);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private StoredNode node() {
    return database
        .read(session -> new Networks(session).node(network.id(), new Name("hub")))
        .orElseThrow();
  }

  /** Both clocks go on, and the server looks. */
  private void look(Duration passed) {
    time.pass(passed);
    nanos.addAndGet(passed.toNanos());
    rotations.look();
  }

  private void look(int times, Duration each) {
    for (int i = 0; i < times; i++) {
      look(each);
    }
  }

  private KeyRotation rotation() {
    return database.read(session -> new Keys(session).of(network.id(), node().id())).orElseThrow();
  }

  private void assertWaits(boolean waits) {
    assertThat(rotation().state())
        .isEqualTo(waits ? KeyRotation.State.ANNOUNCED : KeyRotation.State.SWITCHED);
  }

  @Test
  void it_is_waited_for_until_the_grace_is_over_and_no_longer() {
    assertThat(rotations.waiting(network, rotation())).containsExactly(new Name("leaf"));
    look(1799, Duration.ofSeconds(2));
    assertWaits(true);
    look(Duration.ofSeconds(2));
    assertWaits(false);
  }

  @Test
  void a_clock_that_is_set_changes_nothing() {
    look(30, MINUTE);
    for (var jump : List.of(Duration.ofDays(1), Duration.ofDays(4000), Duration.ofDays(-8000))) {
      time.pass(jump);
      look(2, Duration.ofSeconds(2));
      assertWaits(true);
      assertThat(Duration.between(time.instant(), rotations.graceEnds(rotation())))
          .as("by the clock as it is now")
          .isBetween(Duration.ofMinutes(29), Duration.ofMinutes(31));
    }
    look(30, MINUTE);
    assertWaits(false);
  }

  @Test
  void time_in_which_no_server_was_there_does_not_count() {
    look(59, MINUTE);
    for (int i = 0; i < 3; i++) {
      // Off for a week.
      time.pass(Duration.ofDays(7));
      nanos.addAndGet(Duration.ofDays(7).toNanos());
      serve();
      look(Duration.ofSeconds(2));
      assertWaits(true);
    }
    look(MINUTE);
    assertWaits(false);
  }

  @Test
  void a_process_that_stood_still_for_a_day_heard_nobody_meanwhile() {
    look(Duration.ofDays(1));
    look(57, MINUTE);
    assertWaits(true);
    look(3, MINUTE);
    assertWaits(false);
  }
}
