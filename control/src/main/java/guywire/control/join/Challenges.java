package guywire.control.join;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What hosts have to sign to prove who they are: each is good for a minute, and once. Safe for use
 * by several threads.
 */
/*
 * A challenge says when it was made and carries a MAC of this process's own, so that those who ask for many
 * fill no memory. What is remembered is only which were used with a good signature: hosts that joined can
 * do that, and no stranger.
 */
final class Challenges {

  private static final Duration LIFE = Duration.ofSeconds(60);
  private static final int RANDOM_BYTES = 16;
  private static final int MAC_BYTES = 16;
  private static final int BODY_BYTES = Long.BYTES + RANDOM_BYTES;
  private static final String ALGORITHM = "HmacSHA256";

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec key;
  private final Map<String, Long> used = new HashMap<>();

  /** Those of a process. */
  Challenges(Clock clock) {
    this.clock = clock;
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    key = new SecretKeySpec(secret, ALGORITHM);
  }

  /** A new one. */
  String make() {
    byte[] drawn = new byte[RANDOM_BYTES];
    random.nextBytes(drawn);
    byte[] body = ByteBuffer.allocate(BODY_BYTES).putLong(clock.millis()).put(drawn).array();
    byte[] whole = Arrays.copyOf(body, BODY_BYTES + MAC_BYTES);
    System.arraycopy(mac(body), 0, whole, BODY_BYTES, MAC_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
  }

  /** Whether one was made here, lately. */
  boolean isFresh(String challenge) {
    byte[] whole;
    try {
      whole = Base64.getUrlDecoder().decode(challenge);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (whole.length != BODY_BYTES + MAC_BYTES) {
      return false;
    }
    byte[] body = Arrays.copyOf(whole, BODY_BYTES);
    byte[] shown = Arrays.copyOfRange(whole, BODY_BYTES, whole.length);
    long age = clock.millis() - ByteBuffer.wrap(body).getLong();
    return MessageDigest.isEqual(Arrays.copyOf(mac(body), MAC_BYTES), shown)
        && age >= 0
        && age <= LIFE.toMillis();
  }

  /** Uses one that was signed well; false if it is not fresh, or was used before. */
  synchronized boolean use(String challenge) {
    long now = clock.millis();
    used.values().removeIf(at -> now - at > LIFE.toMillis());
    // Two texts of one challenge would be two challenges: only the usual one is fresh.
    return isFresh(challenge)
        && Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(Base64.getUrlDecoder().decode(challenge))
            .equals(challenge)
        && used.putIfAbsent(challenge, now) == null;
  }

  private byte[] mac(byte[] body) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
