package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Networks;
import guywire.control.store.PasswordDigest;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.store.Users;
import guywire.network.Name;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What others got wrong in servers like this one: a test for each class of advisory, which names
 * one of them. docs/security.md lists them.
 */
@Timeout(180)
class AdvisoriesTest {

  private static final String BASE = "/api/v1";

  /** Whose device is asked for. */
  private static final Name OWNER = new Name("anna");

  /** So that a test of what is slow takes little. */
  private static final Api.Patience SHORT =
      new Api.Patience(Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofMillis(200));

  @TempDir Path directory;
  private RunningServer server;
  private String admin;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory, SHORT);
    admin = server.token(Scope.ADMINISTER, Optional.empty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private URI uri(String path) {
    return URI.create("https://127.0.0.1:" + server.api.port() + path);
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + token);
  }

  private StoredNetwork other() {
    return server.network(
        RunningServer.HOMES.replace("network: two-homes", "network: other-homes"));
  }

  /**
   * What a request comes with.
   *
   * @param token the token or session; empty for none
   * @param session whether it is a session
   * @param scope the role or errand that it is for
   * @param everywhere whether it is for the whole server
   * @param here whether it is for the network that is asked of
   * @param owns whether the device that is asked of is its owner's
   */
  private record Holder(
      String token,
      boolean session,
      Optional<Scope> scope,
      boolean everywhere,
      boolean here,
      boolean owns) {

    HttpRequest.Builder signed(HttpRequest.Builder request) {
      if (session) {
        return request.headers("Cookie", "__Host-guywire=" + token, "X-Guywire-Page", "1");
      }
      return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }
  }

  /** Whoever may do something, by a token or signed in, in all networks, this one or another. */
  private List<Holder> holders(StoredNetwork network, StoredNetwork stranger) {
    var holders = new ArrayList<Holder>();
    var password = PasswordDigest.of("a few good words");
    for (var owner : List.of(OWNER, new Name("ben"))) {
      for (var scope : Scope.values()) {
        for (var only :
            List.of(Optional.<StoredNetwork>empty(), Optional.of(network), Optional.of(stranger))) {
          if (scope != Scope.OWN && !owner.equals(OWNER)) {
            continue;
          }
          for (var signedIn : scope.isErrand() ? List.of(false) : List.of(false, true)) {
            var secret = TokenSecret.random();
            var now = Instant.now();
            var id = only.map(StoredNetwork::id);
            server.database.write(session -> {
              var tokens = new Tokens(session);
              return signedIn
                  ? tokens.addSession(
                      secret, new Users.Account(tokens.user(owner, now), password, scope, id), now)
                  : tokens.add(
                      secret,
                      new Tokens.Wanted(owner, "", scope, id, Optional.empty(), Optional.empty()),
                      now);
            });
            holders.add(
                new Holder(
                    secret.reveal(),
                    signedIn,
                    Optional.of(scope),
                    only.isEmpty(),
                    !only.equals(Optional.of(stranger)),
                    owner.equals(OWNER)));
          }
        }
      }
    }
    holders.add(new Holder("", false, Optional.empty(), false, false, false));
    return holders;
  }

  /** CVE-2023-32078, CVE-2026-29194, CVE-2022-36110: objects of others, and functions of admins. */
  @Test
  void object_level_authorisation_on_every_route_for_every_role() throws Exception {
    var network = server.network(RunningServer.HOMES);
    var holders = holders(network, other());
    server.database.write(session -> {
      var networks = new Networks(session);
      var device = networks.node(network.id(), new Name("iphone")).orElseThrow();
      networks.setOwner(network.id(), device.id(), new Users(session).named(OWNER));
      return true;
    });
    int asked = 0;
    for (int i = 0; i < holders.size(); i++) {
      var holder = holders.get(i);
      try (var client = server.at("127.0.1." + (i + 1))) {
        for (var route : server.operations()) {
          boolean ends = route.template().endsWith("/session") && route.method().equals("DELETE");
          if (route.template().endsWith("/events") || ends && holder.session()) {
            continue;
          }
          asked++;
          String path =
              route
                  .template()
                  .replace("{network}", "two-homes")
                  .replace("{version}", "1")
                  .replace("{other}", "1")
                  .replace(
                      "{node}", holder.scope().equals(Optional.of(Scope.OWN)) ? "iphone" : "ecs")
                  .replace("{device}", "iphone")
                  .replace("{user}", "nobody")
                  .replace("{webhook}", "0000000000000000")
                  .replace("{host}", "0".repeat(32))
                  .replace("{token}", "0000000000000000");
          if (route.method().equals("DELETE")) {
            // What is not there: nothing is to go.
            path = path.replace("iphone", "nobody");
          }
          var builder = holder.signed(HttpRequest.newBuilder(uri(path)));
          // A body that does nothing: whoever gets as far is told that it is none.
          builder.method(
              route.method(),
              route.longest() > 0 ? BodyPublishers.ofString("[]") : BodyPublishers.noBody());
          var said = RunningServer.ask(client, builder.build());
          assertThat(said.status())
              .as("%s %s by %s", route.method(), route.template(), holder)
              .isEqualTo(expected(route, holder));
        }
      }
    }
    assertThat(asked).isGreaterThan(1500);
  }

  private static int expected(Operation route, Holder holder) {
    boolean deletes = route.method().equals("DELETE");
    int done = route.longest() > 0 ? 400 : deletes ? 404 : 200;
    if (route.template().endsWith("/host/orders")) {
      // This token is for no host.
      done = 404;
    }
    if (route.template().contains("{webhook}")) {
      // There is none.
      done = 404;
    }
    if (route.template().contains("{host}")) {
      // There is none.
      done = route.template().endsWith("/refusal") ? 404 : done;
    }
    if (route.template().endsWith("/device") && !deletes && route.longest() == 0) {
      // These tokens are for no device.
      done = 404;
    }
    if (route.isOpen()) {
      // To sign in is for our page alone.
      boolean signsIn = route.longest() > 0 && route.reach() != Operation.TokenReach.PROVEN;
      return signsIn && !holder.session() ? 403 : done;
    }
    if (holder.scope().isEmpty()) {
      return 401;
    }
    var scope = holder.scope().get();
    if (route.scopes().stream().noneMatch(scope::includes)) {
      return 403;
    }
    boolean others =
        scope == Scope.OWN
            && !holder.owns()
            && (route.template().contains("{device}") || route.template().contains("{node}"));
    return switch (route.reach()) {
      case SERVER -> holder.everywhere() ? done : 403;
      case PROGRAM -> holder.everywhere() && !holder.session() ? done : 403;
      case SESSION -> holder.session() ? done : 409;
      case NETWORK -> holder.here() && !others ? done : 404;
      case OWN, PROVEN -> done;
    };
  }

  /** The same for the one route that does not end. */
  @Test
  void events_of_others_are_not_to_be_heard() {
    server.network(RunningServer.HOMES);
    String token = server.token(Scope.ADMINISTER, Optional.of(other()));
    assertThat(server.get(BASE + "/networks/two-homes/events", token).status()).isEqualTo(404);
    assertThat(server.get(BASE + "/networks/two-homes/events", "").status()).isEqualTo(401);
  }

  /** NetBird's ?account=: what is asked for beside the path changes nothing. */
  @Test
  void a_parameter_can_not_name_another_object() {
    server.network(RunningServer.HOMES);
    String token = server.token(Scope.READ, Optional.of(other()));
    for (var parameter : List.of("network", "account", "scope", "token")) {
      assertThat(server.get(BASE + "/networks?" + parameter + "=two-homes", token).code())
          .isEqualTo("unknown-parameter");
    }
    assertThat(server.get(BASE + "/networks", token).text())
        .contains("other-homes")
        .doesNotContain("two-homes");
    assertThat(server.get(BASE + "/networks?limit=1&limit=2", token).code()).isEqualTo("twice");
  }

  /** CVE-2023-32079, CVE-2026-27899: members that nobody meant to be set. */
  @Test
  void mass_assignment() {
    var network = server.network(RunningServer.HOMES);
    for (var member : List.of("id", "is-admin", "created", "token", "digest", "__proto__")) {
      assertThat(
              server
                  .post(
                      BASE + "/tokens",
                      admin,
                      "{\"owner\":\"a\",\"scope\":\"read\",\"" + member + "\":\"x\"}")
                  .code())
          .isEqualTo("unknown-member");
    }
    assertThat(
            server
                .post(
                    BASE + "/tokens",
                    admin,
                    "{\"owner\":\"a\",\"scope\":\"read\",\"scope\":\"administer\"}")
                .code())
        .isEqualTo("not-json");
    assertThat(
            server
                .ask(
                    "PUT",
                    BASE + "/networks/" + network.name() + "/nodes/ecs/key",
                    admin,
                    "{\"public-key\":\"aCPlg3f6rGxTNXqbMLSXUcBPVTYdlVIgMpj3gmCWmEw=\",\"name\":\"x\"}")
                .code())
        .isEqualTo("unknown-member");
  }

  /** CVE-2026-29195: who administers a part makes himself master of the whole. */
  @Test
  void privileges_do_not_grow() {
    var network = server.network(RunningServer.HOMES);
    other();
    String own = server.token(Scope.ADMINISTER, Optional.of(network));
    String body = "{\"owner\":\"a\",\"scope\":\"administer\"%s}";
    assertThat(server.post(BASE + "/tokens", own, body.formatted("")).code())
        .isEqualTo("beyond-token");
    assertThat(
            server
                .post(BASE + "/tokens", own, body.formatted(",\"network\":\"other-homes\""))
                .code())
        .isEqualTo("beyond-token");
    assertThat(
            server
                .post(BASE + "/tokens", own, body.formatted(",\"network\":\"two-homes\""))
                .status())
        .isEqualTo(201);
    assertThat(server.post(BASE + "/tokens", admin, "{\"owner\":\"a\",\"scope\":\"setup\"}").code())
        .isEqualTo("bad-scope");
    // Nor are the tokens of others to be seen or revoked.
    var others = server.get(BASE + "/tokens", admin).json().get("items");
    var seen = server.get(BASE + "/tokens", own).text();
    for (var token : others) {
      boolean mine =
          token.optional("network").map(n -> n.asString().equals("two-homes")).orElse(false);
      String id = token.get("id").asString();
      assertThat(seen.contains(id)).isEqualTo(mine);
      if (!mine) {
        assertThat(server.ask("DELETE", BASE + "/tokens/" + id, own, "").status()).isEqualTo(404);
      }
    }
    assertThat(server.get(BASE + "/audit", own).text()).doesNotContain("other-homes");
  }

  /** CVE-2026-29196: keys and tokens in lists. */
  @Test
  void no_secret_is_in_any_answer() {
    String text = RunningServer.HOMES + "preshared-keys: true\n";
    server.network(text);
    String reader = server.token(Scope.READ, Optional.empty());
    var base64 = Pattern.compile("[A-Za-z0-9+/]{43}=");
    for (var route : server.operations()) {
      // The schema of definitions has the word, and no value.
      if (!route.method().equals("GET")
          || route.template().endsWith("/events")
          || route.template().endsWith("/definition-schema.json")) {
        continue;
      }
      String path =
          route
              .template()
              .replace("{network}", "two-homes")
              .replace("{version}", "1")
              .replace("{other}", "1")
              .replace("{node}", "macbook");
      var said = server.get(path, admin);
      assertThat(said.text())
          .as(path)
          .doesNotContain(admin)
          .doesNotContain(reader)
          .doesNotContainIgnoringCase("private-key")
          .doesNotContain("privateKey");
      if (path.endsWith("/document")) {
        // What is in base64 there are the public keys of the node and of its peers.
        var keys = base64.matcher(said.text()).results().map(r -> r.group()).distinct().count();
        assertThat(said.text()).contains("preshared");
        assertThat(keys).isLessThanOrEqualTo(2);
      }
    }
  }

  /** wg-easy #1302, #2646: one-time links that can be guessed, and used by two at once. */
  @Test
  void one_time_tokens_have_256_random_bits_and_are_good_once() throws Exception {
    String token = server.token(Scope.READ, Optional.empty(), Optional.empty(), Optional.of(1L));
    assertThat(token).matches("gwt_[A-Za-z0-9_-]{43}");
    Callable<Integer> use = () -> server.get(BASE + "/self", token).status();
    try (var threads = Executors.newFixedThreadPool(8)) {
      var statuses = new ArrayList<Integer>();
      for (var each : threads.invokeAll(java.util.Collections.nCopies(8, use))) {
        statuses.add(each.get());
      }
      assertThat(statuses.stream().filter(status -> status == 200)).hasSize(1);
      assertThat(statuses.stream().filter(status -> status == 401)).hasSize(7);
    }
  }

  /** CVE-2026-38651: a token that only looks like one. */
  @Test
  void a_token_counts_to_the_last_bit() throws Exception {
    int changed = 0;
    for (int i = 0; i < admin.length(); i += 5) {
      char other = admin.charAt(i) == 'A' ? 'B' : 'A';
      String forged = admin.substring(0, i) + other + admin.substring(i + 1);
      try (var client = server.at("127.0.2." + (i + 1))) {
        var said = RunningServer.ask(client, request(BASE + "/self", forged).build());
        assertThat(said.code()).isEqualTo("bad-token");
        changed++;
      }
    }
    assertThat(changed).isGreaterThan(8);
    try (var client = server.at("127.0.2.200")) {
      for (var header : List.of("Basic " + admin, admin, "Bearer", "bearer " + admin)) {
        var request =
            HttpRequest.newBuilder(uri(BASE + "/self")).header("Authorization", header).build();
        assertThat(RunningServer.ask(client, request).status()).as(header).isEqualTo(401);
      }
    }
  }

  /** wg-easy #1302: guesses without an end. */
  @Test
  void who_comes_with_wrong_tokens_is_locked_out_and_others_are_not() throws Exception {
    try (var client = server.at("127.0.3.1");
        var neighbour = server.at("127.0.3.2")) {
      var wrong = request(BASE + "/self", "gwt_" + "A".repeat(43)).build();
      for (int i = 0; i < Throttle.WRONG_TOKENS; i++) {
        assertThat(RunningServer.ask(client, wrong).code()).isEqualTo("bad-token");
      }
      var right = request(BASE + "/self", admin).build();
      var locked = RunningServer.ask(client, right);
      assertThat(locked.code()).isEqualTo("too-many");
      assertThat(locked.response().headers().firstValue("Retry-After")).isPresent();
      assertThat(RunningServer.ask(neighbour, right).status()).isEqualTo(200);
    }
  }

  /** CVE-2026-29771: what a stranger can make it do without a token. */
  @Test
  void without_a_token_little_is_answered_and_nothing_of_a_network() {
    assertThat(
            server.operations().stream().filter(route -> route.isOpen()).map(Operation::template))
        .containsExactlyInAnyOrder(
            BASE + "/health",
            BASE + "/health/live",
            BASE + "/openapi.json",
            BASE + "/definition-schema.json",
            BASE + "/session",
            BASE + "/session",
            BASE + "/session/oidc",
            BASE + "/session/oidc/begin",
            BASE + "/host/challenge",
            BASE + "/host/session");
    assertThat(server.get("/api", "").status()).isEqualTo(404);
    assertThat(server.ask("DELETE", BASE + "/health", "", "").status()).isEqualTo(405);
  }

  /** wg-easy #1067: paths that lead out of where they should. */
  @Test
  void a_path_leads_nowhere_but_to_a_route() throws Exception {
    for (var path :
        List.of(
            "/../../etc/passwd",
            "/api/v1/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/api/v1/networks/..%2f..%2fetc%2fpasswd",
            "/api/v1/networks/%00",
            "/api/v1/networks/%c0%ae%c0%ae",
            "/api/v1/networks/two-homes%0d%0aX:%201",
            "//etc/passwd",
            "/api/v1/openapi.json/",
            "/api/v1//health",
            "/api/v1/networks/%zz")) {
      var said =
          raw(
              "GET "
                  + path
                  + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                  + admin
                  + "\r\n\r\n");
      assertThat(said).as(path).matches("(?s)HTTP/1.1 40[04].*").doesNotContain("root:");
    }
  }

  /** GHSA-grh9-37g7-53mj: redirects to wherever a request says; and a Host that is believed. */
  @Test
  void no_answer_leads_elsewhere_or_repeats_what_was_sent() throws Exception {
    var said = raw("GET //evil.example HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    assertThat(said.toLowerCase(java.util.Locale.ROOT))
        .doesNotContain("location:")
        .doesNotContain("evil.example");
    var garbage = raw("GET /<script>alert(1)</script> HTTP/1.1\r\nHost: <b>\r\n\r\n");
    assertThat(garbage).doesNotContain("<script>").doesNotContain("<b>");
  }

  /** wg-easy PR 2669: lines smuggled into a field, and so into files and hooks. */
  @Test
  void a_field_holds_no_line_of_somebody_elses() {
    var network = server.network(RunningServer.HOMES);
    for (var evil : List.of("a\\nPostUp = id", "a\\u0000", "a b", "../x", "\\u202ea", "A")) {
      assertThat(
              server
                  .post(BASE + "/tokens", admin, "{\"owner\":\"" + evil + "\",\"scope\":\"read\"}")
                  .status())
          .as(evil)
          .isEqualTo(400);
    }
    String text =
        RunningServer.HOMES.replace(
            "ecs: {", "ecs: {endpoint: \"vpn.example\\nPostUp = touch /tmp/owned\", ");
    var body = RunningServer.MAPPER.createObjectNode();
    body.put("definition", text).put("expected-version", 1);
    var said =
        server.post(BASE + "/networks/" + network.name() + "/changes", admin, body.toString());
    assertThat(said.code()).isEqualTo("does-not-hold");
    for (var unkept : List.of("\\ud800", "\\u0000")) {
      String broken = "{\"definition\": \"a" + unkept + "\", \"expected-version\": 1}";
      assertThat(
              server.post(BASE + "/networks/" + network.name() + "/changes", admin, broken).code())
          .isEqualTo("bad-text");
    }
  }

  /** CVE-2026-29771 and others: memory and time that one request can take. */
  @Test
  void every_input_has_a_size_limit() throws Exception {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(server.post(BASE + "/networks", admin, "{\"definition\":" + deep + "}").code())
        .isEqualTo("not-json");
    assertThat(
            server
                .post(BASE + "/tokens", admin, "{\"owner\":\"" + "a".repeat(20_000) + "\"}")
                .code())
        .isEqualTo("too-long");
    var name = "{\"owner\":\"" + "a".repeat(64) + "\",\"scope\":\"read\"}";
    assertThat(server.post(BASE + "/tokens", admin, name).code()).isEqualTo("bad-text");
    // Without a length that was said before.
    var chunks =
        request(BASE + "/tokens", admin)
            .POST(BodyPublishers.ofByteArrays(java.util.Collections.nCopies(100, new byte[1000])))
            .build();
    assertThat(RunningServer.ask(server.client, chunks).code()).isEqualTo("too-long");
    String bomb = "a: &a [x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n";
    var body = RunningServer.MAPPER.createObjectNode().put("definition", bomb).toString();
    assertThat(server.post(BASE + "/networks", admin, body).status()).isEqualTo(422);
    // Of these the answer may be lost, when it comes before all was sent; none is served.
    assertThat(raw("GET /" + "a".repeat(10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
        .matches("(?s)|HTTP/1.1 4.*");
    String health = "GET " + BASE + "/health HTTP/1.1\r\nHost: a\r\n";
    assertThat(raw(health + "Connection: close\r\n\r\n")).startsWith("HTTP/1.1 200");
    assertThat(raw(health + "X: " + "a".repeat(40_000) + "\r\n\r\n")).matches("(?s)|HTTP/1.1 4.*");
  }

  /** Slow loris: connections that send a byte now and then. */
  @Test
  void who_sends_slowly_does_not_hold_the_server() throws Exception {
    var slow = new ArrayList<SSLSocket>();
    for (int i = 0; i < 40; i++) {
      var socket = socket();
      slow.add(socket);
      socket
          .getOutputStream()
          .write(
              "GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX-".getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
    }
    // Nobody is kept waiting meanwhile, and each of them is sent away though it goes on sending.
    assertThat(server.get(BASE + "/self", admin).status()).isEqualTo(200);
    for (var socket : slow) {
      assertThat(isSentAway(socket)).isTrue();
      socket.close();
    }
  }

  /**
   * Sends a byte at a time, faster than any time-out for reading, until the other end has closed.
   */
  private static boolean isSentAway(SSLSocket socket) throws IOException {
    socket.setSoTimeout(500);
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < end) {
      try {
        socket.getOutputStream().write('a');
        socket.getOutputStream().flush();
        if (socket.getInputStream().read() < 0) {
          return true;
        }
      } catch (java.net.SocketTimeoutException e) {
        // It still waits for more.
      } catch (IOException e) {
        return true;
      }
    }
    return false;
  }

  /** Who listens longer than he may. */
  @Test
  void a_token_that_was_revoked_hears_no_more() throws Exception {
    var network = server.network(RunningServer.HOMES);
    var made = server.post(BASE + "/tokens", admin, "{\"owner\":\"a\",\"scope\":\"read\"}").json();
    var request =
        request(BASE + "/networks/" + network.name() + "/events", made.get("token").asString())
            .build();
    var response = server.client.send(request, BodyHandlers.ofInputStream());
    try (var lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo(": here");
      server.ask("DELETE", BASE + "/tokens/" + made.get("id").asString(), admin, "");
      String line = lines.readLine();
      while (line != null) {
        line = lines.readLine();
      }
    }
  }

  /** What is sent in clear. */
  @Test
  void there_is_nothing_but_tls_of_today() throws Exception {
    try (var plain = new Socket(InetAddress.getLoopbackAddress(), server.api.port())) {
      plain.setSoTimeout(20_000);
      plain
          .getOutputStream()
          .write(
              "GET /api/v1/health HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP/1.1 200")
          .doesNotContain("ready");
    }
    try (var old =
        (SSLSocket)
            server.trust().getSocketFactory().createSocket("127.0.0.1", server.api.port())) {
      old.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
    }
  }

  /** What browsers could be made to do with an answer. */
  @Test
  void every_answer_has_the_headers_that_keep_browsers_from_harm() {
    for (Said said :
        List.of(
            server.get(BASE + "/health", ""),
            server.get(BASE + "/self", ""),
            server.get("/nothing", ""),
            server.get(BASE + "/networks", admin))) {
      var headers = said.response().headers();
      assertThat(headers.firstValue("Strict-Transport-Security")).isPresent();
      assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(headers.firstValue("Content-Security-Policy")).isPresent();
      assertThat(headers.firstValue("Cache-Control")).contains("no-store");
      assertThat(headers.firstValue("Set-Cookie")).isEmpty();
      assertThat(headers.firstValue("Access-Control-Allow-Origin")).isEmpty();
      assertThat(headers.firstValue("Server")).isEmpty();
    }
  }

  private SSLSocket socket() throws IOException {
    var socket =
        (SSLSocket) server.trust().getSocketFactory().createSocket("127.0.0.1", server.api.port());
    socket.startHandshake();
    return socket;
  }

  /** What is answered to these very bytes. */
  private String raw(String text) throws IOException {
    try (var socket = socket()) {
      socket.setSoTimeout(20_000);
      try {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
      } catch (IOException e) {
        // It answered before all was sent.
      }
      try {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return "";
      }
    }
  }
}
