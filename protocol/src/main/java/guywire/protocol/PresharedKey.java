package guywire.protocol;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** A symmetric key that two peers mix into their handshake. It never shows itself in a text. */
public final class PresharedKey extends SecretBytes {

  private PresharedKey(byte[] bytes) {
    super(bytes);
  }

  /**
   * The key with these 32 bytes.
   *
   * @throws IllegalArgumentException for another length
   */
  public static PresharedKey of(byte[] bytes) {
    return new PresharedKey(KeyText.checked(bytes));
  }

  /** Reads canonical base64 as {@code wg} accepts it; empty if it is anything else. */
  public static Optional<PresharedKey> parse(String base64) {
    return KeyText.parse(base64).map(PresharedKey::new);
  }

  /** A new key from 32 random bytes. */
  public static PresharedKey generate(RandomGenerator random) {
    var bytes = new byte[KeyText.LENGTH];
    random.nextBytes(bytes);
    return new PresharedKey(bytes);
  }
}
