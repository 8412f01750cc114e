package guywire.control.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import guywire.control.tls.TestAuthority;
import guywire.control.tls.TestTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever an authority answers, it neither holds the server nor fills its memory. */
@Timeout(120)
class AcmeAuthorityTest {

  private static final TestAuthority TRUST = new TestAuthority();
  private static final String NAME = "guywire.example";
  private static final Duration ORDER = Duration.ofSeconds(10);

  private final Map<String, byte[]> offered = new ConcurrentHashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpsServer server;
  private String base = "";

  /** What is answered at a path instead of what belongs there. */
  private final Map<String, Answer> instead = new HashMap<>();

  private interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private final ChallengeBoard board =
      new ChallengeBoard() {
        @Override
        public void offer(String name, byte[] digest) {
          offered.put(name, digest);
        }

        @Override
        public void withdraw(String name, byte[] digest) {
          offered.remove(name);
        }
      };

  @BeforeEach
  void listen() throws Exception {
    var context = TestTls.showing(TRUST.issueForAddress("127.0.0.1"));
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    base = "https://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void end() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      exchange.getResponseHeaders().set("Replay-Nonce", "abcdefgh" + requests.get());
      var other = instead.get(path);
      if (other != null) {
        other.give(exchange);
        return;
      }
      switch (path) {
        case "/directory" ->
            json(
                exchange,
                200,
                """
                {"newNonce": "%1$s/nonce", "newAccount": "%1$s/account", "newOrder": "%1$s/order",
                 "meta": {"termsOfService": "%1$s/terms"}}\
                """
                    .formatted(base));
        case "/nonce" -> exchange.sendResponseHeaders(200, -1);
        case "/account" -> {
          exchange.getResponseHeaders().set("Location", base + "/account/1");
          json(exchange, 201, "{\"status\": \"valid\"}");
        }
        case "/order" -> {
          exchange.getResponseHeaders().set("Location", base + "/order/1");
          json(exchange, 201, order("pending"));
        }
        case "/order/1" -> json(exchange, 200, order("pending"));
        case "/authorization" -> json(exchange, 200, authorization(NAME, "pending", "tls-alpn-01"));
        case "/challenge" -> json(exchange, 200, challenge("pending", "tls-alpn-01"));
        default -> exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private String order(String status) {
    return """
    {"status": "%2$s", "identifiers": [{"type": "dns", "value": "guywire.example"}],
     "authorizations": ["%1$s/authorization"], "finalize": "%1$s/finalize"}\
    """
        .formatted(base, status);
  }

  private String authorization(String name, String status, String type) {
    return """
    {"status": "%s", "identifier": {"type": "dns", "value": "%s"}, "challenges": [%s]}\
    """
        .formatted(status, name, challenge(status, type));
  }

  private String challenge(String status, String type) {
    return """
    {"type": "%s", "url": "%s/challenge", "status": "%s", "token": "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ"}\
    """
        .formatted(type, base, status);
  }

  private static void json(HttpExchange exchange, int status, String text) throws IOException {
    send(exchange, status, "application/json", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  /** Why nothing was made, within the time that it may take. */
  private OrderFailed failure() throws Exception {
    var patience =
        new AcmeAuthority.Patience(
            Duration.ofSeconds(5), ORDER, Duration.ofMillis(5), Duration.ofMillis(20));
    var authority =
        new AcmeAuthority(
            new AcmeSettings(
                List.of(NAME),
                Optional.of("anna@example.net"),
                URI.create(base + "/directory"),
                TRUST.roots()),
            patience);
    long begin = System.nanoTime();
    var failed =
        catchThrowableOfType(
            OrderFailed.class, () -> authority.order(AccountKey.make(), List.of(NAME), board));
    assertThat(failed).isNotNull();
    System.out.println(failed.getMessage());
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ORDER.plusSeconds(5));
    assertThat(offered).as("nothing is left to be answered").isEmpty();
    assertThat(failed.getMessage()).hasSizeLessThan(1000);
    return failed;
  }

  private static byte[] bomb() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var packed = new GZIPOutputStream(bytes)) {
      byte[] spaces = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        packed.write(spaces);
      }
    }
    return bytes.toByteArray();
  }

  private static String deep() {
    int depth = 100_000;
    return "{\"meta\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
  }

