package guywire.control.acme;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.TestClock;
import guywire.control.tls.CertificateFiles;
import guywire.control.tls.TestAuthority;
import guywire.control.tls.TestAuthority.Issued;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an authority is asked, by a clock that goes on when it is told to. */
class RenewalsTest {

  private static final TestAuthority AUTHORITY = new TestAuthority();
  private static final String NAME = "guywire.example";
  private static final Logger LOG = Logger.getLogger(Renewals.class.getName());
  private static final Logger FILES_LOG = Logger.getLogger(CertificateFiles.class.getName());

  @TempDir Path directory;
  private Path data;
  private final TestClock clock = new TestClock();
  private final List<String> said = new ArrayList<>();
  private final List<KeyPair> accounts = new ArrayList<>();
  private final List<Issued> made = new ArrayList<>();
  private boolean turn = true;
  private Answer answer = () -> ninetyDays();

  /** What the authority does. */
  private interface Answer {
    byte[] get() throws Exception;
  }

  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          said.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void begin() throws IOException {
    clock.pass(Duration.between(clock.instant(), Instant.now()));
    data = directory.resolve("data");
    OwnedDirectory.make(data, Audience.OWNER).close();
    LOG.addHandler(listener);
    LOG.setUseParentHandlers(false);
    FILES_LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void end() {
    LOG.removeHandler(listener);
    LOG.setUseParentHandlers(true);
    FILES_LOG.setUseParentHandlers(true);
  }

  private byte[] ninetyDays() throws IOException {
    var now = Duration.between(Instant.now(), clock.instant());
    return both(AUTHORITY.issue(NAME, now.minusMinutes(1), now.plusDays(90)));
  }

  private byte[] both(Issued issued) throws IOException {
    made.add(issued);
    var text = new ByteArrayOutputStream();
    text.write(issued.keyPem());
    text.write(issued.chainPem());
    return text.toByteArray();
  }

  private byte[] order(KeyPair account, List<String> names, ChallengeBoard board)
      throws OrderFailed {
    accounts.add(account);
    try {
      return answer.get();
    } catch (OrderFailed e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static AcmeSettings settings(String directory, String... names) {
    return new AcmeSettings(List.of(names), Optional.empty(), URI.create(directory), List.of());
  }

  /** A server that has just started. */
  private final class Started {
    final KeptCertificate kept = KeptCertificate.in(data);
    final CertificateFiles files = CertificateFiles.awaited(kept.file(), clock);
    private final Renewals renewals;

    Started(AcmeSettings settings) {
      renewals =
          new Renewals(
              settings, RenewalsTest.this::order, kept, files, () -> turn, clock, new Random(1));
    }

    Started() {
      this(settings("https://ca.example/directory", NAME));
    }

    /** How often the authority is asked in this time. */
    int asked(Duration time) {
      int before = accounts.size();
      var end = clock.instant().plus(time);
      var step = time.dividedBy(2000);
      while (clock.instant().isBefore(end)) {
        renewals.look();
        clock.pass(step);
      }
      return accounts.size() - before;
    }

    int asked() {
      int before = accounts.size();
      renewals.look();
      return accounts.size() - before;
    }
  }

  @Test
  void a_first_start_asks_at_once_and_keeps_what_it_gets_for_its_owner_alone() throws Exception {
    var server = new Started();
    assertThat(server.files.refused()).as("nothing is there, and nothing wrong").isEmpty();
    assertThat(server.asked()).isEqualTo(1);
    assertThat(server.files.validity().orElseThrow().names()).containsExactly(NAME);
    assertThat(server.files.unrenewed()).isEmpty();
    try (var kept = Files.list(data)) {
      assertThat(kept)
          .extracting(file -> String.valueOf(file.getFileName()))
          .containsExactlyInAnyOrder("acme.pem", "acme-account.pem");
    }
    for (var file : List.of("acme.pem", "acme-account.pem")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
          .isEqualTo("rw-------");
    }
    assertThat(server.asked(Duration.ofDays(50))).isZero();
  }

  @Test
  void another_start_asks_nothing_while_the_certificate_is_good() throws Exception {
    new Started().asked();
    clock.pass(Duration.ofDays(40));
    var again = new Started();
    assertThat(again.files.validity()).as("it is there at once").isPresent();
    assertThat(again.asked(Duration.ofDays(10))).isZero();
    clock.pass(Duration.ofDays(20));
    assertThat(again.asked()).isEqualTo(1);
    assertThat(accounts.getLast().getPublic())
        .as("the authority knows it again")
        .isEqualTo(accounts.getFirst().getPublic());
  }

  @Test
  void it_is_renewed_with_a_third_of_its_life_left_and_not_all_in_the_same_moment()
      throws Exception {
    var moments = new ArrayList<Duration>();
    for (int i = 0; i < 20; i++) {
      var life = AUTHORITY.issue(NAME, Duration.ZERO, Duration.ofDays(90).plusSeconds(i));
      var validity = CertificateFiles.inspect(both(life));
      moments.add(Duration.between(Renewals.due(validity), validity.ends()));
    }
    assertThat(moments)
        .allSatisfy(left ->
            assertThat(left).isBetween(Duration.ofDays(30), Duration.ofDays(33).plusHours(1)));
    assertThat(Collections.max(moments).minus(Collections.min(moments)))
        .isGreaterThan(Duration.ofDays(1));

    var server = new Started();
    server.asked();
    assertThat(server.asked(Duration.ofDays(56))).isZero();
    assertThat(server.asked(Duration.ofDays(5))).isEqualTo(1);
    assertThat(server.files.validity().orElseThrow().ends())
        .isAfter(clock.instant().plus(Duration.ofDays(80)));
    assertThat(made).hasSize(22);
  }

  @Test
  void after_a_failure_it_asks_again_later_each_time_and_says_why() throws Exception {
    answer =
        () -> {
          throw OrderFailed.of("unproven", NAME, "connection\nrefused");
        };
    var server = new Started();
    assertThat(server.asked(Duration.ofMinutes(59)))
        .as("Let's Encrypt refuses who failed five times in an hour")
        .isBetween(4, 5);
    assertThat(said)
        .anyMatch(line ->
            line.contains("https://ca.example/directory")
                && line.contains(NAME + ": it does not see that")
                && line.contains("connection\\u000arefused")
                && line.contains("failures: 4"));
    assertThat(server.files.unrenewed().orElseThrow().key()).isEqualTo("acme.unproven");
    assertThat(server.asked(Duration.ofDays(2))).as("six hours and more").isBetween(8, 14);
    answer = this::ninetyDays;
    assertThat(server.asked(Duration.ofHours(8))).isEqualTo(1);
    assertThat(server.files.unrenewed()).isEmpty();
  }

  @Test
  void a_renewal_that_fails_leaves_what_there_was() throws Exception {
    var server = new Started();
    server.asked();
    var before = server.files.validity();
    clock.pass(Duration.ofDays(61));
    answer =
        () -> {
          throw OrderFailed.of("slow");
        };
    assertThat(server.asked()).isEqualTo(1);
    assertThat(server.files.validity()).isEqualTo(before);
    assertThat(server.files.unrenewed()).isPresent();
  }

  @Test
  void an_authority_may_say_when_it_is_asked_again_but_not_for_longer_than_a_day()
      throws Exception {
    answer =
        () -> {
          throw OrderFailed.limited("slowly", Optional.of(clock.instant().plusSeconds(36000)));
        };
    var server = new Started();
    assertThat(server.asked(Duration.ofHours(9))).isEqualTo(1);
    answer =
        () -> {
          throw OrderFailed.limited("never", Optional.of(Instant.MAX));
        };
    clock.pass(Duration.ofHours(2));
    assertThat(server.asked()).isEqualTo(1);
    assertThat(server.asked(Duration.ofHours(23))).isZero();
    clock.pass(Duration.ofHours(2));
    assertThat(server.asked()).isEqualTo(1);
  }

  @Test
  void other_names_and_another_authority_need_another_certificate() throws Exception {
    new Started().asked();
    var more = new Started(settings("https://ca.example/directory", NAME, "b.example"));
    assertThat(more.asked()).isEqualTo(1);
    assertThat(more.files.unrenewed().orElseThrow().key())
        .as("what it signed has not both names")
        .isEqualTo("acme.names");
    var elsewhere = new Started(settings("https://other.example/directory", NAME));
    assertThat(elsewhere.asked()).isEqualTo(1);
    assertThat(elsewhere.asked()).isZero();
  }

  @Test
  void of_several_servers_only_the_one_whose_turn_it_is_asks() {
    turn = false;
    var server = new Started();
    assertThat(server.asked(Duration.ofHours(1))).isZero();
    turn = true;
    assertThat(server.asked()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "other-key", "over", "to-come", "reversed"})
  void what_is_no_good_certificate_is_not_kept_and_not_shown(String what) throws Exception {
    var first = new Started();
    first.asked();
    var before = first.files.validity();
    byte[] file = Files.readAllBytes(data.resolve("acme.pem"));
    clock.pass(Duration.ofDays(61));
    var now = Duration.between(Instant.now(), clock.instant());
    answer =
        () ->
            switch (what) {
              case "text" -> "secret words that nobody shall read".getBytes();
              case "other-key" ->
                  both(new Issued(AUTHORITY.issue(NAME).key(), AUTHORITY.issue(NAME).chain()));
              case "over" -> both(AUTHORITY.issue(NAME, now.minusDays(9), now.minusDays(1)));
              case "to-come" -> both(AUTHORITY.issue(NAME, now.plusDays(1), now.plusDays(9)));
              default -> {
                var issued = AUTHORITY.issue(NAME);
                yield both(new Issued(issued.key(), issued.chain().reversed()));
              }
            };
    assertThat(first.asked()).isEqualTo(1);
    assertThat(first.files.validity()).isEqualTo(before);
    assertThat(Files.readAllBytes(data.resolve("acme.pem"))).isEqualTo(file);
    assertThat(first.files.unrenewed()).isPresent();
    assertThat(String.join("\n", said)).doesNotContain("secret words");
  }

  @Test
  void no_line_of_the_log_has_a_secret() throws Exception {
    var server = new Started();
    server.asked();
    answer =
        () -> {
          throw OrderFailed.of("slow");
        };
    clock.pass(Duration.ofDays(61));
    server.asked();
    assertThat(said).isNotEmpty();
    for (var key : List.of(made.getFirst().key(), accounts.getFirst())) {
      String secret = Base64.getEncoder().encodeToString(key.getPrivate().getEncoded());
      assertThat(String.join("\n", said)).doesNotContain(secret.substring(60, 80));
    }
  }
}
