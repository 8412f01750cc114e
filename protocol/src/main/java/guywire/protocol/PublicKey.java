package guywire.protocol;

import java.util.Arrays;
import java.util.Optional;

/** A peer's Curve25519 public key: who it is. Written as 44 characters of base64. */
public final class PublicKey implements Comparable<PublicKey> {

  private final byte[] bytes;

  /** Made when first asked for; whoever else makes it makes the same one. */
  private int hash;

  private PublicKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The key with these 32 bytes.
   *
   * @throws IllegalArgumentException for another length
   */
  public static PublicKey of(byte[] bytes) {
    return new PublicKey(KeyText.checked(bytes));
  }

  /** Reads canonical base64 as {@code wg} accepts it; empty if it is anything else. */
  public static Optional<PublicKey> parse(String base64) {
    return KeyText.parse(base64).map(PublicKey::new);
  }

  /** A copy of the 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The 32 bytes themselves, which nobody may change. */
  byte[] shared() {
    return bytes;
  }

  /** Whether all 32 bytes are zero: no key at all in WireGuard's interfaces. */
  public boolean isZero() {
    return KeyText.isZero(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof PublicKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      known = Arrays.hashCode(bytes);
      hash = known;
    }
    return known;
  }

  @Override
  public int compareTo(PublicKey other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  /** The base64 text. */
  @Override
  public String toString() {
    return KeyText.format(bytes);
  }
}
