package guywire.control.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/**
 * A certificate that names who may be called by it, with those that vouch for it, and its private
 * key, which fits.
 *
 * @param key the private key; in no text
 * @param chain the certificate, then each that signed the one before it
 */
record SignedCertificate(PrivateKey key, List<X509Certificate> chain) {

  private static final int LONGEST_CHAIN = 10;
  private static final int LEAST_RSA_BITS = 2048;
  private static final Set<Integer> FIELD_BITS = Set.of(256, 384, 521);

  /** Before its end a certificate is renewed: at a third of its life usually (certbot, Caddy). */
  private static final int LIVES_OF_SOON = 6;

  private static final Duration MOST_SOON = Duration.ofDays(14);

  /** Kinds of names in a certificate (RFC 5280 section 4.2.1.6). */
  private static final int DNS_NAME = 2;

  private static final int IP_ADDRESS = 7;

  /** Copies the chain. */
  SignedCertificate {
    chain = List.copyOf(chain);
  }

  /**
   * Reads one.
   *
   * @param chain in PEM, the certificate first
   * @param key in PEM: PKCS#8, SEC 1 or PKCS#1, without a password
   */
  static SignedCertificate read(byte[] chain, byte[] key) throws UnusableCertificate {
    var certificates = certificates(chain);
    var first = certificates.getFirst();
    requireStrong(first.getPublicKey());
    for (int i = 1; i < certificates.size(); i++) {
      requireSigned(certificates.get(i - 1), certificates.get(i));
    }
    var read = new SignedCertificate(privateKey(key, first.getPublicKey()), certificates);
    if (read.names(DNS_NAME).findAny().isEmpty() && read.names(IP_ADDRESS).findAny().isEmpty()) {
      throw UnusableCertificate.of("nameless");
    }
    return read;
  }

