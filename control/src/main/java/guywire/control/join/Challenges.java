package guywire.control.join;

import guywire.control.store.HostSessions;
import guywire.control.store.Session;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/**
 * What hosts have to sign to prove who they are: each is good for a minute, and once. Safe for use
 * by several threads.
 */
/*
 * A challenge says when it was made and carries a MAC of this server's own, so that those who ask for many
 * fill no memory. What is kept is only which were used with a good signature: hosts that joined can do that,
 * and no stranger. Servers that are one to the outside have the same key, and clocks that are about the same.
 */
final class Challenges {

  private static final Duration LIFE = Duration.ofSeconds(60);
  private static final int RANDOM_BYTES = 16;
  private static final int MAC_BYTES = 16;
  private static final int BODY_BYTES = Long.BYTES + RANDOM_BYTES;

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final SecretKey key;

  /** Those of a server with this key, for HMAC. */
  Challenges(Clock clock, SecretKey key) {
    this.clock = clock;
    this.key = key;
  }

  /** A new one. */
  String make() {
    byte[] drawn = new byte[RANDOM_BYTES];
    random.nextBytes(drawn);
    byte[] body = ByteBuffer.allocate(BODY_BYTES).putLong(clock.millis()).put(drawn).array();
    byte[] whole = Arrays.copyOf(body, BODY_BYTES + MAC_BYTES);
    System.arraycopy(mac(body), 0, whole, BODY_BYTES, MAC_BYTES);
    return encoded(whole);
  }

  private static String encoded(byte[] whole) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
  }

  /** When one was made, if that was here, and lately. */
  private Optional<Instant> made(String challenge) {
    byte[] whole;
    try {
      whole = Base64.getUrlDecoder().decode(challenge);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    // Two texts of one challenge would be two challenges: only the usual one counts.
    if (whole.length != BODY_BYTES + MAC_BYTES || !encoded(whole).equals(challenge)) {
      return Optional.empty();
    }
    byte[] body = Arrays.copyOf(whole, BODY_BYTES);
    byte[] shown = Arrays.copyOfRange(whole, BODY_BYTES, whole.length);
    var made = Instant.ofEpochMilli(ByteBuffer.wrap(body).getLong());
    boolean ours = MessageDigest.isEqual(Arrays.copyOf(mac(body), MAC_BYTES), shown);
    return Optional.of(made)
        .filter(_ -> ours)
        .filter(at -> Duration.between(at, clock.instant()).abs().compareTo(LIFE) <= 0);
  }

  /** Whether one was made here, lately. */
  boolean isFresh(String challenge) {
    return made(challenge).isPresent();
  }

  /** Uses one that was signed well; false if it is not fresh, or was used before. */
  boolean use(Session session, String challenge) {
    var forgotten = clock.instant().minus(LIFE.multipliedBy(2));
    return made(challenge)
        .filter(at -> new HostSessions(session).use(challenge, at, forgotten))
        .isPresent();
  }

  private byte[] mac(byte[] body) {
    try {
      var mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + key.getAlgorithm(), e);
    }
  }
}
