package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import guywire.control.Hmac;
import guywire.control.api.RunningServer.Said;
import guywire.control.oidc.SignInAttempts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Signing in by an identity provider that lies, is slow, is away, or is not the one. A real one is
 * in {@link RealProviderTest}.
 */
@Timeout(180)
class OidcTest extends WithProvider {

  @Test
  void a_browser_is_sent_with_a_state_a_nonce_and_the_digest_of_a_verifier_and_no_secret() {
    var gone = gone();
    assertThat(gone.url()).startsWith(provider.issuer() + "/authorize?tenant=one&");
    assertThat(gone.sent())
        .containsEntry("response_type", "code")
        .containsEntry("client_id", FakeProvider.CLIENT)
        .containsEntry("redirect_uri", "https://127.0.0.1:" + server.api.port() + "/oidc")
        .containsEntry("scope", "openid email profile")
        .containsEntry("code_challenge_method", "S256");
    assertThat(List.of("state", "nonce", "code_challenge"))
        .allSatisfy(name -> assertThat(gone.sent().get(name)).matches("[A-Za-z0-9_-]{43}"));
    assertThat(gone.url()).doesNotContain(gone.cookie()).doesNotContain("secret");
    // No two are alike in anything.
    var other = gone();
    for (var name : List.of("state", "nonce", "code_challenge")) {
      assertThat(other.sent().get(name)).isNotEqualTo(gone.sent().get(name));
    }
    assertThat(browser.page("GET", "/session", "", "").json().get("identity-provider").asString())
        .isEqualTo("Example ID");
  }

  /** What a token says that is not to be believed. */
  static Stream<Named<FakeProvider.Change>> claims() {
    return Stream.of(
        claim("another issuer's", claims -> claims.issuer("https://127.0.0.1:1")),
        claim(
            "an issuer with a slash more",
            claims -> claims.issuer(claims.build().getIssuer() + "/")),
        claim("of no issuer", claims -> claims.issuer(null)),
        claim("for another client", claims -> claims.audience("other")),
        claim("for nobody", claims -> claims.audience(List.of())),
        claim("for two, for neither first", claims -> claims.audience(List.of("guywire", "other"))),
        claim(
            "for two, for the other first",
            claims -> claims.audience(List.of("guywire", "other")).claim("azp", "other")),
        claim("authorized for another", claims -> claims.claim("azp", "other")),
        claim("expired", claims -> claims.expirationTime(at(-61))),
        claim("without an end", claims -> claims.expirationTime(null)),
        claim("of long ago", claims -> claims.issueTime(at(-601)).expirationTime(at(3600))),
        claim("of later", claims -> claims.issueTime(at(90))),
        claim("of no time", claims -> claims.issueTime(null)),
        claim("good later", claims -> claims.notBeforeTime(at(90))),
        claim("of another sign-in", claims -> claims.claim("nonce", "A".repeat(43))),
        claim("of no sign-in", claims -> claims.claim("nonce", null)),
        claim("of a sign-in that is a number", claims -> claims.claim("nonce", 1)),
        claim("of nobody", claims -> claims.subject(null)),
        claim("of a subject without an end", claims -> claims.subject("a".repeat(256))),
        claim("of a subject with a line", claims -> claims.subject("a\nb")));
  }

  private static Named<FakeProvider.Change> claim(String what, FakeProvider.Change change) {
    return Named.of(what, change);
  }

  private static Date at(int seconds) {
    return Date.from(Instant.now().plusSeconds(seconds));
  }

  @ParameterizedTest
  @MethodSource("claims")
  void a_token_counts_that_is_of_this_provider_for_this_server_of_now_and_of_this_sign_in(
      FakeProvider.Change change) {
    provider.change = change;
    refused(signIn(), 401, "provider-not-believed");
  }

