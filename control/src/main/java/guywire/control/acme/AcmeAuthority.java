package guywire.control.acme;

import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;

/**
 * An authority that is asked by ACME (RFC 8555), and sees whose a name is by tls-alpn-01 (RFC
 * 8737).
 *
 * @param settings which it is
 * @param patience how long it may take
 */
/*
 * The protocol's messages are acme4j's; what this adds is that nothing an authority sends can hold the server: an
 * order runs in a thread of its own that is given up after a while, whatever it is at; answers are of limited length
 * (BoundedProvider); a state is asked for so often and no more; and whatever acme4j throws at what it does not
 * understand, errors of the JVM among it (a text that is nested too deep), is a failed order.
 */
public record AcmeAuthority(AcmeSettings settings, Patience patience)
    implements CertificateAuthority {

  /** So often a state is asked for. */
  private static final int MOST_POLLS = 100;

  /**
   * How long is waited.
   *
   * @param answer for an answer to begin
   * @param order for all of an order
   * @param shortest between two looks at a state, at least
   * @param longest the same at most, whatever the authority wishes
   */
  public record Patience(Duration answer, Duration order, Duration shortest, Duration longest) {
    /** What an authority has. */
    public static final Patience USUAL =
        new Patience(
            Duration.ofSeconds(30),
            Duration.ofMinutes(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(15));
  }

  /** The authority of these settings, with the usual patience. */
  public static AcmeAuthority of(AcmeSettings settings) {
    return new AcmeAuthority(settings, Patience.USUAL);
  }

  @Override
  public byte[] order(KeyPair account, List<String> names, ChallengeBoard board)
      throws OrderFailed {
    var work = new FutureTask<>(() -> attempt(account, names, board));
    Thread.ofVirtual().name("acme").start(work);
    try {
      return work.get(patience.order().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw OrderFailed.of("slow");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw OrderFailed.of("ended");
    } catch (ExecutionException e) {
      throw failure(Optional.ofNullable(e.getCause()).orElse(e));
    } finally {
      work.cancel(true);
    }
  }

  private static OrderFailed failure(Throwable cause) {
    return switch (cause) {
      case OrderFailed failed -> failed;
      case AcmeLazyLoadingException lazy ->
          Optional.ofNullable(lazy.getCause())
              .map(AcmeAuthority::failure)
              .orElseGet(() -> OrderFailed.of("strange", lazy.toString()));
      case AcmeRateLimitedException limited ->
          OrderFailed.limited(String.valueOf(limited.getMessage()), limited.getRetryAfter());
      case AcmeServerException says -> OrderFailed.of("says", String.valueOf(says.getMessage()));
      case AcmeNetworkException away ->
          OrderFailed.of("away", Optional.ofNullable(away.getCause()).orElse(away).toString());
      case UncheckedIOException away -> OrderFailed.of("away", String.valueOf(away.getCause()));
      case AcmeException strange -> OrderFailed.of("strange", String.valueOf(strange.getMessage()));
      case AcmeProtocolException strange ->
          OrderFailed.of("strange", String.valueOf(strange.getMessage()));
      default -> OrderFailed.of("strange", cause.toString());
    };
  }

  private byte[] attempt(KeyPair account, List<String> names, ChallengeBoard board)
      throws AcmeException, OrderFailed, InterruptedException, CertificateEncodingException {
    try (var provider = new BoundedProvider(settings.authorities(), patience.answer())) {
      var session = new Session(settings.directory(), provider);
      session.setLocale(Locale.ENGLISH);
      session.networkSettings().setTimeout(patience.answer());
      session.networkSettings().setCompressionEnabled(false);
      var order = login(session, account).newOrder().domains(names).create();
      var authorizations = order.getAuthorizations();
      if (authorizations.size() > names.size()) {
        throw OrderFailed.of("invalid");
      }
      for (var authorization : authorizations) {
        prove(authorization, names, board);
      }
      await(order, Status.READY, Status.VALID);
      var pair = AccountKey.make();
      order.execute(pair);
      await(order, Status.VALID);
      return pem(pair, order.getCertificate().getCertificateChain());
    } catch (Unsuccessful e) {
      throw OrderFailed.of("invalid");
    }
  }

  private Login login(Session session, KeyPair account) throws AcmeException, OrderFailed {
    var metadata = session.getMetadata();
    if (metadata.isExternalAccountRequired() && settings.account().isEmpty()) {
      throw OrderFailed.of("customers");
    }
    metadata
        .getTermsOfService()
        .ifPresent(terms ->
            Renewals.say(Level.INFO, "terms", settings.directory().toString(), terms.toString()));
    var builder = new AccountBuilder().agreeToTermsOfService().useKeyPair(account);
    settings.contact().ifPresent(builder::addEmail);
    settings.account().ifPresent(known -> builder.withKeyIdentifier(known.keyId(), known.key()));
    return builder.createLogin(session);
  }

  private void prove(Authorization authorization, List<String> names, ChallengeBoard board)
      throws AcmeException, OrderFailed, InterruptedException {
    String name = authorization.getIdentifier().getDomain().toLowerCase(Locale.ROOT);
    if (!names.contains(name)) {
      throw OrderFailed.of("other-name", name);
    }
    if (authorization.getStatus() == Status.VALID) {
      return;
    }
    var challenge =
        authorization
            .findChallenge(TlsAlpn01Challenge.class)
            .orElseThrow(() -> OrderFailed.of("no-challenge", name));
    byte[] digest = challenge.getAcmeValidation();
    board.offer(name, digest);
    try {
      challenge.trigger();
      await(authorization, Status.VALID);
    } catch (Unsuccessful e) {
      throw OrderFailed.of("unproven", name, why(authorization));
    } finally {
      board.withdraw(name, digest);
    }
  }

  /** It ended otherwise than was wished. */
  private static final class Unsuccessful extends AcmeException {
    private static final long serialVersionUID = 1;
  }

  private void await(PollableResource resource, Status... wanted)
      throws AcmeException, InterruptedException {
    for (int i = 0; i < MOST_POLLS; i++) {
      var again = resource.fetch();
      var status = resource.getStatus();
      if (List.of(wanted).contains(status)) {
        return;
      }
      if (status == Status.INVALID
          || status == Status.DEACTIVATED
          || status == Status.EXPIRED
          || status == Status.REVOKED
          || status == Status.CANCELED) {
        break;
      }
      Thread.sleep(pause(again));
    }
    throw new Unsuccessful();
  }

  private Duration pause(Optional<Instant> again) {
    var wished = again.map(at -> Duration.between(Instant.now(), at)).orElse(patience.shortest());
    if (wished.compareTo(patience.shortest()) < 0) {
      return patience.shortest();
    }
    return wished.compareTo(patience.longest()) > 0 ? patience.longest() : wished;
  }

  private static String why(Authorization authorization) {
    return authorization
        .findChallenge(TlsAlpn01Challenge.class)
        .flatMap(TlsAlpn01Challenge::getError)
        .map(Problem::toString)
        .orElse("-");
  }

  private static byte[] pem(KeyPair pair, List<X509Certificate> chain)
      throws CertificateEncodingException {
    var text = new StringBuilder(AccountKey.block("PRIVATE KEY", pair.getPrivate().getEncoded()));
    for (var certificate : chain) {
      text.append(AccountKey.block("CERTIFICATE", certificate.getEncoded()));
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
