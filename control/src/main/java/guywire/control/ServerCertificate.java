package guywire.control;

import guywire.control.tls.CertificateFiles;
import guywire.control.tls.ChallengeAnswers;
import guywire.control.tls.ServerTls;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The server's certificate and its private key, in two files of the data directory. One is made if
 * none is there; whoever connects knows it by its fingerprint, which the set-up link carries.
 */
final class ServerCertificate {

  static final String CERTIFICATE = "certificate.pem";
  static final String KEY = "certificate.key";
  private static final String HMAC = "HmacSHA256";
  private static final String KEY_LABEL = "PRIVATE KEY";
  private static final String CERTIFICATE_LABEL = "CERTIFICATE";

  /** Nobody renews what is known by its fingerprint. */
  private static final Duration LIFE = Duration.ofDays(3650);

  /** Clocks differ. */
  private static final Duration EARLIER = Duration.ofDays(1);

  private static final int SERIAL_BITS = 127;
  private static final int LINE = 64;

  private final X509Certificate certificate;
  private final PrivateKey key;

  private ServerCertificate(X509Certificate certificate, PrivateKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /**
   * The certificate in a directory, made if there is none.
   *
   * @param host the address that a new one is for
   * @throws IOException if it can't be read or kept, or is none
   */
  static ServerCertificate in(OwnedDirectory directory, InetAddress host, Instant now)
      throws IOException {
    try {
      var certificate = directory.read(CERTIFICATE, Audience.EVERYBODY);
      var key = directory.read(KEY, Audience.OWNER);
      if (certificate.isPresent() && key.isPresent()) {
        return read(certificate.get(), key.get());
      }
      var made = make(host, now);
      // The key first: a certificate without one would be of no use, a key without one is made
      // anew.
      directory.write(KEY, pem(KEY_LABEL, made.key.getEncoded()), Audience.OWNER);
      directory.write(
          CERTIFICATE, pem(CERTIFICATE_LABEL, made.certificate.getEncoded()), Audience.EVERYBODY);
      return made;
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException(
          directory.path().resolve(CERTIFICATE) + ": no certificate with its key", e);
    }
  }

  /** Whether both files are in a directory. */
  static boolean isIn(OwnedDirectory directory) throws IOException {
    return directory.read(CERTIFICATE, Audience.EVERYBODY).isPresent()
        && directory.read(KEY, Audience.OWNER).isPresent();
  }

  /**
   * A key for HMAC that all who have this certificate's private key have, and nobody else; another
   * one for each purpose.
   */
  SecretKey keyFor(String purpose) {
    byte[] encoded = key.getEncoded();
    try {
      var mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(encoded, HMAC));
      return new SecretKeySpec(
          mac.doFinal(("guywire " + purpose).getBytes(StandardCharsets.US_ASCII)), HMAC);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HMAC, e);
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }

  private static ServerCertificate read(byte[] certificate, byte[] key)
      throws GeneralSecurityException {
    var factory = CertificateFactory.getInstance("X.509");
    var read = (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(certificate));
    byte[] encoded = unwrapped(key);
    try {
      var spec = new PKCS8EncodedKeySpec(encoded);
      return new ServerCertificate(
          read, KeyFactory.getInstance(read.getPublicKey().getAlgorithm()).generatePrivate(spec));
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }

  private static ServerCertificate make(InetAddress host, Instant now)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    var pair = generator.generateKeyPair();
    var name = new X500Name("CN=guywire");
    var names =
        new GeneralNames(
            host.isAnyLocalAddress()
                ? new GeneralName(GeneralName.dNSName, "guywire.internal")
                : new GeneralName(GeneralName.iPAddress, host.getHostAddress()));
    var builder =
        new JcaX509v3CertificateBuilder(
                name,
                new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1),
                Date.from(now.minus(EARLIER)),
                Date.from(now.plus(LIFE)),
                name,
                pair.getPublic())
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
            .addExtension(Extension.subjectAlternativeName, false, names);
    var holder =
        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
    var certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
    return new ServerCertificate(certificate, pair.getPrivate());
  }

  /** SHA-256 of the certificate, in hexadecimal. */
  String fingerprint() {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** What a server speaks TLS with that has this certificate, and perhaps another for browsers. */
  ServerTls tls(Optional<CertificateFiles> given, Optional<ChallengeAnswers> answers) {
    return ServerTls.of(key, certificate, given, answers);
  }

  private static byte[] pem(String label, byte[] bytes) {
    String text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(bytes);
    return ("-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] unwrapped(byte[] pem) throws GeneralSecurityException {
    try {
      String text =
          new String(pem, StandardCharsets.US_ASCII)
              .lines()
              .filter(line -> !line.startsWith("-----"))
              .reduce("", String::concat);
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("no PEM");
    }
  }

  @Override
  public String toString() {
    return "certificate " + fingerprint();
  }
}
