package guywire.protocol;

import java.lang.foreign.MemorySegment;

/**
 * ChaCha20-Poly1305 (RFC 8439) as WireGuard's data messages use it: the nonce is four zero bytes
 * and the counter in little-endian order, and there is no associated data.
 *
 * <p>An engine is confined to one thread. Segments may be on or off the heap. Source and
 * destination are either the same place or do not overlap; an engine says so where it can take
 * less.
 */
public interface Aead {

  /** Length of the authentication tag in bytes. */
  int TAG_LENGTH = 16;

  /** The engine's name for logs and reports, such as {@code jce}. */
  String name();

  /**
   * Encrypts {@code length} bytes and appends the tag: {@code length + 16} bytes are written.
   *
   * @param counter the message's counter, never used before with this key
   */
  void seal(
      AeadKey key,
      long counter,
      MemorySegment source,
      long sourceOffset,
      int length,
      MemorySegment target,
      long targetOffset);

  /**
   * Checks and decrypts a ciphertext with its tag: {@code length - 16} bytes are written.
   *
   * @param length ciphertext and tag together, at least 16
   * @return whether the tag was right; if not, the target's content is undefined and must not be
   *     used
   */
  boolean open(
      AeadKey key,
      long counter,
      MemorySegment source,
      long sourceOffset,
      int length,
      MemorySegment target,
      long targetOffset);
}
