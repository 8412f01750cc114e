package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.RealProvider;
import guywire.control.api.RunningServer.Said;
import guywire.control.store.Codes;
import guywire.control.store.Database;
import guywire.control.store.Scope;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signing in by a real identity provider: its forms, its redirects, its keys and tokens. */
@Timeout(180)
class RealProviderTest {

  private static final String BASE = "/api/v1";
  private static final String PASSWORD = "correct horse battery";
  private static final Pattern ATTEMPT = Pattern.compile("__Host-guywire-sign-in=([^;]+);.*");
  private static final Pattern ACTION = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");
  private static final Pattern PROMPT =
      Pattern.compile("name=\"prompt\" value=\"(login|consent)\"");

  @TempDir Path directory;
  private RealProvider provider;
  private RunningServer server;
  private Browser browser;
  private String admin;

  private void start(String... more) throws Exception {
    var database = Database.inDirectory(directory.resolve("data"));
    server =
        RunningServer.with(
            database,
            address -> {
              if (provider != null) {
                provider.close();
              }
              provider = RealProvider.start(directory.resolve("provider"), address);
              return provider.settings(address, more);
            },
            Duration.ofSeconds(30));
    browser = new Browser(server);
    admin = server.token(Scope.ADMINISTER, Optional.empty());
  }

  @BeforeEach
  void start() throws Exception {
    start("scopes: openid email profile");
    String ben = "{\"name\": \"ben\", \"scope\": \"read\", \"identity\": \"ben@example.net\"}";
    assertThat(server.post(BASE + "/users", admin, ben).status()).isEqualTo(201);
  }

  @AfterEach
  void stop() {
    server.close();
    provider.close();
  }

  /** Signs somebody in at the provider, as his browser does, and brings back what it says. */
  private Said signIn(String who) throws Exception {
    var begun = browser.page("POST", "/session/oidc/begin", "", "{}");
    assertThat(begun.status()).as(begun.text()).isEqualTo(201);
    var attempt = ATTEMPT.matcher(begun.response().headers().firstValue("Set-Cookie").orElse(""));
    assertThat(attempt.matches()).isTrue();
    var said = wentTo(URI.create(begun.json().get("url").asString()), who);
    assertThat(said).containsEntry("iss", provider.issuer());
    return browser.send(
        "POST",
        "/session/oidc",
        "",
        "{\"code\": \"%s\", \"state\": \"%s\", \"issuer\": \"%s\"}"
            .formatted(said.get("code"), said.get("state"), said.get("iss")),
        "X-Guywire-Page",
        "1",
        "Cookie",
        "__Host-guywire-sign-in=" + attempt.group(1));
  }

  /** What a browser is sent back with. */
  private Map<String, String> wentTo(URI begin, String who) throws Exception {
    try (var client =
        HttpClient.newBuilder()
            .sslContext(provider.trust())
            .cookieHandler(new CookieManager())
            .build()) {
      var request = HttpRequest.newBuilder(begin).build();
      for (int i = 0; i < 20; i++) {
        var response = client.send(request, BodyHandlers.ofString());
        var location = response.headers().firstValue("Location");
        if (location.isPresent()) {
          var next = response.uri().resolve(location.get());
          if (next.getPath().equals("/oidc")) {
            return FakeProvider.form(next.getRawQuery());
          }
          request = HttpRequest.newBuilder(next).build();
          continue;
        }
        var prompt = PROMPT.matcher(response.body());
        var action = ACTION.matcher(response.body());
        assertThat(prompt.find() && action.find()).as(response.body()).isTrue();
        String form = "prompt=" + prompt.group(1) + "&login=" + encoded(who) + "&password=x";
        request =
            HttpRequest.newBuilder(response.uri().resolve(action.group(1)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form))
                .build();
      }
      throw new AssertionError("the provider sends round in circles");
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private String signedIn(String who) throws Exception {
    var said = signIn(who);
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    return Browser.cookie(said);
  }

  @Test
  void who_was_named_signs_in_again_and_again_and_others_do_not() throws Exception {
    for (int i = 0; i < 2; i++) {
      var session = browser.page("GET", "/session", signedIn("ben"), "").json();
      assertThat(session.get("name").asString()).isEqualTo("ben");
      assertThat(session.get("scope").asString()).isEqualTo("read");
    }
    assertThat(signIn("eve").code()).isEqualTo("not-let-in");
    // An address that it has not verified is nobody's.
    String fay =
        "{\"name\": \"fay\", \"scope\": \"administer\", \"identity\": \"new-fay@example.net\"}";
    assertThat(server.post(BASE + "/users", admin, fay).status()).isEqualTo(201);
    assertThat(signIn("new-fay").code()).isEqualTo("not-let-in");
    assertThat(server.ask("DELETE", BASE + "/users/ben", admin, "").status()).isEqualTo(200);
    assertThat(signIn("ben").code()).isEqualTo("not-let-in");
  }

  @Test
  void a_second_factor_of_ours_is_asked_for_beside_a_password_and_not_here() throws Exception {
    String both = "{\"scope\": \"read\", \"password\": \"" + PASSWORD + "\"}";
    assertThat(server.ask("PUT", BASE + "/users/ben", admin, both).status()).isEqualTo(200);
    String factor = "/session/second-factor";
    String session = signedIn("ben");
    var begun = browser.page("POST", factor, session, "{\"password\": \"" + PASSWORD + "\"}");
    String code = Codes.code(begun.json().get("secret").asString(), Instant.now(), 0);
    assertThat(browser.page("PUT", factor, session, "{\"code\": \"" + code + "\"}").status())
        .isEqualTo(200);
    String byPassword = "{\"name\": \"ben\", \"password\": \"" + PASSWORD + "\"}";
    assertThat(browser.page("POST", "/session", "", byPassword).code()).isEqualTo("second-factor");
    signedIn("ben");
  }

  @Test
  void newcomers_come_in_where_the_settings_say_so_by_elliptic_curves_too() throws Exception {
    server.close();
    start("newcomers: own", "client-id: guywire-ec");
    var session = browser.page("GET", "/session", signedIn("gus"), "").json();
    assertThat(session.get("name").asString()).isEqualTo("gus");
    assertThat(session.get("scope").asString()).isEqualTo("own");
    assertThat(session.get("everywhere").asBoolean()).isTrue();
  }

  @Test
  void roles_follow_the_groups_of_the_provider() throws Exception {
    server.close();
    start("scopes: openid email profile groups", "role: operate=vpn-ops", "role: own=staff");
    for (String who : List.of("op-gus", "ben")) {
      var session = browser.page("GET", "/session", signedIn(who), "").json();
      assertThat(session.get("name").asString()).isEqualTo(who);
      assertThat(session.get("scope").asString()).isEqualTo(who.equals("ben") ? "own" : "operate");
    }
  }
}
