package guywire.protocol;

import java.util.Optional;
import java.util.random.RandomGenerator;

/** A Curve25519 private key. It never shows itself in a text. */
public final class PrivateKey extends SecretBytes {

  /** Set when first asked for; two threads that ask at once find the same. */
  private Optional<PublicKey> publicKey = Optional.empty();

  private PrivateKey(byte[] bytes) {
    super(bytes);
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
}
