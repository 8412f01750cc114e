package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.HostDescription;
import guywire.protocol.PrivateKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What hosts have proven, over both databases. */
@Timeout(300)
class HostSessionsTest {

  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123Z");

  @TempDir Path directory;

  private static StoredHost host(Session session) {
    Crash.change(session, 0);
    var random = new Random(3);
    var host =
        new StoredHost(
            NodeId.random(random),
            Crash.ID,
            Optional.empty(),
            StoredHost.State.WAITING,
            new Name("hub"),
            Optional.empty(),
            PrivateKey.generate(random).publicKey(),
            "identity",
            new HostDescription("hub", "6.12", List.of(), List.of()),
            "192.0.2.1",
            NOW);
    new Hosts(session).add(host);
    return host;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_host_has_one_session_for_a_day_of_which_a_digest_is_kept(Kind kind) throws Exception {
    try (var database = kind.fresh(directory).open()) {
      var host = database.write(HostSessionsTest::host);
      var first = database.write(session -> new HostSessions(session).begin(host.id(), NOW));
      var token =
          database.read(session -> new HostSessions(session).valid(first, NOW)).orElseThrow();
      assertThat(token.scope()).isEqualTo(Scope.NODE);
      assertThat(token.node()).contains(host.id());
      assertThat(token.network()).contains(Crash.ID);
      assertThat(isValid(database, token, NOW)).isTrue();
      assertThat(isValid(database, token, NOW.plus(Duration.ofDays(2)))).isFalse();
      var later = NOW.plusSeconds(1);
      var second = database.write(session -> new HostSessions(session).begin(host.id(), later));
      assertThat(valid(database, first, later)).isEmpty();
      assertThat(isValid(database, token, later)).as("another took its place").isFalse();
      assertThat(valid(database, second, later)).isPresent();
      database.write(session -> {
        new HostSessions(session).end(host.id());
        return true;
      });
      assertThat(valid(database, second, later)).isEmpty();
    }
  }

  private static Optional<Token> valid(Database database, TokenSecret secret, Instant now) {
    return database.read(session -> new HostSessions(session).valid(secret, now));
  }

  private static boolean isValid(Database database, Token token, Instant now) {
    return database.read(session -> new HostSessions(session).isValid(token, now));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void what_was_signed_counts_once_and_is_forgotten_when_it_would_count_no_more(Kind kind)
      throws Exception {
    try (var database = kind.fresh(directory).open()) {
      assertThat(use(database, "a", NOW, NOW)).isTrue();
      assertThat(use(database, "a", NOW, NOW)).isFalse();
      assertThat(use(database, "b", NOW.plusSeconds(9), NOW.plusSeconds(1))).isTrue();
      assertThat(use(database, "a", NOW, NOW.plusSeconds(1))).as("it was forgotten").isTrue();
      assertThat(use(database, "b", NOW.plusSeconds(9), NOW)).isFalse();
    }
  }

  private static boolean use(Database database, String what, Instant made, Instant forgotten) {
    return database.write(session -> new HostSessions(session).use(what, made, forgotten));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void who_goes_wrong_too_often_is_shut_out_for_a_time_and_nobody_else_is(Kind kind)
      throws Exception {
    var guesses = new Wrongs("password", 3, Duration.ofSeconds(60));
    var codes = new Wrongs("code", 3, Duration.ofSeconds(60));
    try (var database = kind.fresh(directory).open()) {
      for (int i = 0; i < 3; i++) {
        assertThat(left(database, guesses, "anna", NOW)).isZero();
        wrong(database, guesses, "anna", NOW.plusSeconds(i));
      }
      assertThat(left(database, guesses, "anna", NOW.plusSeconds(2))).isEqualTo(60);
      assertThat(left(database, guesses, "bert", NOW.plusSeconds(2))).isZero();
      assertThat(left(database, codes, "anna", NOW.plusSeconds(2))).isZero();
      assertThat(left(database, guesses, "anna", NOW.plusSeconds(61))).isEqualTo(1);
      assertThat(left(database, guesses, "anna", NOW.plusSeconds(62))).isZero();
      wrong(database, guesses, "anna", NOW.plusSeconds(70));
      wrong(database, guesses, "anna", NOW.plusSeconds(71));
      wrong(database, guesses, "anna", NOW.plusSeconds(131));
      assertThat(left(database, guesses, "anna", NOW.plusSeconds(131)))
          .as("three, but not within a minute")
          .isZero();
      database.write(session -> {
        guesses.right(session, "anna");
        return true;
      });
      assertThat(
              database.<Boolean>read(
                  session -> guesses.isKnown(session, "anna", NOW.plusSeconds(131))))
          .isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void a_server_whose_clock_is_a_day_ahead_shuts_nobody_out_at_the_others(Kind kind)
      throws Exception {
    var guesses = new Wrongs("password", 1, Duration.ofSeconds(60));
    try (var database = kind.fresh(directory).open()) {
      wrong(database, guesses, "anna", NOW.plus(Duration.ofDays(1)));
      assertThat(left(database, guesses, "anna", NOW)).isZero();
    }
  }

  private static long left(Database database, Wrongs wrongs, String name, Instant now) {
    return database.read(session -> wrongs.left(session, name, now));
  }

  private static void wrong(Database database, Wrongs wrongs, String name, Instant now) {
    database.write(session -> {
      wrongs.wrong(session, name, now);
      return true;
    });
  }
}
