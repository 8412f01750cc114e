package guywire.control.store;

import guywire.network.Name;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server and somebody's device share, and make the same one-time codes of: 160 random bits.
 * It is told once, when it is made, and does not show itself.
 */
/*
 * RFC 6238 (TOTP) over RFC 4226 (HOTP) with HMAC-SHA-1, six digits and steps of 30 seconds, because that is
 * what every program for such codes can do. HMAC does not need a hash without collisions. Clocks may be
 * apart by one step; each code that was accepted moves the last step on, so that none is good twice.
 */
public final class CodeSecret {

  static final Duration STEP = Duration.ofSeconds(30);

  private static final int BYTES = 20;
  private static final int DIGITS = 6;
  private static final int MODULUS = 1_000_000;
  private static final int APART = 1;
  private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int LETTER_BITS = 5;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] key;

  CodeSecret(byte[] key) {
    this.key = key.clone();
  }

  /** A new one. */
  public static CodeSecret random() {
    byte[] key = new byte[BYTES];
    RANDOM.nextBytes(key);
    return new CodeSecret(key);
  }

  /** The one with this text in base32; empty if it is none. */
  static Optional<CodeSecret> tryParse(String text) {
    var bytes = ByteBuffer.allocate(text.length() * LETTER_BITS / Byte.SIZE);
    int bits = 0;
    int have = 0;
    for (char letter : text.toCharArray()) {
      int value = LETTERS.indexOf(letter);
      if (value < 0) {
        return Optional.empty();
      }
      bits = bits << LETTER_BITS | value;
      have += LETTER_BITS;
      if (have >= Byte.SIZE) {
        have -= Byte.SIZE;
        bytes.put((byte) (bits >> have));
      }
    }
    return bytes.position() == BYTES
        ? Optional.of(new CodeSecret(bytes.array()))
        : Optional.empty();
  }

  /** The text in base32 (RFC 4648), for its owner alone. */
  public String reveal() {
    var text = new StringBuilder();
    int bits = 0;
    int have = 0;
    for (byte each : key) {
      bits = bits << Byte.SIZE | each & 0xff;
      have += Byte.SIZE;
      while (have >= LETTER_BITS) {
        have -= LETTER_BITS;
        text.append(LETTERS.charAt(bits >> have & LETTERS.length() - 1));
      }
    }
    return text.toString();
  }

  /**
   * The address that programs for such codes read from a QR code, for its owner alone.
   *
   * @param user whose it is
   * @param server what the program calls the server
   */
  public String uri(Name user, String server) {
    String issuer = escaped("Guywire " + server);
    return "otpauth://totp/%s:%s?secret=%s&issuer=%s"
        .formatted(issuer, escaped(user.text()), reveal(), issuer);
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  static long stepAt(Instant now) {
    return Math.floorDiv(now.getEpochSecond(), STEP.toSeconds());
  }

  /** The code of a step: six digits. */
  String code(long step) {
    try {
      var mac = Mac.getInstance("HmacSHA1");
      mac.init(new SecretKeySpec(key, "HmacSHA1"));
      byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
      int offset = hash[hash.length - 1] & 0xf;
      int number = ByteBuffer.wrap(hash).getInt(offset) & Integer.MAX_VALUE;
      return ("%0" + DIGITS + "d").formatted(number % MODULUS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA1", e);
    }
  }

  /**
   * The step that a code is of, if it is the code of about now and of none up to {@code last}. It
   * takes as long whatever the code is.
   */
  OptionalLong stepOf(String code, Instant now, long last) {
    byte[] given = code.getBytes(StandardCharsets.UTF_8);
    var found = OptionalLong.empty();
    long middle = stepAt(now);
    for (long step = middle - APART; step <= middle + APART; step++) {
      boolean same = MessageDigest.isEqual(code(step).getBytes(StandardCharsets.UTF_8), given);
      if (same && step > last) {
        found = OptionalLong.of(step);
      }
    }
    return found;
  }

  @Override
  public String toString() {
    return "(hidden)";
  }
}
