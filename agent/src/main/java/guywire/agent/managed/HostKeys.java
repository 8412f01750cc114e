package guywire.agent.managed;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.managed.Identity;
import guywire.network.managed.Statement;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * The two private keys of a host that joins: WireGuard's, and one to prove who it is (Ed25519).
 * They are made here, stand in files of mode 0600, and leave this host in no form.
 */
final class HostKeys {

  static final String WIREGUARD = "wireguard.key";
  static final String IDENTITY = "identity.key";
  private static final String ALGORITHM = "Ed25519";

  private final PrivateKey wireGuard;
  private final java.security.PrivateKey signing;
  private final Identity identity;

  private HostKeys(PrivateKey wireGuard, java.security.PrivateKey signing, Identity identity) {
    this.wireGuard = wireGuard;
    this.signing = signing;
    this.identity = identity;
  }

  /** Those in a directory; what is not there is made. */
  static HostKeys in(OwnedDirectory directory) throws IOException {
    var wireGuard = read(directory, WIREGUARD).flatMap(PrivateKey::parse);
    if (wireGuard.isEmpty()) {
      require(directory, WIREGUARD);
      wireGuard = Optional.of(PrivateKey.generate(new SecureRandom()));
      write(directory, WIREGUARD, wireGuard.get().base64());
    }
    try {
      var pair = read(directory, IDENTITY);
      if (pair.isEmpty()) {
        var made = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        var encoder = Base64.getEncoder();
        byte[] secret = made.getPrivate().getEncoded();
        write(
            directory,
            IDENTITY,
            encoder.encodeToString(secret)
                + " "
                + encoder.encodeToString(made.getPublic().getEncoded()));
        Arrays.fill(secret, (byte) 0);
        return new HostKeys(wireGuard.get(), made.getPrivate(), Identity.of(made.getPublic()));
      }
      String[] words = pair.get().split(" ");
      var factory = KeyFactory.getInstance(ALGORITHM);
      byte[] secret = Base64.getDecoder().decode(words[0]);
      var signing = factory.generatePrivate(new PKCS8EncodedKeySpec(secret));
      Arrays.fill(secret, (byte) 0);
      var shown =
          factory.generatePublic(
              new X509EncodedKeySpec(Base64.getDecoder().decode(words[words.length - 1])));
      return new HostKeys(wireGuard.get(), signing, Identity.of(shown));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Nothing of what it holds is said.
      throw new IOException(directory.path().resolve(IDENTITY) + ": no key");
    }
  }

  private static Optional<String> read(OwnedDirectory directory, String name) throws IOException {
    return directory
        .read(name, Audience.OWNER)
        .map(bytes -> new String(bytes, StandardCharsets.US_ASCII).strip());
  }

  /** A file that is there and can't be read as a key is not written over. */
  private static void require(OwnedDirectory directory, String name) throws IOException {
    if (directory.has(name)) {
      throw new IOException(directory.path().resolve(name) + ": no key");
    }
  }

  private static void write(OwnedDirectory directory, String name, String text) throws IOException {
    directory.write(name, (text + "\n").getBytes(StandardCharsets.US_ASCII), Audience.OWNER);
  }

  PrivateKey wireGuard() {
    return wireGuard;
  }

  Identity identity() {
    return identity;
  }

  /** A signature, in base64. */
  String sign(Statement statement) {
    try {
      var signature = Signature.getInstance(ALGORITHM);
      signature.initSign(signing);
      signature.update(statement.bytes());
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "keys of " + identity;
  }
}
