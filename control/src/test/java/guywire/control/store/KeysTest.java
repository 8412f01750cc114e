package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.store.KeyRotation.State;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept of nodes that change their keys, over both databases. */
class KeysTest {

  private static final Instant THEN = Instant.parse("2030-01-01T00:00:00Z");
  private static final Instant LATER = THEN.plusSeconds(60);
  private static final PublicKey FORMER = key(1);
  private static final PublicKey NEXT = key(2);

  @TempDir Path directory;

  private static PublicKey key(long seed) {
    return PrivateKey.generate(new Random(seed)).publicKey();
  }

  private static StoredNode node(Session session) {
    return new Networks(session).node(Crash.ID, new Name("a")).orElseThrow();
  }

  private static long revision(Session session) {
    return new Networks(session).of(Crash.ID).orElseThrow().revision();
  }

  private static void make(Database database) {
    database.write(session -> {
      Crash.change(session, 0);
      var networks = new Networks(session);
      networks.keepNodes(Crash.ID, Set.of(new Name("a"), new Name("b")), new Random(2));
      networks.setKey(Crash.ID, node(session).id(), FORMER, THEN);
      return true;
    });
  }

  private static KeyRotation announced(Session session) {
    var keys = new Keys(session);
    keys.announce(keys.begin(Crash.ID, node(session).id(), THEN, LATER), NEXT);
    return keys.of(Crash.ID, node(session).id()).orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void each_step_of_a_change_is_a_revision_and_can_be_read_back(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      make(database);
      database.write(session -> {
        var keys = new Keys(session);
        long before = revision(session);
        var begun = keys.begin(Crash.ID, node(session).id(), THEN, LATER);
        assertThat(begun.state()).isEqualTo(State.WANTED);
        assertThat(begun.graceEnds()).isEqualTo(LATER);
        assertThat(revision(session)).as("nobody shall be anything else yet").isEqualTo(before);

        keys.announce(begun, NEXT);
        var announced = keys.of(Crash.ID, begun.node()).orElseThrow();
        assertThat(announced.otherKey()).contains(NEXT);
        assertThat(announced.revision()).isEqualTo(before + 1).isEqualTo(revision(session));
        assertThat(node(session).publicKey()).contains(FORMER);

        keys.switchOver(announced, FORMER);
        var switched = keys.of(Crash.ID, begun.node()).orElseThrow();
        assertThat(switched.state()).isEqualTo(State.SWITCHED);
        assertThat(switched.otherKey()).contains(FORMER);
        assertThat(switched.revision()).isEqualTo(before + 2).isEqualTo(revision(session));
        assertThat(node(session).publicKey()).contains(NEXT);
        assertThat(keys.since(Crash.ID)).containsEntry(begun.node(), THEN);

        keys.retire(switched, LATER);
        assertThat(keys.rotations()).isEmpty();
        assertThat(node(session).publicKey()).contains(NEXT);
        assertThat(keys.since(Crash.ID)).containsEntry(begun.node(), LATER);
        assertThat(revision(session)).isEqualTo(before + 3);
        return true;
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void what_was_waited_adds_up_and_begins_anew_with_another_change(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      make(database);
      database.write(session -> {
        var keys = new Keys(session);
        var begun = keys.begin(Crash.ID, node(session).id(), THEN, LATER);
        assertThat(begun.grace()).isEqualTo(Duration.ofSeconds(60));
        assertThat(keys.waited(begun)).isZero();
        assertThat(keys.addWait(begun, Duration.ofSeconds(31))).isTrue();
        keys.announce(begun, NEXT);
        assertThat(keys.addWait(begun, Duration.ofSeconds(30))).isTrue();
        assertThat(keys.waited(keys.of(Crash.ID, begun.node()).orElseThrow()))
            .as("of all steps together")
            .isEqualTo(Duration.ofSeconds(61));
        keys.end(begun);
        assertThat(keys.addWait(begun, Duration.ofSeconds(1))).isFalse();
        assertThat(keys.waited(keys.begin(Crash.ID, begun.node(), LATER, LATER))).isZero();
        return true;
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_node_that_went_back_has_its_former_key_and_its_age(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      make(database);
      database.write(session -> {
        var keys = new Keys(session);
        keys.switchOver(announced(session), FORMER);
        keys.goBack(keys.of(Crash.ID, node(session).id()).orElseThrow());
        assertThat(node(session).publicKey()).contains(FORMER);
        assertThat(keys.since(Crash.ID)).containsEntry(node(session).id(), THEN);
        assertThat(keys.rotations(Crash.ID)).isEmpty();
        return true;
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whoever_gets_another_key_or_goes_does_not_change_to_the_announced_one(Kind kind)
      throws Exception {
    try (var database = kind.fresh(directory).open()) {
      make(database);
      database.write(session -> {
        var networks = new Networks(session);
        announced(session);
        networks.setKey(Crash.ID, node(session).id(), key(3), LATER);
        assertThat(new Keys(session).rotations()).isEmpty();
        announced(session);
        networks.forgetKey(Crash.ID, node(session).id());
        assertThat(new Keys(session).rotations()).isEmpty();
        networks.setKey(Crash.ID, node(session).id(), FORMER, THEN);
        announced(session);
        networks.keepNodes(Crash.ID, Set.of(new Name("b")), new Random(3));
        assertThat(new Keys(session).rotations()).isEmpty();
        return true;
      });
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_network_has_a_schedule_or_none_and_it_is_told_once_of_a_key(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      make(database);
      database.write(session -> {
        var keys = new Keys(session);
        assertThat(keys.days(Crash.ID)).isZero();
        keys.setDays(Crash.ID, 30);
        keys.setDays(Crash.ID, 90);
        assertThat(keys.days(Crash.ID)).isEqualTo(90);
        assertThat(keys.scheduled()).containsExactly(Crash.ID);
        keys.setDays(Crash.ID, 0);
        assertThat(keys.scheduled()).isEmpty();

        keys.tell(Crash.ID, node(session).id());
        assertThat(keys.told(Crash.ID)).containsExactly(node(session).id());
        new Networks(session).setKey(Crash.ID, node(session).id(), NEXT, LATER);
        assertThat(keys.told(Crash.ID)).as("another key").isEmpty();
        return true;
      });
    }
  }
}
