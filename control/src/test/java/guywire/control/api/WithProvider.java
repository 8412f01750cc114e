package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.oidc.ClaimedRoles;
import guywire.control.oidc.ProviderSettings;
import guywire.control.oidc.ProviderSettings.Required;
import guywire.control.oidc.ProviderSettings.Uninvited;
import guywire.control.store.Database;
import guywire.control.store.Scope;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with an identity provider that does what a test wants, and ben, who was named for it.
 */
abstract class WithProvider {

  static final String BASE = "/api/v1";
  static final String PASSWORD = "correct horse battery";
  private static final Pattern ATTEMPT =
      Pattern.compile(
          "__Host-guywire-sign-in=([A-Za-z0-9_-]+); Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=600");

  static final String BEN =
      "{\"name\": \"ben\", \"scope\": \"operate\", \"identity\": \"Ben@Example.net\"}";

  @TempDir Path directory;
  FakeProvider provider;
  RunningServer server;
  Browser browser;
  String admin;
  Optional<Required> required = Optional.empty();
  Optional<Uninvited> newcomers = Optional.empty();
  Optional<ClaimedRoles> roles = Optional.empty();
  String claim = ProviderSettings.EMAIL;

  @BeforeEach
  void start() throws Exception {
    provider = new FakeProvider();
    serve(Duration.ofSeconds(20));
    assertThat(server.post(BASE + "/users", admin, BEN).status()).isEqualTo(201);
  }

  void serve(Duration patience) throws Exception {
    server = RunningServer.with(database(), this::settings, patience);
    browser = new Browser(server);
    admin = server.token(Scope.ADMINISTER, Optional.empty());
  }

  Database database() throws Exception {
    return Database.inDirectory(directory.resolve("data"));
  }

  ProviderSettings settings(String address) throws Exception {
    return new ProviderSettings(
        "Example ID",
        URI.create(provider.issuer()),
        FakeProvider.CLIENT,
        Optional.of(FakeProvider.SECRET),
        URI.create(address),
        List.of("openid", "email", "profile"),
        claim,
        "preferred_username",
        required,
        newcomers,
        roles,
        List.of(
            (X509Certificate)
                RunningServer.CERTIFICATE.getCertificate(
                    RunningServer.CERTIFICATE.aliases().nextElement())));
  }

  void restart(Duration patience) throws Exception {
    server.close();
    serve(patience);
  }

  @AfterEach
  void stop() {
    server.close();
    provider.close();
  }

  /**
   * What a browser has that went to the provider.
   *
   * @param cookie what it holds
   * @param url where it was sent
   */
  record Gone(String cookie, String url) {
    Map<String, String> sent() {
      return FakeProvider.form(URI.create(url).getRawQuery());
    }

    String state() {
      return sent().get("state");
    }
  }

  Said begin() {
    return browser.page("POST", "/session/oidc/begin", "", "{}");
  }

  Gone gone() {
    var said = begin();
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    var cookie = ATTEMPT.matcher(said.response().headers().firstValue("Set-Cookie").orElse(""));
    assertThat(cookie.matches()).isTrue();
    return new Gone(cookie.group(1), said.json().get("url").asString());
  }

  Said back(Gone gone, String code, String state, String more) {
    return back(browser, gone.cookie(), code, state, more);
  }

  static Said back(Browser at, String cookie, String code, String state, String more) {
    return at.send(
        "POST",
        "/session/oidc",
        "",
        "{\"code\": \"%s\", \"state\": \"%s\"%s}".formatted(code, state, more),
        "X-Guywire-Page",
        "1",
        "Cookie",
        "other=1; __Host-guywire-sign-in=" + cookie);
  }

  Said signIn() {
    var gone = gone();
    return back(gone, provider.code(gone.url()), gone.state(), "");
  }

  String signedIn() {
    var said = signIn();
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    return Browser.cookie(said);
  }

  void refused(Said said, int status, String code) {
    assertThat(said.status()).as(said.text()).isEqualTo(status);
    assertThat(said.code()).isEqualTo(code);
    assertThat(said.response().headers().firstValue("Set-Cookie")).isEmpty();
  }

  static String credentials(String name) {
    return "{\"name\": \"%s\", \"password\": \"%s\"}".formatted(name, PASSWORD);
  }
}
