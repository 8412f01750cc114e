package guywire.control.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import guywire.control.oidc.SignInAttempts.Attempt;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * The tokens in which an identity provider says who somebody is: whether one is its own, for this
 * server, of now, and of this very sign-in (OpenID Connect Core section 3.1.3.7).
 */
final class IdTokens {

  /** Signatures by a key pair. What is made with a secret, or with nothing, is none. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  /** What clocks may be apart. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  /** A token comes at once, whatever it says of how long it is good. */
  private static final Duration OLDEST = Duration.ofMinutes(10);

  private final ProviderSettings settings;
  private final Clock clock;

  IdTokens(ProviderSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * The claims of a token.
   *
   * @param text the token
   * @param keys the provider's
   * @param attempt the sign-in that it has to be of
   */
  JsonNode claims(String text, ProviderKeys keys, Attempt attempt) throws OidcRefusal {
    var processor = new DefaultJWTProcessor<SecurityContext>();
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
    processor.setJWTClaimsSetVerifier((claims, _) -> check(claims, attempt));
    try {
      var token = SignedJWT.parse(text);
      processor.process(token, null);
      return ProviderClient.claims(token.getPayload().toString());
    } catch (ParseException | IllegalArgumentException e) {
      throw OidcRefusal.notBelieved("this is no signed token");
    } catch (BadJWTException e) {
      // The words of check.
      throw OidcRefusal.notBelieved(String.valueOf(e.getMessage()));
    } catch (BadJOSEException e) {
      throw OidcRefusal.notBelieved("the token is signed by no key of the provider");
    } catch (JOSEException e) {
      if (e.getCause() instanceof OidcRefusal refusal) {
        throw refusal;
      }
      throw OidcRefusal.notBelieved("the token's signature can't be verified");
    }
  }

  private void check(JWTClaimsSet claims, Attempt attempt) throws BadJWTException {
    var now = clock.instant();
    need(settings.issuer().toString().equals(claims.getIssuer()), "another issuer's");
    need(claims.getAudience().contains(settings.clientId()), "for another client");
    var party = text(claims, "azp");
    need(
        party.map(settings.clientId()::equals).orElse(claims.getAudience().size() == 1),
        "for another authorized party");
    need(isAt(claims.getExpirationTime(), end -> now.isBefore(end.plus(SKEW))), "expired");
    need(
        isAt(
            claims.getIssueTime(),
            made -> !made.isAfter(now.plus(SKEW)) && made.isAfter(now.minus(OLDEST))),
        "not of now");
    need(
        claims.getNotBeforeTime() == null
            || isAt(claims.getNotBeforeTime(), begin -> !begin.isAfter(now.plus(SKEW))),
        "not good yet");
    need(text(claims, "nonce").filter(attempt::isNonce).isPresent(), "of another sign-in");
    need(
        Optional.ofNullable(claims.getSubject()).filter(IdTokens::isSubject).isPresent(),
        "of nobody");
  }

  private static void need(boolean holds, String otherwise) throws BadJWTException {
    if (!holds) {
      throw new BadJWTException("the token is " + otherwise);
    }
  }

  private static boolean isAt(Date date, Predicate<Instant> wanted) {
    return date != null && wanted.test(date.toInstant());
  }

  private static Optional<String> text(JWTClaimsSet claims, String name) throws BadJWTException {
    try {
      return Optional.ofNullable(claims.getStringClaim(name));
    } catch (ParseException e) {
      throw new BadJWTException("the token is without a text as its " + name);
    }
  }

  /** ASCII of a bounded length, as the specification has it. */
  private static boolean isSubject(String text) {
    return !text.isEmpty()
        && text.length() <= Person.LONGEST
        && text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
  }
}
