package guywire.control.oidc;

import guywire.control.oidc.SignInAttempts.Attempt;
import guywire.network.Name;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import tools.jackson.databind.JsonNode;

/**
 * The identity provider of a server: sends browsers there, and finds out whom it signed in, by the
 * authorization code flow with PKCE. Safe for use by several threads.
 */
/*
 * What is believed: the discovery document, because it comes over TLS from the issuer's own host and names that
 * very issuer; what it leads to, because it is HTTPS; the token, because of its signature and what it says of
 * whom it is for (IdTokens). A browser brings a code and a state, of which neither is believed: the state has to
 * be the one of its cookie, and the code is worth something only with this sign-in's verifier and nonce.
 */
public final class IdentityProvider implements AutoCloseable {

  /** So long one answer may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration FRESH = Duration.ofHours(1);

  /** A provider that is away is asked again after that. */
  private static final Duration PAUSE = Duration.ofSeconds(3);

  private static final String VERIFIED = "email_verified";

  private final ProviderSettings settings;
  private final SignInAttempts attempts;
  private final ProviderClient client;
  private final IdTokens tokens;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<Known> known = Optional.empty();
  private Optional<OidcRefusal> refusal = Optional.empty();
  private Instant asked = Instant.MIN;

  private record Known(ProviderMetadata metadata, ProviderKeys keys) {}

  private IdentityProvider(
      ProviderSettings settings, SignInAttempts attempts, ProviderClient client, Clock clock) {
    this.settings = settings;
    this.attempts = attempts;
    this.client = client;
    this.tokens = new IdTokens(settings, clock);
    this.clock = clock;
  }

  /**
   * The provider of these settings; nothing is asked of it yet.
   *
   * @param key the server's for HMAC, which all servers on a database have
   */
  public static IdentityProvider of(ProviderSettings settings, SecretKey key, Clock clock) {
    return of(settings, key, clock, PATIENCE);
  }

  /** The same, with another patience. */
  public static IdentityProvider of(
      ProviderSettings settings, SecretKey key, Clock clock, Duration patience) {
    return new IdentityProvider(
        settings,
        new SignInAttempts(key, settings),
        new ProviderClient(settings.authorities(), patience),
        clock);
  }

  /** What is known of it. */
  public ProviderSettings settings() {
    return settings;
  }

  /** The sign-ins that were begun. */
  public SignInAttempts attempts() {
    return attempts;
  }

  /** Where a browser is sent to sign in. */
  public URI signIn(Attempt attempt) throws OidcRefusal {
    var place = known().metadata().authorization();
    var form = new LinkedHashMap<String, String>();
    form.put("response_type", "code");
    form.put("client_id", settings.clientId());
    form.put("redirect_uri", settings.wayBack().toString());
    form.put("scope", String.join(" ", settings.scopes()));
    form.put("state", attempt.state());
    form.put("nonce", attempt.nonce());
    form.put("code_challenge", attempt.challenge());
    form.put("code_challenge_method", "S256");
    return URI.create(place + (place.getRawQuery() == null ? "?" : "&") + form(form));
  }

  /**
   * Whom it signed in.
   *
   * @param attempt the sign-in, whose state came back by the browser that began it
   * @param code what came with that
   * @param issuer who says that it comes from him; empty if nobody does
   */
  public Person person(Attempt attempt, String code, Optional<String> issuer) throws OidcRefusal {
    var now = known();
    boolean named =
        issuer.map(settings.issuer().toString()::equals).orElse(!now.metadata().saysIssuer());
    if (!named) {
      // RFC 9207: another provider's code would be shown to this one, or the other way round.
      throw OidcRefusal.notBelieved("the code comes from another issuer");
    }
    var answer = exchange(now.metadata(), attempt, code);
    var token =
        text(answer, "id_token").orElseThrow(() -> OidcRefusal.notBelieved("there is no ID token"));
    var claims = Claims.of(tokens.claims(token, now.keys(), attempt));
    var place = now.metadata().claims();
    if (place.isPresent() && !claims.has(wanted())) {
      var shown = text(answer, "access_token").filter(IdentityProvider::isHeader);
      if (shown.isPresent()) {
        claims = claims.and(client.get(place.get(), shown));
      }
    }
    return person(claims);
  }

