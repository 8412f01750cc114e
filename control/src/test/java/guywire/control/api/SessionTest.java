package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.PasswordDigest;
import guywire.control.store.Scope;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.store.Users;
import guywire.network.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Users who sign in by name and password; what was got wrong elsewhere is named where it is tried.
 */
@Timeout(120)
class SessionTest {

  private static final String BASE = "/api/v1";
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path directory;
  private RunningServer server;
  private Browser browser;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    browser = new Browser(server);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Sets the server up as the page does. */
  private String setUp() {
    String token = server.token(Scope.SETUP, Optional.empty(), Optional.empty(), Optional.of(1L));
    var said =
        server.post(
            BASE + "/setup", token, "{\"owner\": \"anna\", \"password\": \"" + PASSWORD + "\"}");
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    assertThat(said.json().has("token")).isFalse();
    assertThat(server.post(BASE + "/setup", token, "{\"owner\": \"eve\"}").status()).isEqualTo(401);
    return Browser.cookie(said);
  }

  private Said signIn(String name, String password) {
    return browser.page(
        "POST",
        "/session",
        "",
        RunningServer.MAPPER
            .createObjectNode()
            .put("name", name)
            .put("password", password)
            .toString());
  }

  @Test
  void who_is_first_chooses_a_password_and_is_signed_in() {
    assertThat(browser.send("GET", "/session", "", "").text())
        .isEqualTo("{\"set-up\":false,\"signed-in\":false}");
    String cookie = setUp();
    var said = browser.send("GET", "/session", cookie, "").json();
    assertThat(said.get("set-up").asBoolean()).isTrue();
    assertThat(said.get("name").asString()).isEqualTo("anna");
    assertThat(said.get("scope").asString()).isEqualTo("administer");
    assertThat(browser.send("GET", "/audit", cookie, "").text()).contains("\"set-up\"");
  }

  @Test
  void who_signed_in_may_what_his_scope_is_for_until_he_signs_out() {
    setUp();
    var said = signIn("anna", PASSWORD);
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    String cookie = Browser.cookie(said);
    assertThat(
            browser
                .page("POST", "/tokens", cookie, "{\"owner\": \"ci\", \"scope\": \"read\"}")
                .status())
        .isEqualTo(201);
    var out = browser.page("DELETE", "/session", cookie, "");
    assertThat(out.status()).isEqualTo(200);
    assertThat(out.response().headers().firstValue("Set-Cookie").orElse("")).contains("Max-Age=0");
    assertThat(browser.send("GET", "/self", cookie, "").code()).isEqualTo("signed-out");
    assertThat(browser.send("GET", "/session", cookie, "").text()).contains("\"signed-in\":false");
  }

  @Test
  void the_cookie_is_for_this_host_over_tls_and_not_for_scripts_or_other_sites() {
    setUp();
    String set = signIn("anna", PASSWORD).response().headers().firstValue("Set-Cookie").orElse("");
    assertThat(set)
        .matches(
            "__Host-guywire=gwt_[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict;"
                + " Max-Age=604800");
  }

  /** wg-portal GHSA-grh9-37g7-53mj and its kind: another site has the browser ask. */
  @Test
  void a_page_of_another_origin_can_change_nothing() {
    String cookie = setUp();
    String body = "{\"owner\": \"eve\", \"scope\": \"administer\"}";
    String here = "https://127.0.0.1:" + server.api.port();
    for (var headers :
        List.of(
            List.of("Accept", "*/*"),
            List.of("Content-Type", "text/plain"),
            List.of("X-Guywire-Page", "1", "Origin", "https://evil.example"),
            List.of("X-Guywire-Page", "1", "Origin", "null"),
            List.of("X-Guywire-Page", "1", "Origin", here + "0"),
            List.of("X-Guywire-Page", "1", "Origin", here.replace("https", "http")),
            List.of("X-Guywire-Page", "1", "Sec-Fetch-Site", "cross-site"),
            List.of("X-Guywire-Page", "1", "Sec-Fetch-Site", "same-site"),
            List.of("Origin", here, "Sec-Fetch-Site", "same-origin"))) {
      var some = headers.toArray(String[]::new);
      for (var path : List.of("/tokens", "/networks")) {
        assertThat(browser.send("POST", path, cookie, body, some).code())
            .as(headers + path)
            .isEqualTo("not-our-page");
      }
      assertThat(browser.send("PUT", "/self/password", cookie, body, some).code())
          .isEqualTo("not-our-page");
      assertThat(browser.send("DELETE", "/session", cookie, "", some).code())
          .isEqualTo("not-our-page");
      // Nor sign somebody in as another than he thinks.
      assertThat(browser.send("POST", "/session", "", "{}", some).code()).isEqualTo("not-our-page");
    }
    var ours =
        new String[] {"X-Guywire-Page", "1", "Origin", here, "Sec-Fetch-Site", "same-origin"};
    assertThat(browser.send("POST", "/tokens", cookie, body, ours).status()).isEqualTo(201);
  }

