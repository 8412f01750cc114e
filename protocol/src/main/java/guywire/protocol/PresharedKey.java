package guywire.protocol;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A symmetric key that two peers mix into their handshake. It never shows itself: {@link #toString}
 * hides it, and {@link #base64} is for the files and sockets that must carry it.
 */
public final class PresharedKey {

  private final byte[] bytes;

  private PresharedKey(byte[] bytes) {
    this.bytes = bytes;
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

  /** A copy of the 32 bytes: zero it when done. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Zeros the key: nobody needs it any more. From now on it is a key of zeros. */
  public void destroy() {
    Arrays.fill(bytes, (byte) 0);
  }

  /** Whether all 32 bytes are zero: no key at all in WireGuard's interfaces. */
  public boolean isZero() {
    return KeyText.isZero(bytes);
  }

  /** The key as base64, for a file of mode 0600 or a control socket; never for a log. */
  public String base64() {
    return KeyText.format(bytes);
  }

  /** Compares in constant time. */
  @Override
  public boolean equals(Object other) {
    return other instanceof PresharedKey key && MessageDigest.isEqual(bytes, key.bytes);
  }

  /** Constant, so that a hash never tells of the key. */
  @Override
  public int hashCode() {
    return 1;
  }

  @Override
  public String toString() {
    return "(hidden)";
  }
}
