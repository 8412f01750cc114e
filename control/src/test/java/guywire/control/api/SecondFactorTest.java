package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Codes;
import guywire.control.store.Scope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The second factor: a code beside the password, written codes beside the device. */
@Timeout(120)
class SecondFactorTest {

  private static final String BASE = "/api/v1";
  private static final String FACTOR = "/session/second-factor";
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path directory;
  private RunningServer server;
  private Browser browser;
  private String admin;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    browser = new Browser(server);
    admin = server.token(Scope.ADMINISTER, Optional.empty());
    assertThat(
            server
                .ask("PUT", BASE + "/self/password", admin, "{\"password\": \"" + PASSWORD + "\"}")
                .status())
        .isEqualTo(200);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Said signIn(String more) {
    return browser.page(
        "POST",
        "/session",
        "",
        "{\"name\": \"anna\", \"password\": \"" + PASSWORD + "\"" + more + "}");
  }

  private static String code(String code) {
    return ", \"code\": \"" + code + "\"";
  }

  private static String body(String code) {
    return "{\"code\": \"" + code + "\"}";
  }

  private static String cookie(Said said) {
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    return Browser.cookie(said);
  }

  private String secret(String cookie) {
    var said = browser.page("POST", FACTOR, cookie, "{\"password\": \"" + PASSWORD + "\"}");
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    assertThat(said.json().get("uri").asString())
        .contains("secret=" + said.json().get("secret").asString());
    return said.json().get("secret").asString();
  }

  /** What an account has that has a second factor. */
  private record On(String secret, List<String> written, String cookie) {}

  /**
   * Turns it on with the code of now, so that the one after it is the only one that counts next: a
   * step may end between the making of a code and its trial.
   */
  private On on() {
    String cookie = cookie(signIn(""));
    String secret = secret(cookie);
    var said = browser.page("PUT", FACTOR, cookie, body(Codes.code(secret, Instant.now(), 0)));
    assertThat(said.status()).as(said.text()).isEqualTo(200);
    var written = new ArrayList<String>();
    said.json().get("recovery-codes").forEach(each -> written.add(each.asString()));
    assertThat(written).hasSize(10).doesNotHaveDuplicates();
    return new On(secret, written, cookie);
  }

  @Test
  void it_counts_from_a_code_of_the_device_on_and_not_before() {
    String cookie = cookie(signIn(""));
    String other = cookie(signIn(""));
    assertThat(browser.page("POST", FACTOR, cookie, "{\"password\": \"not the right one\"}").code())
        .isEqualTo("wrong-password");
    String secret = secret(cookie);
    assertThat(signIn("").status()).isEqualTo(201);
    assertThat(browser.page("PUT", FACTOR, cookie, body("000000")).code()).isEqualTo("wrong-code");
    assertThat(browser.page("GET", "/session", cookie, "").json().get("second-factor").asBoolean())
        .isFalse();
    var said = browser.page("PUT", FACTOR, cookie, body(Codes.code(secret, Instant.now(), 0)));
    assertThat(said.status()).as(said.text()).isEqualTo(200);
    assertThat(signIn("").code()).isEqualTo("second-factor");
    assertThat(browser.page("GET", "/self", other, "").code()).isEqualTo("signed-out");
    var session = browser.page("GET", "/session", cookie, "").json();
    assertThat(session.get("second-factor").asBoolean()).isTrue();
    assertThat(session.get("recovery-codes-left").asInt()).isEqualTo(10);
    // Nobody who found the browser open puts a device of his own in its place.
    assertThat(browser.page("POST", FACTOR, cookie, "{\"password\": \"" + PASSWORD + "\"}").code())
        .isEqualTo("second-factor-there");
  }