  /** Session fixation: a value that somebody else put there is never made a session. */
  @Test
  void signing_in_makes_a_new_session_whatever_the_browser_came_with() {
    setUp();
    String planted = TokenSecret.random().reveal();
    var said =
        browser.page(
            "POST",
            "/session",
            planted,
            "{\"name\": \"anna\", \"password\": \"" + PASSWORD + "\"}");
    assertThat(Browser.cookie(said)).isNotEqualTo(planted);
    assertThat(browser.send("GET", "/self", planted, "").code()).isEqualTo("signed-out");
  }

  /** What was made for one way in is no way in by another. */
  @Test
  void a_session_is_no_token_and_a_token_no_session() throws Exception {
    String cookie = setUp();
    assertThat(server.get(BASE + "/self", cookie).code()).isEqualTo("bad-token");
    String token = server.token(Scope.ADMINISTER, Optional.empty());
    assertThat(browser.send("GET", "/self", token, "").code()).isEqualTo("signed-out");
    assertThat(browser.send("GET", "/self", cookie + "; __Host-guywire=" + cookie, "").status())
        .as("two of them")
        .isEqualTo(401);
    assertThat(server.ask("DELETE", BASE + "/session", token, "").code()).isEqualTo("no-session");
  }

  /** wg-easy #1302: guesses without an end. */
  @Test
  void who_guesses_passwords_is_locked_out_and_others_are_not() throws Exception {
    setUp();
    try (var guesser = server.at("127.0.4.1")) {
      var guessing = new Browser(server, guesser);
      String body = "{\"name\": \"anna\", \"password\": \"wrong wrong %d\"}";
      for (int i = 0; i < Throttle.WRONG_TOKENS; i++) {
        var said = guessing.page("POST", "/session", "", body.formatted(i));
        assertThat(said.code()).isEqualTo("wrong-password");
      }
      var locked = guessing.page("POST", "/session", "", body.formatted(0));
      assertThat(locked.status()).isEqualTo(429);
      assertThat(locked.response().headers().firstValue("Retry-After")).isPresent();
    }
    assertThat(signIn("anna", PASSWORD).status()).isEqualTo(201);
  }

  /** CVE-2025-10678: no name has a password that nobody chose; and none tells that it is there. */
  @Test
  void a_name_that_is_not_there_and_one_without_a_password_answer_as_a_wrong_password() {
    setUp();
    server.token(Scope.ADMINISTER, Optional.empty());
    var wrong = signIn("anna", "wrong wrong wrong");
    for (var name : List.of("nobody", "admin", "", "A B", "x'; DROP TABLE users; --")) {
      var said = signIn(name, PASSWORD);
      assertThat(said.status()).isEqualTo(401);
      assertThat(said.text()).as(name).isEqualTo(wrong.text());
    }
  }