  /** CVE-2026-38651: what only looks signed. */
  static Stream<Named<FakeProvider.Signer>> signers() {
    var stranger = FakeProvider.key("its-own");
    var unknown = FakeProvider.key("unknown");
    return Stream.of(
        signer("by another key of the same name", claims -> FakeProvider.signed(stranger, claims)),
        signer("by a key that it has not", claims -> FakeProvider.signed(unknown, claims)),
        signer(
            "by a key that it brings",
            claims -> {
              var token =
                  new SignedJWT(
                      new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(unknown.toPublicJWK()).build(),
                      claims);
              token.sign(new RSASSASigner(unknown));
              return token.serialize();
            }),
        signer("by nobody (none)", claims -> new PlainJWT(claims).serialize()),
        signer(
            "by nobody, as RS256",
            claims -> {
              String signed = FakeProvider.signed(FakeProvider.KEY, claims);
              return signed.substring(0, signed.lastIndexOf('.') + 1);
            }),
        signer(
            "by the public key as a secret (HS256)",
            claims ->
                mac(
                    claims,
                    FakeProvider.KEY
                        .toPublicJWK()
                        .toJSONString()
                        .getBytes(StandardCharsets.UTF_8))),
        signer(
            "by the public key as a secret, encoded",
            claims -> mac(claims, FakeProvider.KEY.toRSAPublicKey().getEncoded())),
        signer(
            "by the client's secret",
            claims ->
                mac(
                    claims,
                    (FakeProvider.SECRET + " ".repeat(32)).getBytes(StandardCharsets.UTF_8))),
        signer(
            "changed afterwards",
            claims -> {
              String signed = FakeProvider.signed(FakeProvider.KEY, claims);
              var other =
                  new JWTClaimsSet.Builder(claims).claim("email", "anna@example.net").build();
              var parts = FakeProvider.signed(stranger, other).split("[.]");
              return signed.split("[.]")[0] + "." + parts[1] + "." + signed.split("[.]")[2];
            }),
        signer("no token", _ -> "let me in"),
        signer("empty", _ -> ""));
  }

