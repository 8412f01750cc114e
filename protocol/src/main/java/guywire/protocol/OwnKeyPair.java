package guywire.protocol;

import java.security.MessageDigest;
import java.util.Arrays;

/** The device's own key pair. Under the device's lock. */
final class OwnKeyPair {

  private final byte[] privateBytes;
  private final byte[] publicBytes;
  private final PublicKey publicKey;

  /** Of a key that the caller may zero then. */
  OwnKeyPair(PrivateKey key, DiffieHellman diffieHellman) {
    privateBytes = key.bytes();
    privateBytes[0] &= (byte) 0xf8;
    privateBytes[31] = (byte) ((privateBytes[31] & 0x7f) | 0x40);
    publicBytes = diffieHellman.publicKey(privateBytes);
    publicKey = PublicKey.of(publicBytes);
  }

  /** A copy of the private key, clamped: zero it when done. */
  PrivateKey key() {
    return PrivateKey.of(privateBytes);
  }

  /** Whether it is the same key. */
  boolean has(OwnKeyPair other) {
    return MessageDigest.isEqual(privateBytes, other.privateBytes);
  }

  /** The private key, clamped; not a copy. */
  byte[] privateBytes() {
    return privateBytes;
  }

  /** The public key; not a copy. */
  byte[] publicBytes() {
    return publicBytes;
  }

  PublicKey publicKey() {
    return publicKey;
  }

  void destroy() {
    Arrays.fill(privateBytes, (byte) 0);
  }

  @Override
  public String toString() {
    return publicKey.toString();
  }
}
