package guywire.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A Noise handshake's chaining key and transcript hash (whitepaper section 5.4, Noise section 5.2).
 * Under the device's lock.
 */
final class SymmetricState {

  private static final byte[] INITIAL_KEY = new byte[32];
  private static final byte[] INITIAL_HASH = new byte[32];

  static {
    new Blake2s()
        .begin()
        .update("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".getBytes(StandardCharsets.US_ASCII))
        .finish(INITIAL_KEY, 0);
    new Blake2s()
        .begin()
        .update(INITIAL_KEY)
        .update("WireGuard v1 zx2c4 Jason@zx2c4.com".getBytes(StandardCharsets.US_ASCII))
        .finish(INITIAL_HASH, 0);
  }

  private final byte[] chainingKey;
  private final byte[] hash;
  private final byte[] key = new byte[32];

  /** The state before the first message to this responder. */
  SymmetricState(NoiseTools tools, byte[] responderPublicKey) {
    this(INITIAL_KEY, INITIAL_HASH);
    mixHash(tools, responderPublicKey, 0, responderPublicKey.length);
  }

  private SymmetricState(byte[] chainingKey, byte[] hash) {
    this.chainingKey = chainingKey.clone();
    this.hash = hash.clone();
  }

  /** A copy to try a message on that may be forged. */
  SymmetricState copy() {
    return new SymmetricState(chainingKey, hash);
  }

  /** Takes an ephemeral public key into hash and chaining key. */
  void mixEphemeral(NoiseTools tools, byte[] publicKey) {
    mixHash(tools, publicKey, 0, publicKey.length);
    tools.kdf.mix(chainingKey, publicKey);
  }

  /** Takes a shared secret into the chaining key; false if it is all zero. */
  boolean mixSecret(NoiseTools tools, byte[] secret) {
    if (KeyText.isZero(secret)) {
      return false;
    }
    tools.kdf.mix(chainingKey, secret, key);
    return true;
  }

  void mixPresharedKey(NoiseTools tools, byte[] presharedKey) {
    var forHash = new byte[32];
    tools.kdf.mix(chainingKey, presharedKey, forHash, key);
    mixHash(tools, forHash, 0, forHash.length);
    Arrays.fill(forHash, (byte) 0);
  }

  /** Encrypts a part of a message into it. */
  void seal(NoiseTools tools, byte[] plaintext, byte[] message, int offset) {
    byte[] sealed = tools.aead.seal(key, hash, plaintext);
    System.arraycopy(sealed, 0, message, offset, sealed.length);
    mixHash(tools, message, offset, sealed.length);
  }

  /** Decrypts a part of a message, ciphertext and tag; false if the tag is wrong. */
  boolean open(NoiseTools tools, byte[] message, int offset, int length, byte[] plaintext) {
    if (!tools.aead.open(key, hash, message, offset, length, plaintext)) {
      return false;
    }
    mixHash(tools, message, offset, length);
    return true;
  }

  /** The two session keys: the initiator sends with the first. */
  void split(NoiseTools tools, byte[] first, byte[] second) {
    tools.kdf.split(chainingKey, first, second);
  }

  void destroy() {
    Arrays.fill(chainingKey, (byte) 0);
    Arrays.fill(hash, (byte) 0);
    Arrays.fill(key, (byte) 0);
  }

  private void mixHash(NoiseTools tools, byte[] input, int offset, int length) {
    tools.hash.begin().update(hash).update(input, offset, length).finish(hash, 0);
  }
}