  @Test
  void a_new_password_needs_the_old_one_and_ends_all_other_sessions() {
    String first = setUp();
    String second = Browser.cookie(signIn("anna", PASSWORD));
    String body = "{\"password\": \"another password\", \"old\": \"%s\"}";
    assertThat(
            browser.page("PUT", "/session/password", second, body.formatted("guessed it?")).code())
        .isEqualTo("wrong-password");
    assertThat(
            browser
                .page("PUT", "/session/password", second, "{\"password\": \"another password\"}")
                .code())
        .isEqualTo("missing");
    assertThat(
            browser
                .page(
                    "PUT", "/session/password", second, "{\"password\": \"short\", \"old\": \"x\"}")
                .code())
        .isEqualTo("short-password");
    assertThat(browser.page("PUT", "/session/password", second, body.formatted(PASSWORD)).status())
        .isEqualTo(200);
    assertThat(browser.send("GET", "/self", first, "").code()).isEqualTo("signed-out");
    assertThat(browser.send("GET", "/self", second, "").status()).isEqualTo(200);
    assertThat(signIn("anna", PASSWORD).code()).isEqualTo("wrong-password");
    assertThat(signIn("anna", "another password").status()).isEqualTo(201);
  }

  @Test
  void who_holds_an_administrators_token_gives_himself_a_password_and_nobody_else_does() {
    String admin = server.token(Scope.ADMINISTER, Optional.empty());
    var network = server.network(RunningServer.HOMES);
    String body = "{\"password\": \"" + PASSWORD + "\"}";
    for (var scope : List.of(Scope.READ, Scope.OPERATE)) {
      String token = server.token(scope, Optional.empty());
      assertThat(server.ask("PUT", BASE + "/self/password", token, body).code())
          .isEqualTo("beyond-token");
    }
    String part = server.token(Scope.ADMINISTER, Optional.of(network));
    assertThat(server.ask("PUT", BASE + "/self/password", part, body).code())
        .isEqualTo("beyond-token");
    assertThat(server.ask("PUT", BASE + "/self/password", admin, body).status()).isEqualTo(200);
    assertThat(signIn("anna", PASSWORD).status()).isEqualTo(201);
  }

  @Test
  void a_session_ends_when_it_was_not_used_for_long_and_in_any_case() {
    var secret = TokenSecret.random();
    var begin = Instant.parse("2026-01-01T00:00:00Z");
    var token =
        server.database.write(session -> {
          var tokens = new Tokens(session);
          var account =
              new Users.Account(
                  tokens.user(new Name("anna"), begin),
                  PasswordDigest.of(PASSWORD),
                  Scope.ADMINISTER,
                  Optional.empty());
          return tokens.addSession(secret, account, begin);
        });
    assertThat(isValid(secret, begin.plus(Token.IDLE).minusSeconds(1))).isTrue();
    assertThat(isValid(secret, begin.plus(Token.IDLE))).isFalse();
    for (var at = begin;
        at.isBefore(begin.plus(Token.SESSION));
        at = at.plus(Token.IDLE.dividedBy(2))) {
      var now = at;
      assertThat(isValid(secret, now)).isTrue();
      server.database.write(session -> {
        new Tokens(session).see(token, now);
        return true;
      });
    }
    assertThat(isValid(secret, begin.plus(Token.SESSION))).isFalse();
  }

  private boolean isValid(TokenSecret secret, Instant now) {
    return server.database.read(session -> new Tokens(session).valid(secret, now)).isPresent();
  }

  /** CVE-2026-29196 and its kind: neither passwords nor sessions stand anywhere as they are. */
  @Test
  void what_is_kept_is_a_digest_with_the_costs_and_no_answer_has_it() throws IOException {
    String cookie = setUp();
    for (var path : List.of("/self", "/session", "/tokens", "/audit")) {
      assertThat(browser.send("GET", path, cookie, "").text())
          .doesNotContain(cookie)
          .doesNotContain(PASSWORD)
          .doesNotContain("argon2");
    }
    server.close();
    var all = new StringBuilder();
    try (var files = Files.list(directory.resolve("data"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertThat(bytes).as(file.toString()).doesNotContain(PASSWORD).doesNotContain(cookie);
        all.append(bytes);
      }
    }
    assertThat(all.toString()).contains("$argon2id$v=19$m=19456,t=2,p=1$");
    server = restarted();
  }

  private RunningServer restarted() {
    try {
      return RunningServer.start(directory.resolve("again"));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
