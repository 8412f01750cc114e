package guywire.protocol;

import java.util.Arrays;

/**
 * HKDF on HMAC-BLAKE2s (RFC 5869, RFC 2104): what turns each secret of a handshake into a new
 * chaining key and other keys. Reusable; confined to one thread at a time.
 */
final class Kdf {

  private static final byte[] EMPTY = new byte[0];

  private final Blake2s hash = new Blake2s();
  private final byte[] pad = new byte[Blake2s.BLOCK_LENGTH];
  private final byte[] inner = new byte[Blake2s.HASH_LENGTH];
  private final byte[] secret = new byte[Blake2s.HASH_LENGTH];
  private final byte[] message = new byte[Blake2s.HASH_LENGTH + 1];
  private final byte[] output = new byte[Blake2s.HASH_LENGTH];

  /** KDF1: replaces the chaining key by the first output. */
  void mix(byte[] chainingKey, byte[] input) {
    derive(chainingKey, input, chainingKey, EMPTY, EMPTY);
  }

  /** KDF2: replaces the chaining key by the first output and writes the second. */
  void mix(byte[] chainingKey, byte[] input, byte[] second) {
    derive(chainingKey, input, chainingKey, second, EMPTY);
  }

  /** KDF3: replaces the chaining key by the first output and writes the second and third. */
  void mix(byte[] chainingKey, byte[] input, byte[] second, byte[] third) {
    derive(chainingKey, input, chainingKey, second, third);
  }

  /** KDF2 of nothing: the two keys of a session. */
  void split(byte[] chainingKey, byte[] first, byte[] second) {
    derive(chainingKey, EMPTY, first, second, EMPTY);
  }

  /** HMAC-BLAKE2s with a key of up to 64 bytes. */
  void hmac(byte[] key, byte[] input, int length, byte[] target) {
    pad(key, 0x36);
    hash.begin().update(pad).update(input, 0, length).finish(inner, 0);
    pad(key, 0x5c);
    hash.begin().update(pad).update(inner).finish(target, 0);
    Arrays.fill(pad, (byte) 0);
    Arrays.fill(inner, (byte) 0);
  }

  private void derive(byte[] key, byte[] input, byte[] first, byte[] second, byte[] third) {
    hmac(key, input, input.length, secret);
    expand(0, 1, first);
    if (second.length > 0) {
      expand(Blake2s.HASH_LENGTH, 2, second);
    }
    if (third.length > 0) {
      expand(Blake2s.HASH_LENGTH, 3, third);
    }
    Arrays.fill(secret, (byte) 0);
    Arrays.fill(message, (byte) 0);
    Arrays.fill(output, (byte) 0);
  }

  /** One block: HMAC over the block before and its number. */
  private void expand(int before, int number, byte[] target) {
    message[before] = (byte) number;
    hmac(secret, message, before + 1, output);
    System.arraycopy(output, 0, message, 0, Blake2s.HASH_LENGTH);
    System.arraycopy(output, 0, target, 0, Blake2s.HASH_LENGTH);
  }

  private void pad(byte[] key, int with) {
    Arrays.fill(pad, (byte) with);
    for (int i = 0; i < key.length; i++) {
      pad[i] ^= key[i];
    }
  }
}
