package guywire.protocol;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A Curve25519 private key. It never shows itself: {@link #toString} hides it, and {@link #base64}
 * is for the files and sockets that must carry it.
 */
public final class PrivateKey {

  private final byte[] bytes;

  /** Set when first asked for; two threads that ask at once find the same. */
  private Optional<PublicKey> publicKey = Optional.empty();

  private PrivateKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The key with these 32 bytes.
   *
   * @throws IllegalArgumentException for another length
   */
  public static PrivateKey of(byte[] bytes) {
    return new PrivateKey(KeyText.checked(bytes));
  }

  /** Reads canonical base64 as {@code wg} accepts it; empty if it is anything else. */
  public static Optional<PrivateKey> parse(String base64) {
    return KeyText.parse(base64).map(PrivateKey::new);
  }

  /** A new key from 32 random bytes, clamped as Curve25519 wants it (RFC 7748 section 5). */
  public static PrivateKey generate(RandomGenerator random) {
    var bytes = new byte[KeyText.LENGTH];
    random.nextBytes(bytes);
    return new PrivateKey(bytes).clamped();
  }

  /** This key with the bits set as Curve25519 uses it in any case; its public key is the same. */
  public PrivateKey clamped() {
    byte[] clamped = bytes.clone();
    clamped[0] &= (byte) 0xf8;
    clamped[31] = (byte) ((clamped[31] & 0x7f) | 0x40);
    return new PrivateKey(clamped);
  }

  /** The public key that belongs to this key. */
  public PublicKey publicKey() {
    var known = publicKey;
    if (known.isEmpty()) {
      known = Optional.of(PublicKey.of(DiffieHellman.TRACELESS.publicKey(bytes)));
      publicKey = known;
    }
    return known.get();
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
    return other instanceof PrivateKey key && MessageDigest.isEqual(bytes, key.bytes);
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
