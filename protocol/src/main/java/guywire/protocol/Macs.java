package guywire.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The two MACs at the end of a handshake message (whitepaper section 5.4.4): where they stand and
 * how they and the keys for them are computed. Reusable scratch, no allocation; under the device's
 * lock.
 */
final class Macs {

  static final int LENGTH = 16;

  private static final byte[] MAC1_LABEL = "mac1----".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COOKIE_LABEL = "cookie--".getBytes(StandardCharsets.US_ASCII);

  private final Blake2s hash = new Blake2s();
  private final byte[] key = new byte[32];

  /** Where the first MAC of a handshake message stands; the second follows it. */
  static int offset(int messageLength) {
    return messageLength - 2 * LENGTH;
  }

  /** The key of the first MAC of messages to the owner of this public key. */
  void mac1Key(byte[] publicKey, byte[] target) {
    hash.begin().update(MAC1_LABEL).update(publicKey).finish(target, 0);
  }

  /** The key of cookies from the owner of this public key. */
  void cookieKey(byte[] publicKey, byte[] target) {
    hash.begin().update(COOKIE_LABEL).update(publicKey).finish(target, 0);
  }

  /**
   * Computes the first MAC.
   *
   * @param keyed the state behind its key ({@link Blake2s#keyed})
   */
  void mac1(int[] keyed, byte[] message, int messageLength, byte[] target, int targetOffset) {
    hash.begin(LENGTH, keyed)
        .update(message, 0, offset(messageLength))
        .finish(target, targetOffset);
  }

  void mac2(byte[] cookie, byte[] message, int messageLength, byte[] target, int targetOffset) {
    hash.begin(LENGTH, cookie, 0, LENGTH)
        .update(message, 0, offset(messageLength) + LENGTH)
        .finish(target, targetOffset);
  }

  /** Writes the first MAC of a message to the owner of a public key. */
  void addMac1(byte[] publicKey, byte[] message, int messageLength) {
    mac1Key(publicKey, key);
    hash.begin(LENGTH, key, 0, key.length)
        .update(message, 0, offset(messageLength))
        .finish(message, offset(messageLength));
    Arrays.fill(key, (byte) 0);
  }
}