  @Test
  void a_code_is_accepted_once_and_only_with_the_right_password() {
    var on = on();
    String code = Codes.code(on.secret(), Instant.now(), 1);
    assertThat(
            browser
                .page(
                    "POST",
                    "/session",
                    "",
                    "{\"name\": \"anna\", \"password\": \"is it this?\"" + code(code) + "}")
                .code())
        .isEqualTo("wrong-password");
    assertThat(signIn(code(code.substring(0, 3) + " " + code.substring(3))).status())
        .isEqualTo(201);
    assertThat(signIn(code(code)).code()).isEqualTo("wrong-code");
    assertThat(signIn(code(on.written().getFirst())).status()).isEqualTo(201);
  }

  @Test
  void a_written_code_is_good_once_and_others_replace_it() {
    var on = on();
    String first = on.written().getFirst();
    assertThat(signIn(code(first.toUpperCase(Locale.ROOT).replace("-", " "))).status())
        .isEqualTo(201);
    assertThat(signIn(code(first)).code()).isEqualTo("wrong-code");
    assertThat(
            browser
                .page("GET", "/session", on.cookie(), "")
                .json()
                .get("recovery-codes-left")
                .asInt())
        .isEqualTo(9);
    var renewed =
        browser.page("POST", FACTOR + "/recovery-codes", on.cookie(), body(on.written().get(1)));
    assertThat(renewed.status()).as(renewed.text()).isEqualTo(200);
    assertThat(signIn(code(on.written().get(2))).code()).isEqualTo("wrong-code");
    String fresh = renewed.json().get("recovery-codes").get(0).asString();
    assertThat(signIn(code(fresh)).status()).isEqualTo(201);
  }

  @Test
  void it_is_turned_off_with_a_code_or_by_another_administrator() {
    var on = on();
    assertThat(browser.page("POST", FACTOR + "/end", on.cookie(), body("123456")).code())
        .isEqualTo("wrong-code");
    assertThat(browser.page("DELETE", "/users/anna/second-factor", on.cookie(), "").code())
        .isEqualTo("oneself");
    assertThat(
            browser
                .page("POST", FACTOR + "/end", on.cookie(), body(on.written().getFirst()))
                .status())
        .isEqualTo(200);
    assertThat(signIn("").status()).isEqualTo(201);
    on();
    assertThat(signIn("").code()).isEqualTo("second-factor");
    assertThat(server.get(BASE + "/users", admin).json().at("/items/0/second-factor").asBoolean())
        .isTrue();
    assertThat(server.ask("DELETE", BASE + "/users/anna/second-factor", admin, "").status())
        .isEqualTo(200);
    assertThat(signIn("").status()).isEqualTo(201);
  }

  @Test
  void tokens_work_with_it_on() {
    on();
    assertThat(server.get(BASE + "/self", admin).status()).isEqualTo(200);
    assertThat(server.get(BASE + "/networks", admin).status()).isEqualTo(200);
  }

  @Test
  void who_guesses_codes_with_the_password_is_shut_out_for_long() {
    var on = on();
    for (int i = 0; i < SecondFactorCalls.WRONG_CODES; i++) {
      assertThat(signIn(code("12345" + i)).code()).isEqualTo("wrong-code");
    }
    var said = signIn(code(Codes.code(on.secret(), Instant.now(), 0)));
    assertThat(said.status()).isEqualTo(429);
    assertThat(said.code()).isEqualTo("shut-codes");
    assertThat(said.json().get("retry-after-seconds").asInt()).isGreaterThan(600);
    // The session that there is goes on.
    assertThat(browser.page("GET", "/self", on.cookie(), "").status()).isEqualTo(200);
  }

  @Test
  void no_list_has_its_secret_and_of_written_codes_only_digests_are_kept() throws Exception {
    var on = on();
    for (var path : List.of("/users", "/tokens", "/audit", "/self")) {
      assertThat(server.get(BASE + path, admin).text()).doesNotContain(on.secret());
    }
    server.close();
    try (var files = Files.list(directory.resolve("data"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var kept = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (var written : on.written()) {
          assertThat(kept).doesNotContain(written).doesNotContain(written.replace("-", ""));
        }
      }
    }
    server = RunningServer.start(directory);
  }
}
