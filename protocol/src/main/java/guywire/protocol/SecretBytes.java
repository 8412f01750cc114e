package guywire.protocol;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The 32 bytes of a key that never shows itself: {@link #toString} hides it, and {@link #base64} is
 * for the files and sockets that must carry it.
 */
abstract sealed class SecretBytes permits PrivateKey, PresharedKey {

  final byte[] bytes;

  SecretBytes(byte[] bytes) {
    this.bytes = bytes;
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
  public final boolean equals(Object other) {
    return other instanceof SecretBytes key
        && key.getClass() == getClass()
        && MessageDigest.isEqual(bytes, key.bytes);
  }

  /** Constant, so that a hash never tells of the key. */
  @Override
  public final int hashCode() {
    return 1;
  }

  @Override
  public final String toString() {
    return "(hidden)";
  }
}
