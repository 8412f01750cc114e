package guywire.control.acme;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;

/** The key pair by which an authority knows who asks: both halves in one PEM text. */
final class AccountKey {

  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";
  private static final int LINE = 64;

  private AccountKey() {}

  /** A new pair for ES256 (RFC 8555 section 6.2), or for a certificate. */
  static KeyPair make() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  static byte[] write(KeyPair pair) {
    String text =
        block(PRIVATE, pair.getPrivate().getEncoded())
            + block(PUBLIC, pair.getPublic().getEncoded());
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads one.
   *
   * @throws IOException if it is none, in words that quote nothing of it
   */
  static KeyPair read(byte[] text) throws IOException {
    String pem = new String(text, StandardCharsets.US_ASCII);
    byte[] secret = bytes(pem, PRIVATE);
    try {
      var factory = KeyFactory.getInstance("EC");
      return new KeyPair(
          factory.generatePublic(new X509EncodedKeySpec(bytes(pem, PUBLIC))),
          factory.generatePrivate(new PKCS8EncodedKeySpec(secret)));
    } catch (GeneralSecurityException e) {
      throw none();
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static byte[] bytes(String pem, String label) throws IOException {
    var block =
        Pattern.compile("-----BEGIN " + label + "-----\\s([A-Za-z0-9+/=\\s]*)-----END " + label)
            .matcher(pem);
    if (!block.find()) {
      throw none();
    }
    try {
      return Base64.getMimeDecoder().decode(pem.substring(block.start(1), block.end(1)));
    } catch (IllegalArgumentException e) {
      throw none();
    }
  }

  private static IOException none() {
    return new IOException("no key pair of an account");
  }

  /** Bytes in PEM. */
  static String block(String label, byte[] bytes) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(bytes)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