  private static String mac(JWTClaimsSet claims, byte[] secret) throws JOSEException {
    var token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(FakeProvider.KEY.getKeyID()).build(),
            claims);
    token.sign(new MACSigner(secret));
    return token.serialize();
  }

  private static Named<FakeProvider.Signer> signer(String what, FakeProvider.Signer signer) {
    return Named.of(what, signer);
  }

  @ParameterizedTest
  @MethodSource("signers")
  void a_token_counts_that_is_signed_by_a_key_of_the_provider(FakeProvider.Signer signer) {
    provider.signer = signer;
    refused(signIn(), 401, "provider-not-believed");
  }

  @Test
  void a_provider_changes_its_key_and_is_not_asked_for_it_again_and_again() {
    signedIn();
    assertThat(provider.timesAsked("/keys")).isEqualTo(1);
    var next = FakeProvider.key("next");
    provider.signer = claims -> FakeProvider.signed(next, claims);
    for (int i = 0; i < 3; i++) {
      refused(signIn(), 401, "provider-not-believed");
    }
    assertThat(provider.timesAsked("/keys")).isEqualTo(1);
    provider.signer = claims -> FakeProvider.signed(FakeProvider.KEY, claims);
    signedIn();
    assertThat(provider.timesAsked("/.well-known/openid-configuration")).isEqualTo(1);
    // One that was never asked knows the new one.
    provider.keys = new JWKSet(List.of(FakeProvider.KEY.toPublicJWK(), next.toPublicJWK()));
    provider.signer = claims -> FakeProvider.signed(next, claims);
    try {
      restart(Duration.ofSeconds(20));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    signedIn();
  }

  @Test
  void a_state_is_good_once_in_the_browser_that_began_and_for_ten_minutes() throws Exception {
    var gone = gone();
    var other = gone();
    String code = provider.code(gone.url());
    refused(back(gone, code, other.state(), ""), 400, "sign-in-not-begun");
    refused(back(other, code, gone.state(), ""), 400, "sign-in-not-begun");
    for (var cookie : List.of("", "x", gone.state(), changed(gone.cookie()), gone.cookie() + "A")) {
      refused(back(browser, cookie, code, gone.state(), ""), 400, "sign-in-not-begun");
    }
    // Whoever lures somebody to come back with his own code: another page can't ask, a GET does
    // nothing.
    refused(
        browser.send(
            "POST", "/session/oidc", "", "{}", "Cookie", "__Host-guywire-sign-in=" + gone.cookie()),
        403,
        "not-our-page");
    // The browser of somebody else holds the verifier of another sign-in.
    refused(back(other, code, other.state(), ""), 401, "provider-not-believed");
    code = provider.code(gone.url());
    assertThat(back(gone, code, gone.state(), "").status()).isEqualTo(201);
    // A provider that takes a code twice, or gives out another for the same.
    refused(back(gone, provider.code(gone.url()), gone.state(), ""), 400, "sign-in-not-begun");
    assertThat(attempts().of(gone.cookie(), Instant.now())).isPresent();
    assertThat(attempts().of(gone.cookie(), Instant.now().plusSeconds(600))).isEmpty();
    assertThat(attempts().of(gone.cookie(), Instant.now().minusSeconds(120))).isEmpty();
  }

  private SignInAttempts attempts() throws Exception {
    return new SignInAttempts(Hmac.KEY, settings("https://127.0.0.1:" + server.api.port()));
  }

  private static String changed(String cookie) {
    char other = cookie.charAt(20) == 'A' ? 'B' : 'A';
    return cookie.substring(0, 20) + other + cookie.substring(21);
  }

  @Test
  void another_server_on_the_database_takes_up_what_one_began_and_once() throws Exception {
    String address = "https://127.0.0.1:" + server.api.port();
    try (var replica =
        RunningServer.with(database(), _ -> settings(address), Duration.ofSeconds(20))) {
      var gone = gone();
      var at = new Browser(replica);
      var said = back(at, gone.cookie(), provider.code(gone.url()), gone.state(), "");
      assertThat(said.status()).as(said.text()).isEqualTo(201);
      refused(back(gone, provider.code(gone.url()), gone.state(), ""), 400, "sign-in-not-begun");
      assertThat(browser.page("GET", "/self", Browser.cookie(said), "").status()).isEqualTo(200);
    }
  }

  /** RFC 9207: one provider's code that is shown to another. */
  @Test
  void a_code_of_another_issuer_is_not_shown_to_this_one() throws Exception {
    var gone = gone();
    refused(
        back(
            gone,
            provider.code(gone.url()),
            gone.state(),
            ", \"issuer\": \"https://evil.example\""),
        401,
        "provider-not-believed");
    assertThat(provider.timesAsked("/token")).isZero();
    String own = ", \"issuer\": \"" + provider.issuer() + "\"";
    assertThat(back(gone, provider.code(gone.url()), gone.state(), own).status()).isEqualTo(201);
    // One that says that it always names itself, and comes without a name.
    provider.discovery.put("authorization_response_iss_parameter_supported", true);
    restart(Duration.ofSeconds(20));
    refused(signIn(), 401, "provider-not-believed");
    gone = gone();
    assertThat(back(gone, provider.code(gone.url()), gone.state(), own).status()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"})
  void what_a_provider_says_of_itself_is_of_itself_and_over_https(String member) throws Exception {
    for (var other :
        List.of("http://127.0.0.1:1/x", "https://a@127.0.0.1:1/", "javascript:alert(1)", "")) {
      provider.discovery.put(member, other);
      restart(Duration.ofSeconds(20));
      refused(begin(), 503, "provider-away");
    }
    provider.discovery.remove(member);
    restart(Duration.ofSeconds(20));
    refused(begin(), 503, "provider-away");
  }

  private static final FakeProvider.Handler HUGE =
      exchange -> {
        exchange.sendResponseHeaders(200, 0);
        byte[] spaces = " ".repeat(8192).getBytes(StandardCharsets.US_ASCII);
        // 64 MiB, unless the other end has had enough.
        for (int i = 0; i < 8192; i++) {
          exchange.getResponseBody().write(spaces);
        }
      };

  private static final FakeProvider.Handler ELSEWHERE =
      exchange -> {
        exchange.getResponseHeaders().set("Location", "/elsewhere");
        FakeProvider.send(exchange, 302, "{}");
      };

  static Stream<Named<FakeProvider.Handler>> answers() {
    return Stream.of(
        Named.of("huge", HUGE),
        Named.of("elsewhere", ELSEWHERE),
        Named.of("failed", exchange -> FakeProvider.send(exchange, 500, "{}")),
        Named.of("no JSON", exchange -> FakeProvider.send(exchange, 200, "<html>")),
        Named.of("a list", exchange -> FakeProvider.send(exchange, 200, "[]")),
        Named.of(
            "nested",
            exchange -> FakeProvider.send(exchange, 200, "{\"a\":" + "[".repeat(100_000))),
        Named.of(
            "twice",
            exchange -> FakeProvider.send(exchange, 200, "{\"issuer\": \"a\", \"issuer\": \"b\"}")),
        Named.of("gone", exchange -> exchange.close()));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void an_answer_that_is_none_lets_nobody_in(FakeProvider.Handler handler) throws Exception {
    for (var path : List.of("/token", "/keys", "/.well-known/openid-configuration")) {
      restart(Duration.ofSeconds(20));
      provider.instead.clear();
      if (path.startsWith("/.")) {
        provider.instead.put(path, handler);
        refused(begin(), 503, "provider-away");
        // It is not asked anew by everybody who comes.
        int asked = provider.timesAsked(path);
        refused(begin(), 503, "provider-away");
        assertThat(provider.timesAsked(path)).isEqualTo(asked);
      } else {
        var gone = gone();
        provider.instead.put(path, handler);
        refused(back(gone, provider.code(gone.url()), gone.state(), ""), 503, "provider-away");
      }
    }
    assertThat(provider.timesAsked("/elsewhere")).isZero();
  }

  @Test
  void a_provider_that_is_slow_or_away_holds_nobody_who_has_a_password() throws Exception {
    String password = "{\"scope\": \"read\", \"password\": \"" + PASSWORD + "\"}";
    assertThat(server.ask("PUT", BASE + "/users/ben", admin, password).status()).isEqualTo(200);
    restart(Duration.ofSeconds(3));
    var asked = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    provider.instead.put(
        "/token",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          asked.countDown();
          try {
            // A byte is there; the rest never comes.
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    var gone = gone();
    var said = new Said[1];
    var waits =
        Thread.ofVirtual()
            .start(() -> said[0] = back(gone, provider.code(gone.url()), gone.state(), ""));
    asked.await();
    assertThat(browser.page("POST", "/session", "", credentials("ben")).status()).isEqualTo(201);
    waits.join();
    end.countDown();
    refused(said[0], 503, "provider-away");
    provider.close();
    restart(Duration.ofSeconds(3));
    refused(begin(), 503, "provider-away");
    assertThat(browser.page("POST", "/session", "", credentials("ben")).status()).isEqualTo(201);
  }

  @Test
  void claims_that_the_token_has_not_are_asked_for_and_are_the_same_persons() {
    provider.discovery.put("userinfo_endpoint", provider.issuer() + "/userinfo");
    provider.change = claims -> claims.claim("email", null).claim("email_verified", null);
    var shown = new String[1];
    String form =
        "{\"sub\": \"%s\", \"email\": \"ben@example.net\", \"email_verified\": true, \"iss\": \"x\"}";
    provider.instead.put(
        "/userinfo",
        exchange -> {
          shown[0] = exchange.getRequestHeaders().getFirst("Authorization");
          FakeProvider.send(exchange, 200, form.formatted("subject-of-anna"));
        });
    refused(signIn(), 401, "provider-not-believed");
    provider.instead.put(
        "/userinfo",
        exchange -> FakeProvider.send(exchange, 200, form.formatted("subject-of-ben")));
    signedIn();
    assertThat(shown[0]).isEqualTo("Bearer an-access-token");
  }

  @Test
  void it_works_at_the_address_of_the_settings_alone_whatever_a_browser_says() throws Exception {
    server.close();
    server =
        RunningServer.with(
            database(), _ -> settings("https://guywire.example.net"), Duration.ofSeconds(20));
    browser = new Browser(server);
    var said = begin();
    refused(said, 409, "other-address");
    assertThat(said.text()).contains("https://guywire.example.net");
    // Without a provider there is none.
    server.close();
    server = RunningServer.over(database(), Api.Patience.USUAL);
    browser = new Browser(server);
    refused(begin(), 409, "no-provider");
    assertThat(browser.page("GET", "/session", "", "").json().has("identity-provider")).isFalse();
  }

  @Test
  void codes_that_are_guessed_lock_out_the_address_and_no_secret_is_kept() throws Exception {
    try (var client = server.at("127.0.6.1")) {
      var at = new Browser(server, client);
      for (int i = 0; i < Throttle.WRONG_TOKENS; i++) {
        var gone = gone();
        refused(back(at, gone.cookie(), "guess", gone.state(), ""), 401, "provider-not-believed");
      }
      assertThat(at.page("GET", "/session", "", "").code()).isEqualTo("too-many");
    }
    var gone = gone();
    String code = provider.code(gone.url());
    String session = Browser.cookie(back(gone, code, gone.state(), ""));
    var secrets = List.of(FakeProvider.SECRET, gone.cookie(), code, session, "an-access-token");
    for (var path : List.of("/users", "/tokens", "/audit", "/self", "/session")) {
      assertThat(server.get(BASE + path, admin).text()).doesNotContain(secrets);
    }
    server.close();
    try (var files = Files.list(directory.resolve("data"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(secrets);
      }
    }
    assertThat(settings("https://127.0.0.1:1").toString()).doesNotContain(FakeProvider.SECRET);
    assertThat(attempts().begin(Instant.now()).toString()).doesNotContain("cookie");
    serve(Duration.ofSeconds(20));
  }
}
