package guywire.control.oidc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * Sign-ins that were begun and not ended yet, each held by the browser that began it. Safe for use
 * by several threads.
 */
/*
 * Whoever asks begins one, so nothing of it is kept here: the browser holds a cookie of a time, a random number
 * and a MAC, and all else (state, nonce, PKCE's verifier) is another MAC of the same under the server's key. So
 * servers that are one to the outside take up what another began; of the state, which passes through addresses,
 * nobody gets the cookie or the verifier. The labels name the provider: what was begun with another one is none.
 */
public final class SignInAttempts {

  /** So long there is to sign in at the provider. */
  public static final Duration LIFE = Duration.ofMinutes(10);

  /** What the clocks of servers that are one to the outside may be apart. */
  private static final Duration APART = Duration.ofMinutes(1);

  private static final int RANDOM_BYTES = 32;
  private static final int MAC_BYTES = 32;
  private static final int BODY_BYTES = Long.BYTES + RANDOM_BYTES;

  private final SecretKey key;
  private final String provider;
  private final SecureRandom random = new SecureRandom();

  /**
   * Those of a server.
   *
   * @param key its key for HMAC, which all servers on a database have
   * @param settings the provider that they are with
   */
  public SignInAttempts(SecretKey key, ProviderSettings settings) {
    this.key = key;
    this.provider = settings.issuer() + " " + settings.clientId() + " " + settings.address();
  }

  /**
   * One of them. It shows nothing of itself.
   *
   * @param made when it was begun
   * @param cookie what the browser holds, and nobody else
   * @param state what comes back with the browser
   * @param nonce what the provider puts into the token
   * @param verifier what is shown for the code, and nowhere before (PKCE)
   */
  public record Attempt(Instant made, String cookie, String state, String nonce, String verifier) {

    /** Whether the browser that holds it came back with this; it takes as long either way. */
    public boolean isState(String shown) {
      return isSame(state, shown);
    }

    boolean isNonce(String shown) {
      return isSame(nonce, shown);
    }

    /** What is sent ahead of the verifier: its digest. */
    String challenge() {
      try {
        return encoded(
            MessageDigest.getInstance("SHA-256")
                .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    private static boolean isSame(String ours, String shown) {
      return MessageDigest.isEqual(
          ours.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
      return "attempt of " + made;
    }
  }

  /** Begins one. */
  public Attempt begin(Instant now) {
    byte[] drawn = new byte[RANDOM_BYTES];
    random.nextBytes(drawn);
    byte[] body = ByteBuffer.allocate(BODY_BYTES).putLong(now.toEpochMilli()).put(drawn).array();
    byte[] whole = Arrays.copyOf(body, BODY_BYTES + MAC_BYTES);
    System.arraycopy(mac("cookie", body), 0, whole, BODY_BYTES, MAC_BYTES);
    return attempt(encoded(whole), body);
  }

  /** The one that a cookie holds; empty if it is none of this server's, or too old. */
  public Optional<Attempt> of(String cookie, Instant now) {
    byte[] whole;
    try {
      whole = Base64.getUrlDecoder().decode(cookie);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    // Two texts of one would be two: only the usual one counts.
    if (whole.length != BODY_BYTES + MAC_BYTES || !encoded(whole).equals(cookie)) {
      return Optional.empty();
    }
    byte[] body = Arrays.copyOf(whole, BODY_BYTES);
    byte[] shown = Arrays.copyOfRange(whole, BODY_BYTES, whole.length);
    boolean ours = MessageDigest.isEqual(mac("cookie", body), shown);
    return Optional.of(attempt(cookie, body))
        .filter(_ -> ours)
        .filter(it -> it.made().isBefore(now.plus(APART)) && now.isBefore(it.made().plus(LIFE)));
  }

  private Attempt attempt(String cookie, byte[] body) {
    return new Attempt(
        Instant.ofEpochMilli(ByteBuffer.wrap(body).getLong()),
        cookie,
        encoded(mac("state", body)),
        encoded(mac("nonce", body)),
        encoded(mac("verifier", body)));
  }

  private byte[] mac(String label, byte[] body) {
    try {
      var mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      mac.update((label + " " + provider + "\n").getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + key.getAlgorithm(), e);
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