  private static void endless(HttpExchange exchange, Duration pause) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 0);
    byte[] spaces = new byte[pause.isZero() ? 1 << 16 : 1];
    Arrays.fill(spaces, (byte) ' ');
    while (!Thread.currentThread().isInterrupted()) {
      exchange.getResponseBody().write(spaces);
      exchange.getResponseBody().flush();
      LockSupport.parkNanos(pause.toNanos());
    }
  }

  @ParameterizedTest(name = "{0} at {1}")
  @CsvSource({
    "endless, /directory",
    "endless, /order",
    "drop by drop, /directory",
    "silence, /directory",
    "silence, /order",
    "garbage, /directory",
    "garbage, /authorization",
    "a page, /directory",
    "a page, /order/1",
    "another type, /order/1",
    "deep, /directory",
    "deep, /authorization",
    "packed, /directory",
    "round and round, /directory",
    "round and round, /order",
    "nothing, /order",
    "list, /authorization",
  })
  void what_is_no_answer_ends_the_order(String what, String where) throws Exception {
    if (where.equals("/order/1")) {
      instead.put(
          "/authorization",
          exchange -> json(exchange, 200, authorization(NAME, "valid", "tls-alpn-01")));
    }
    instead.put(
        where,
        exchange -> {
          switch (what) {
            case "endless" -> endless(exchange, Duration.ZERO);
            case "drop by drop" -> endless(exchange, Duration.ofMillis(50));
            case "silence" -> LockSupport.parkNanos(Duration.ofSeconds(60).toNanos());
            case "garbage" -> json(exchange, 200, "{\"newNonce\": \"\u0007");
            case "a page" ->
                send(exchange, 200, "text/html", "<h1>Hello</h1>".getBytes(StandardCharsets.UTF_8));
            case "another type" -> json(exchange, 200, "{\"status\": 17, \"authorizations\": {}}");
            case "deep" -> json(exchange, 200, deep());
            case "packed" -> {
              exchange.getResponseHeaders().set("Content-Encoding", "gzip");
              send(exchange, 200, "application/json", bomb());
            }
            case "round and round" -> {
              exchange.getResponseHeaders().set("Location", base + where);
              exchange.sendResponseHeaders(302, -1);
            }
            case "nothing" -> exchange.sendResponseHeaders(201, -1);
            default -> json(exchange, 200, "[1, 2]");
          }
        });
    var failed = failure();
    assertThat(requests.get()).isLessThan(200);
    if (what.equals("packed")) {
      assertThat(failed.getMessage()).as("it is not unpacked at all").contains("a packed answer");
    }
  }

  @Test
  void what_stays_pending_is_asked_for_so_often_and_no_more() throws Exception {
    assertThat(failure().text().key()).isEqualTo("acme.unproven");
    assertThat(requests.get()).isBetween(50, 200);
  }

  @Test
  void a_wish_to_wait_for_a_year_is_not_followed() throws Exception {
    instead.put(
        "/authorization",
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "31536000");
          json(exchange, 200, authorization(NAME, "pending", "tls-alpn-01"));
        });
    assertThat(failure().text().key()).isEqualTo("acme.unproven");
  }

  @Test
  void only_what_was_asked_for_is_proven() throws Exception {
    instead.put(
        "/authorization",
        exchange -> json(exchange, 200, authorization("other.example", "pending", "tls-alpn-01")));
    assertThat(failure().text().key()).isEqualTo("acme.other-name");
  }

  @Test
  void an_authority_that_looks_by_other_ways_alone_is_told_from_one_that_does_not_see_it()
      throws Exception {
    instead.put(
        "/authorization",
        exchange -> json(exchange, 200, authorization(NAME, "pending", "dns-01")));
    assertThat(failure().text().key()).isEqualTo("acme.no-challenge");
  }

  @Test
  void one_that_wants_customers_only_is_said_to() throws Exception {
    instead.put(
        "/directory",
        exchange ->
            json(
                exchange,
                200,
                """
                {"newNonce": "%1$s/nonce", "newAccount": "%1$s/account", "newOrder": "%1$s/order",
                 "meta": {"externalAccountRequired": true}}\
                """
                    .formatted(base)));
    assertThat(failure().text().key()).isEqualTo("acme.customers");
  }

  @Test
  void what_it_says_is_shown_short_and_plain() throws Exception {
    instead.put(
        "/order",
        exchange ->
            send(
                exchange,
                403,
                "application/problem+json",
                ("{\"type\": \"urn:ietf:params:acme:error:rejectedIdentifier\", \"detail\": \"no\\u001b[31m\\n"
                        + "x".repeat(5000)
                        + "\"}")
                    .getBytes(StandardCharsets.UTF_8)));
    var failed = failure();
    assertThat(failed.text().key()).isEqualTo("acme.says");
    assertThat(failed.getMessage()).contains("no\\u001b[31m").doesNotContain("\u001b");
  }

  @Test
  void who_is_limited_hears_until_when() throws Exception {
    instead.put(
        "/order",
        exchange -> {
          exchange.getResponseHeaders().set("Retry-After", "3600");
          send(
              exchange,
              429,
              "application/problem+json",
              "{\"type\": \"urn:ietf:params:acme:error:rateLimited\", \"detail\": \"slowly\"}"
                  .getBytes(StandardCharsets.UTF_8));
        });
    var failed = failure();
    assertThat(failed.text().key()).isEqualTo("acme.limited");
    assertThat(failed.notBefore()).isPresent();
  }

  @Test
  void an_authority_that_nobody_vouches_for_is_told_nothing() throws Exception {
    server.stop(0);
    var strange = new TestAuthority();
    var authority =
        new AcmeAuthority(
            new AcmeSettings(
                List.of(NAME), Optional.empty(), URI.create(base + "/directory"), strange.roots()),
            AcmeAuthority.Patience.USUAL);
    listen();
    var there =
        new AcmeAuthority(
            new AcmeSettings(
                List.of(NAME), Optional.empty(), URI.create(base + "/directory"), strange.roots()),
            AcmeAuthority.Patience.USUAL);
    for (var each : List.of(authority, there)) {
      var failed =
          catchThrowableOfType(
              OrderFailed.class, () -> each.order(AccountKey.make(), List.of(NAME), board));
      assertThat(failed.text().key()).isEqualTo("acme.away");
    }
    assertThat(requests.get()).isZero();
  }
}
