package guywire.control.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the holder of a token shows: 256 random bits. It is told once, when it is made; the server
 * keeps its digest. It never shows itself.
 */
/*
 * SHA-256 without salt or repetition is enough here, unlike for passwords: nobody can guess 256 random
 * bits, with however many digests at hand. A token is found by its digest, so that how long the search
 * takes tells of the digest and nothing of the token.
 */
public final class TokenSecret {

  /** So that a token is known as one where it was left by mistake. */
  private static final String PREFIX = "gwt_";

  private static final int BYTES = 32;
  private static final Pattern FORM = Pattern.compile("gwt_[A-Za-z0-9_-]{43}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String text;

  private TokenSecret(String text) {
    this.text = text;
  }

  /** A new one. */
  public static TokenSecret random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new TokenSecret(PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** The one with this text; empty if it can't be one. */
  public static Optional<TokenSecret> tryParse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new TokenSecret(text)) : Optional.empty();
  }

  /** The text, for its holder alone. */
  public String reveal() {
    return text;
  }

  /** SHA-256 of the text, in hexadecimal: what may be kept. */
  public String digest() {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "(hidden)";
  }
}