  private static List<X509Certificate> certificates(byte[] pem) throws UnusableCertificate {
    var all = new ArrayList<X509Certificate>();
    try {
      var factory = CertificateFactory.getInstance("X.509");
      for (var object : objects(pem)) {
        if (object instanceof X509CertificateHolder holder) {
          var encoded = new ByteArrayInputStream(holder.getEncoded());
          all.add((X509Certificate) factory.generateCertificate(encoded));
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw UnusableCertificate.of("no-certificate");
    }
    if (all.isEmpty() || all.size() > LONGEST_CHAIN) {
      throw UnusableCertificate.of("no-certificate");
    }
    return all;
  }

  private static PrivateKey privateKey(byte[] pem, PublicKey other) throws UnusableCertificate {
    Optional<PrivateKeyInfo> found = Optional.empty();
    for (var object : objects(pem)) {
      switch (object) {
        case PrivateKeyInfo info -> found = Optional.of(info);
        case PEMKeyPair pair -> found = Optional.of(info(pair, other));
        case PKCS8EncryptedPrivateKeyInfo _, PEMEncryptedKeyPair _ ->
            throw UnusableCertificate.of("locked");
        default -> {
          // Parameters of a curve, or a certificate beside its key.
        }
      }
    }
    try {
      byte[] encoded = found.orElseThrow(() -> UnusableCertificate.of("no-key")).getEncoded();
      try {
        var spec = new PKCS8EncodedKeySpec(encoded);
        var key = KeyFactory.getInstance(other.getAlgorithm()).generatePrivate(spec);
        requireFit(key, other);
        return key;
      } finally {
        Arrays.fill(encoded, (byte) 0);
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // What is no number of its curve is found at different depths.
      throw UnusableCertificate.of("other-key");
    }
  }

  /** A key in a form that may say nothing of its curve: it is that of the certificate. */
  private static PrivateKeyInfo info(PEMKeyPair pair, PublicKey other) throws UnusableCertificate {
    try {
      var algorithm = SubjectPublicKeyInfo.getInstance(other.getEncoded()).getAlgorithm();
      return new PrivateKeyInfo(algorithm, pair.getPrivateKeyInfo().parsePrivateKey());
    } catch (IOException | RuntimeException e) {
      throw UnusableCertificate.of("other-key");
    }
  }

  /** All that stands in a PEM text. What the parser says of wrong text could quote it. */
  private static List<Object> objects(byte[] pem) throws UnusableCertificate {
    var all = new ArrayList<Object>();
    try (var parser =
        new PEMParser(
            new InputStreamReader(new ByteArrayInputStream(pem), StandardCharsets.US_ASCII))) {
      for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
        all.add(next);
      }
      return all;
    } catch (IOException | RuntimeException e) {
      throw UnusableCertificate.of("no-pem");
    }
  }

  private static void requireStrong(PublicKey key) throws UnusableCertificate {
    boolean strong =
        switch (key) {
          case RSAKey rsa -> rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
          case ECKey ec -> FIELD_BITS.contains(ec.getParams().getCurve().getField().getFieldSize());
          default -> key.getAlgorithm().equals("EdDSA");
        };
    if (!strong || signature(key).isEmpty()) {
      throw UnusableCertificate.of("kind");
    }
  }

  private static Optional<String> signature(PublicKey key) {
    return switch (key.getAlgorithm()) {
      case "RSA" -> Optional.of("SHA256withRSA");
      case "EC" -> Optional.of("SHA256withECDSA");
      case "EdDSA" -> Optional.of("EdDSA");
      default -> Optional.empty();
    };
  }

  private static void requireFit(PrivateKey key, PublicKey other)
      throws GeneralSecurityException, UnusableCertificate {
    byte[] text = new byte[32];
    new SecureRandom().nextBytes(text);
    var signature = Signature.getInstance(signature(other).orElseThrow());
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(other);
    signature.update(text);
    if (!signature.verify(signed)) {
      throw UnusableCertificate.of("other-key");
    }
  }

  private static void requireSigned(X509Certificate one, X509Certificate by)
      throws UnusableCertificate {
    try {
      one.verify(by.getPublicKey());
    } catch (GeneralSecurityException e) {
      throw UnusableCertificate.of("chain");
    }
  }

  /** Whether who calls a server so may be answered with this certificate. */
  boolean isFor(String name) {
    String wanted = name.toLowerCase(Locale.ROOT);
    int dot = wanted.indexOf('.');
    return names(DNS_NAME)
        .map(each -> each.toLowerCase(Locale.ROOT))
        .anyMatch(each ->
            each.equals(wanted)
                // One label, and the first (RFC 9525 section 6.3).
                || (dot > 0
                    && each.startsWith("*.")
                    && each.substring(1).equals(wanted.substring(dot))));
  }

  /** Whether it is for an address, which nobody says when he calls one. */
  boolean isForAddresses() {
    return names(IP_ADDRESS).findAny().isPresent();
  }

  /** A name to call it by; empty where it has none but for many. */
  Optional<String> name() {
    return names(DNS_NAME).filter(each -> !each.startsWith("*")).findFirst();
  }

  /** The names of hosts that it is for, in lower case. */
  Set<String> dnsNames() {
    return names(DNS_NAME)
        .map(each -> each.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  private Stream<String> names(int kind) {
    try {
      return Optional.ofNullable(chain.getFirst().getSubjectAlternativeNames()).stream()
          .flatMap(Collection::stream)
          .filter(each -> each.getFirst().equals(kind))
          .map(each -> String.valueOf(each.getLast()));
    } catch (CertificateParsingException e) {
      return Stream.empty();
    }
  }

  String algorithm() {
    return chain.getFirst().getPublicKey().getAlgorithm();
  }

  Instant begins() {
    return chain.getFirst().getNotBefore().toInstant();
  }

  Instant expires() {
    return chain.getFirst().getNotAfter().toInstant();
  }

  /** From when on it should have been renewed. */
  Instant soon() {
    var share = Duration.between(begins(), expires()).dividedBy(LIVES_OF_SOON);
    return expires().minus(share.compareTo(MOST_SOON) < 0 ? share : MOST_SOON);
  }

  @Override
  public String toString() {
    return "certificate for " + String.join(", ", names(DNS_NAME).toList());
  }
}
