package guywire.control.acme;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.TestClock;
import guywire.control.acme.GoodAuthority.Answer;
import guywire.control.tls.CertificateFiles;
import guywire.control.tls.TestAuthority;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A certificate is to be renewed, and something is wrong with an answer of the authority: the
 * server has another good certificate, or the one that it had and one line on why.
 */
@Timeout(300)
class AcmeMutationsTest {

  private static final TestAuthority TRUST = new TestAuthority();
  private static final String NAME = "guywire.example";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Logger LOG = Logger.getLogger(Renewals.class.getName());
  private static final Logger FILES_LOG = Logger.getLogger(CertificateFiles.class.getName());
  private static final Duration ORDER = Duration.ofSeconds(6);
  private static final int ROUNDS = 150;

  @TempDir Path directory;
  private final TestClock clock = new TestClock();
  private final List<String> lines = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private GoodAuthority authority;

  /** Somebody else's, whom the server would trust as well. */
  private GoodAuthority elsewhere;

  private int rounds;

  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          lines.add(line.getMessage());
          if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
            warnings.add(line.getMessage());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void begin() throws Exception {
    clock.pass(Duration.between(clock.instant(), Instant.now()));
    authority = new GoodAuthority(TRUST, NAME);
    elsewhere = new GoodAuthority(TRUST, NAME);
    LOG.addHandler(listener);
    LOG.setUseParentHandlers(false);
    FILES_LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void end() {
    LOG.removeHandler(listener);
    LOG.setUseParentHandlers(true);
    FILES_LOG.setUseParentHandlers(true);
    authority.close();
    elsewhere.close();
  }

  private static byte[] ending() throws IOException {
    var issued = TRUST.issue(NAME, Duration.ofDays(-80), Duration.ofDays(10));
    var text = new ByteArrayOutputStream();
    text.write(issued.keyPem());
    text.write(issued.chainPem());
    return text.toByteArray();
  }

  /** What came of a renewal: why there was none, and empty if there was. */
  private Optional<String> renewal() throws Exception {
    Path data = directory.resolve("data" + ++rounds);
    OwnedDirectory.make(data, Audience.OWNER).close();
    var settings =
        new AcmeSettings(
            List.of(NAME),
            Optional.empty(),
            URI.create(authority.base() + "/directory"),
            TRUST.roots());
    var kept = KeptCertificate.in(data);
    kept.keep(settings.directory().toString(), ending());
    byte[] before = Files.readAllBytes(kept.file());
    var files = CertificateFiles.awaited(kept.file(), clock);
    var validity = files.validity();
    assertThat(validity).isPresent();
    var patience =
        new AcmeAuthority.Patience(
            Duration.ofSeconds(2), ORDER, Duration.ofMillis(2), Duration.ofMillis(10));
    var renewals =
        new Renewals(
            settings,
            new AcmeAuthority(settings, patience),
            kept,
            files,
            () -> true,
            clock,
            new Random(1));
    lines.clear();
    warnings.clear();
    long begin = System.nanoTime();
    renewals.look();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ORDER.plusSeconds(5));
    assertThat(kept.answer(NAME)).as("nothing is left to be answered").isEmpty();
    assertThat(lines)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(1500).matches("[^\\p{Cntrl}]*"));
    if (files.unrenewed().isEmpty()) {
      assertThat(warnings).isEmpty();
      assertThat(files.validity().orElseThrow().names()).containsExactly(NAME);
      assertThat(files.validity().orElseThrow().ends())
          .isAfter(clock.instant().plus(Duration.ofDays(500)));
      return Optional.empty();
    }
    assertThat(files.validity()).isEqualTo(validity);
    assertThat(Files.readAllBytes(kept.file())).isEqualTo(before);
    assertThat(warnings).hasSize(1);
    return Optional.of(warnings.getFirst());
  }

  @Test
  void a_good_authority_renews_it_and_is_asked_at_all_its_places() throws Exception {
    assertThat(renewal()).isEmpty();
    assertThat(authority.asked()).containsExactlyInAnyOrderElementsOf(GoodAuthority.PLACES);
  }

  @Test
  void an_answer_that_is_cut_off_anywhere_is_no_certificate() throws Exception {
    for (var place : GoodAuthority.PLACES) {
      if (place.equals("/nonce")) {
        // It has no body.
        continue;
      }
      authority.change =
          (path, answer) ->
              path.equals(place)
                  ? answer.with(Arrays.copyOf(answer.body(), answer.body().length / 2))
                  : answer;
      // Of what is said to a request for a certificate nothing is needed: the order is looked at.
      assertThat(renewal().isPresent()).as(place).isEqualTo(!place.equals("/finalize"));
    }
  }

  /** RFC 8555 section 6.5: one is used for the next request; a refusal is tried again. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "not one", "never good"})
  void nonces_that_are_none_end_an_order(String what) throws Exception {
    authority.change =
        (path, answer) ->
            switch (what) {
              case "none" -> answer.without("Replay-Nonce");
              case "not one" -> answer.with("Replay-Nonce", "a b\u00ff?");
              default ->
                  path.equals("/directory") || path.equals("/nonce")
                      ? answer
                      : new Answer(
                              400,
                              answer.headers(),
                              "{\"type\": \"urn:ietf:params:acme:error:badNonce\"}"
                                  .getBytes(StandardCharsets.UTF_8))
                          .with("Content-Type", "application/problem+json");
            };
    assertThat(renewal()).isPresent();
    assertThat(authority.requests()).isLessThan(100);
  }

  @Test
  void a_nonce_that_is_refused_once_is_no_failure() throws Exception {
    var refused = new AtomicInteger();
    authority.change =
        (path, answer) ->
            path.equals("/order") && refused.getAndIncrement() == 0
                ? new Answer(
                        400,
                        answer.headers(),
                        "{\"type\": \"urn:ietf:params:acme:error:badNonce\"}"
                            .getBytes(StandardCharsets.UTF_8))
                    .with("Content-Type", "application/problem+json")
                : answer;
    assertThat(renewal()).isEmpty();
  }

  @Test
  void no_redirect_is_followed_to_another_host() throws Exception {
    for (var place : GoodAuthority.PLACES) {
      for (int status : List.of(301, 302, 303, 307, 308)) {
        authority.change =
            (path, answer) ->
                path.equals(place)
                    ? answer.with(status).with("Location", elsewhere.base() + place)
                    : answer;
        assertThat(renewal()).as(place + " " + status).isPresent();
      }
    }
    assertThat(elsewhere.requests()).isZero();
  }

  @Test
  void nothing_is_asked_in_clear_or_of_this_machine_wherever_an_answer_leads() throws Exception {
    for (var place : GoodAuthority.PLACES) {
      for (var scheme : List.of("http://", "file://", "jar:https://", "ftp://")) {
        authority.change =
            (path, answer) ->
                path.equals(place)
                    ? answer.with(
                        new String(answer.body(), StandardCharsets.UTF_8)
                            .replace("https://", scheme)
                            .getBytes(StandardCharsets.UTF_8))
                    : answer;
        var said = renewal();
        boolean leads =
            !List.of("/nonce", "/account", "/challenge", "/finalize", "/certificate")
                .contains(place);
        assertThat(said.isPresent() || !leads).as(place + " " + scheme).isTrue();
      }
    }
  }

  @Test
  void whatever_is_wrong_with_an_answer_the_server_has_a_good_certificate() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    int renewed = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String place = GoodAuthority.PLACES.get(random.nextInt(GoodAuthority.PLACES.size()));
      long first = random.nextLong();
      boolean once = random.nextBoolean();
      var times = new AtomicInteger();
      authority.change =
          (path, answer) ->
              path.equals(place) && (times.getAndIncrement() == 0 || !once)
                  ? mutated(answer, new Random(first))
                  : answer;
      renewed += renewal().isEmpty() ? 1 : 0;
    }
    System.out.println(renewed + " of " + ROUNDS + " were renewed all the same");
    assertThat(renewed).as("some of it matters, and some does not").isBetween(5, ROUNDS * 3 / 4);
  }

  private Answer mutated(Answer answer, Random random) {
    byte[] body = answer.body();
    return switch (random.nextInt(6)) {
      case 0 -> answer.with(Arrays.copyOf(body, random.nextInt(body.length + 1)));
      case 1 -> {
        byte[] other = body.clone();
        for (int i = 0; i <= random.nextInt(4) && other.length > 0; i++) {
          other[random.nextInt(other.length)] = (byte) random.nextInt();
        }
        yield answer.with(other);
      }
      case 2 ->
          answer
              .with(List.of(200, 204, 302, 400, 403, 404, 429, 500, 503).get(random.nextInt(9)))
              .with("Location", elsewhere.base() + "/directory");
      case 3 -> header(answer, random);
      default -> answer.with(value(body, random));
    };
  }

  private Answer header(Answer answer, Random random) {
    var name =
        List.of("Replay-Nonce", "Content-Type", "Location", "Retry-After", "Link")
            .get(random.nextInt(5));
    if (random.nextInt(4) == 0) {
      return answer.without(name);
    }
    var value =
        List.of(
            "",
            "-5",
            "99999999999999999999",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "text/html",
            "application/problem+json",
            "a".repeat(5000),
            "<" + elsewhere.base() + "/directory>;rel=\"alternate\"",
            "<:::>;rel=\"alternate\"",
            elsewhere.base() + "/order/1",
            "relative");
    return answer.with(name, value.get(random.nextInt(value.size())));
  }

  /** Something else in place of one of the values. */
  private byte[] value(byte[] body, Random random) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(body);
    } catch (JacksonException e) {
      return new byte[] {'{', '}'};
    }
    var places = new ArrayList<Runnable>();
    collect(tree, places, random);
    if (places.isEmpty()) {
      return "[]".getBytes(StandardCharsets.UTF_8);
    }
    places.get(random.nextInt(places.size())).run();
    return MAPPER.writeValueAsBytes(tree);
  }

  private void collect(JsonNode node, List<Runnable> places, Random random) {
    if (node instanceof ObjectNode object) {
      for (var name : List.copyOf(object.propertyNames())) {
        places.add(() -> object.set(name, other(random)));
        places.add(() -> object.remove(name));
        collect(object.get(name), places, random);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int at = i;
        places.add(() -> array.set(at, other(random)));
        places.add(() -> {
          for (int more = 0; more < 1000; more++) {
            array.add(array.get(at));
          }
        });
        collect(array.get(i), places, random);
      }
    }
  }

  private JsonNode other(Random random) {
    var texts =
        List.of(
            "null",
            "true",
            "-1",
            "1e999",
            "17",
            "[]",
            "{}",
            "[[[{}]]]",
            "\"\"",
            "\"valid\"",
            "\"invalid\"",
            "\"ready\"",
            "\"\\u0000\\u001b[31m\\n\"",
            "\"not a place\"",
            "\"https://\"",
            "\"http://127.0.0.1:1/\"",
            "\"https://127.0.0.1:1/\"",
            "\"" + elsewhere.base() + "/nowhere\"",
            "\"9999-99-99T99:99:99Z\"",
            "\"" + "x".repeat(100_000) + "\"");
    return MAPPER.readTree(texts.get(random.nextInt(texts.size())));
  }
}
