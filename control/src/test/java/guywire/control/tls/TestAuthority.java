package guywire.control.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A certificate authority of a test: a root, and one between it and what it signs. */
public final class TestAuthority {

  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final KeyPair rootKey = pair("EC", 256);
  private final X509Certificate root =
      signed("root", rootKey.getPublic(), "root", rootKey, always(), true);
  private final KeyPair middleKey = pair("EC", 256);
  private final X509Certificate middle =
      signed("middle", middleKey.getPublic(), "root", rootKey, always(), true);

  /** From when to when. */
  private record Time(Instant from, Instant to) {}

  private static Time always() {
    var now = Instant.now();
    return new Time(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1000)));
  }

  /**
   * What it signed.
   *
   * @param key the pair whose public half it is for
   * @param chain without the root
   */
  public record Issued(KeyPair key, List<X509Certificate> chain) {

    /** SHA-256, in hexadecimal. */
    public String fingerprint() throws GeneralSecurityException {
      byte[] encoded = chain.getFirst().getEncoded();
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded));
    }

    public byte[] chainPem() throws IOException {
      return pem(chain.toArray());
    }

    /** The key in PKCS#8. */
    public byte[] keyPem() throws IOException {
      return pem(new JcaPKCS8Generator(key.getPrivate(), null));
    }

    /** The key in SEC 1 as OpenSSL writes it: with its curve and the public half. */
    byte[] sec1Pem() throws IOException {
      var secret = (java.security.interfaces.ECPrivateKey) key.getPrivate();
      var shown = SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded());
      var form =
          new ECPrivateKey(
              secret.getParams().getOrder().bitLength(),
              secret.getS(),
              shown.getPublicKeyData(),
              shown.getAlgorithm().getParameters());
      return pem(new PemObject("EC PRIVATE KEY", form.getEncoded()));
    }

    /** The key in the form of its kind: SEC 1 without its curve, or PKCS#1. */
    byte[] oldKeyPem() throws IOException {
      return pem(key.getPrivate());
    }

    /** Both as files, the key's last, each whole at once. */
    public void write(Path certificate, Path key) throws IOException {
      TestAuthority.write(certificate, chainPem(), "rw-r--r--");
      TestAuthority.write(key, keyPem(), "rw-------");
    }
  }

  static void write(Path file, byte[] bytes, String mode) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    Files.write(aside, bytes);
    Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString(mode));
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static byte[] pem(Object... objects) throws IOException {
    var text = new StringWriter();
    try (var writer = new JcaPEMWriter(text)) {
      for (var object : objects) {
        writer.writeObject(object);
      }
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** One for a name, with a key of the usual kind. */
  public Issued issue(String name) {
    return issue(pair("EC", 256), always(), dns(name));
  }

  /** One that is good for a time from now on; it may have begun, and ended. */
  public Issued issue(String name, Duration begins, Duration ends) {
    var now = Instant.now();
    return issue(pair("EC", 256), new Time(now.plus(begins), now.plus(ends)), dns(name));
  }

  /** One with a key of another kind. */
  public Issued issue(String name, String kind, int bits) {
    return issue(pair(kind, bits), always(), dns(name));
  }

  /** One for an address. */
  public Issued issueForAddress(String address) {
    return issue(pair("EC", 256), always(), new GeneralName(GeneralName.iPAddress, address));
  }

  /** One for nobody. */
  Issued issueNameless() {
    return issue(pair("EC", 256), always());
  }

  private static GeneralName dns(String name) {
    return new GeneralName(GeneralName.dNSName, name);
  }

  private Issued issue(KeyPair key, Time time, GeneralName... names) {
    return new Issued(key, chain(key.getPublic(), time, names));
  }

  /** A chain for the public half of somebody's key, in PEM. */
  public byte[] chainFor(PublicKey key, String name) throws IOException {
    return pem(chain(key, always(), dns(name)).toArray());
  }

  private List<X509Certificate> chain(PublicKey key, Time time, GeneralName... names) {
    return List.of(signed("server", key, "middle", middleKey, time, false, names), middle);
  }

  private static KeyPair pair(String kind, int bits) {
    try {
      var generator = KeyPairGenerator.getInstance(kind);
      if (bits > 0) {
        generator.initialize(bits);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate signed(
      String name,
      PublicKey key,
      String by,
      KeyPair byKey,
      Time time,
      boolean authority,
      GeneralName... names) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
                  new X500Name("CN=" + by),
                  BigInteger.valueOf(SERIAL.getAndIncrement()),
                  Date.from(time.from()),
                  Date.from(time.to()),
                  new X500Name("CN=" + name),
                  key)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (names.length > 0) {
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      var holder =
          builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(byKey.getPrivate()));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Who vouches for what it signed. */
  public List<X509Certificate> roots() {
    return List.of(root);
  }

  /** Trusts this authority and no other, as browsers trust theirs. */
  public SSLContext trust() throws GeneralSecurityException, IOException {
    return TestTls.trusting(roots());
  }

  /** Both kinds of text in one file. */
  static byte[] together(byte[]... texts) {
    return Stream.of(texts)
        .map(text -> new String(text, StandardCharsets.US_ASCII))
        .reduce("", String::concat)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
