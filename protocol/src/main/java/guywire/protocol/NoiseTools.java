package guywire.protocol;

import java.util.random.RandomGenerator;

/** What the handshakes of a device compute with. Under the device's lock. */
final class NoiseTools {

  final DiffieHellman diffieHellman;
  final RandomGenerator random;
  final Blake2s hash = new Blake2s();
  final Kdf kdf = new Kdf();
  final AssociatedAead aead = new AssociatedAead();

  NoiseTools(DiffieHellman diffieHellman, RandomGenerator random) {
    this.diffieHellman = diffieHellman;
    this.random = random;
  }

  /** A new ephemeral private key, clamped (RFC 7748 section 5). */
  byte[] newPrivateKey() {
    var key = new byte[32];
    random.nextBytes(key);
    key[0] &= (byte) 0xf8;
    key[31] = (byte) ((key[31] & 0x7f) | 0x40);
    return key;
  }
}