  private Stream<String> wanted() {
    return Stream.of(
            Stream.of(settings.claim()),
            settings.claim().equals(ProviderSettings.EMAIL)
                ? Stream.of(VERIFIED)
                : Stream.<String>of(),
            settings.newcomers().isPresent()
                    || settings.roles().filter(ClaimedRoles::newcomers).isPresent()
                ? Stream.of(settings.nameClaim())
                : Stream.<String>of(),
            settings.required().stream().map(ProviderSettings.Required::claim),
            settings.roles().stream().map(ClaimedRoles::claim))
        .flatMap(some -> some);
  }

  private Person person(Claims claims) throws OidcRefusal {
    var required = settings.required();
    if (required.isPresent() && !claims.say(required.get().claim(), required.get().value())) {
      throw new OidcRefusal(
          OidcRefusal.Kind.NOT_WANTED, "somebody has not the claim that the settings require");
    }
    var said = claims.text(settings.claim());
    boolean counts =
        !settings.claim().equals(ProviderSettings.EMAIL) || claims.say(VERIFIED, "true");
    return new Person(
        settings.issuer().toString(),
        claims.text("sub").orElseThrow(),
        said.filter(_ -> counts).flatMap(settings::identity),
        claims
            .text(settings.nameClaim())
            .or(() -> said)
            .map(name -> name.replaceAll("@.*", ""))
            .filter(name -> name.length() <= Person.LONGEST)
            .flatMap(Name::near),
        settings.roles().map(roles -> roles.of(claims)));
  }

  /** The code for a token; whoever has no verifier of this sign-in gets none. */
  private JsonNode exchange(ProviderMetadata metadata, Attempt attempt, String code)
      throws OidcRefusal {
    var form = new LinkedHashMap<String, String>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", settings.wayBack().toString());
    form.put("code_verifier", attempt.verifier());
    var basic = Optional.<String>empty();
    if (settings.secret().isPresent() && !metadata.secretInForm()) {
      String pair = encoded(settings.clientId()) + ":" + encoded(settings.secret().get());
      basic =
          Optional.of(
              "Basic "
                  + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)));
    } else {
      form.put("client_id", settings.clientId());
      settings.secret().ifPresent(secret -> form.put("client_secret", secret));
    }
    var answer = client.post(metadata.token(), form(form), basic);
    if (answer.status() == 200) {
      return answer.body();
    }
    if (answer.status() >= 500 || answer.status() == 429 || answer.status() < 400) {
      throw OidcRefusal.away("the token endpoint answers " + answer.status());
    }
    throw OidcRefusal.notBelieved(
        "the token endpoint says "
            + text(answer.body(), "error")
                .filter(word -> word.matches("[a-z_]{1,60}"))
                .orElse(String.valueOf(answer.status())));
  }

  /** What it says of itself, kept for a while; who asks while it is away is told so at once. */
  private Known known() throws OidcRefusal {
    lock.lock();
    try {
      var now = clock.instant();
      if (known.isPresent() && now.isBefore(asked.plus(FRESH))) {
        return known.get();
      }
      if (refusal.isPresent() && now.isBefore(asked.plus(PAUSE))) {
        throw OidcRefusal.again(refusal.get());
      }
      try {
        var place = ProviderMetadata.place(settings.issuer());
        var metadata =
            ProviderMetadata.read(client.get(place, Optional.empty()), settings.issuer());
        var keys =
            known
                .map(Known::keys)
                .filter(kept -> kept.place().equals(metadata.keys()))
                .orElseGet(() -> new ProviderKeys(client, metadata.keys(), clock));
        known = Optional.of(new Known(metadata, keys));
        refusal = Optional.empty();
        return known.get();
      } catch (OidcRefusal e) {
        known = Optional.empty();
        refusal = Optional.of(e);
        throw e;
      } finally {
        asked = clock.instant();
      }
    } finally {
      lock.unlock();
    }
  }

  private static Optional<String> text(JsonNode node, String member) {
    return node.optional(member).filter(JsonNode::isString).map(JsonNode::stringValue);
  }

  /** Whether a token can stand in a header. */
  private static boolean isHeader(String token) {
    return token.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  private static String form(Map<String, String> members) {
    return members.entrySet().stream()
        .map(member -> member.getKey() + "=" + encoded(member.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    client.close();
  }
}
