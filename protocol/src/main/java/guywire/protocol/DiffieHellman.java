package guywire.protocol;

/** Curve25519 as the handshake needs it. Implementations may be called by any thread. */
public interface DiffieHellman {

  /** The JDK's own X25519. It leaves copies of keys in memory. */
  DiffieHellman JDK =
      new DiffieHellman() {
        @Override
        public byte[] publicKey(byte[] privateKey) {
          return X25519.publicKey(privateKey);
        }

        @Override
        public byte[] agree(byte[] privateKey, byte[] publicKey) {
          return X25519.agree(privateKey, publicKey);
        }
      };

  /** Our own, which keeps and leaves no copy of a private key. */
  DiffieHellman TRACELESS = new Curve25519();

  /** The public key of a private key (32 bytes each). */
  byte[] publicKey(byte[] privateKey);

  /**
   * The shared secret of a private and a public key (32 bytes each).
   *
   * @return 32 bytes, all zero if the public key is a point of low order; callers refuse that
   */
  byte[] agree(byte[] privateKey, byte[] publicKey);
}
