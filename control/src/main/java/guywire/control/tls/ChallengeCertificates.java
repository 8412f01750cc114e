package guywire.control.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificates by which an authority sees that a name is this server's: signed by nobody else,
 * for that name alone, with what it asked for in them. Safe for use by several threads.
 */
/*
 * RFC 8737 section 3. The key is made for this process and signs nothing else. An alias says all that the certificate
 * is made of, so that a handshake that began before the proof ended can end.
 */
final class ChallengeCertificates {

  static final String PREFIX = "challenge-";
  static final String ALGORITHM = "EC";

  /** id-pe-acmeIdentifier. */
  private static final ASN1ObjectIdentifier IDENTIFIER =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.31");

  private static final Duration CLOCKS = Duration.ofDays(1);
  private static final int DIGEST_BYTES = 32;

  private final ChallengeAnswers answers;
  private final KeyPair pair;

  ChallengeCertificates(ChallengeAnswers answers) {
    this.answers = answers;
    try {
      var generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      this.pair = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  /** What is to be shown to who calls the server so; empty if nothing is being proven of that. */
  Optional<String> alias(List<SNIServerName> names) {
    if (names.size() != 1 || !(names.getFirst() instanceof SNIHostName host)) {
      return Optional.empty();
    }
    String name = host.getAsciiName().toLowerCase(Locale.ROOT);
    return answers
        .answer(name)
        .filter(digest -> digest.length == DIGEST_BYTES)
        .map(digest ->
            PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(digest) + "." + name);
  }

  /** The certificate of an alias. */
  Optional<SignedCertificate> pair(String alias) {
    int dot = alias.indexOf('.');
    byte[] digest = Base64.getUrlDecoder().decode(alias.substring(PREFIX.length(), dot));
    try {
      return Optional.of(
          new SignedCertificate(
              pair.getPrivate(), List.of(certificate(alias.substring(dot + 1), digest))));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate for " + alias.substring(dot + 1), e);
    }
  }

  private X509Certificate certificate(String name, byte[] digest)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    var now = Instant.now();
    var subject = new X500Name("CN=acme.invalid");
    var holder =
        new JcaX509v3CertificateBuilder(
                subject,
                BigInteger.valueOf(now.toEpochMilli()),
                Date.from(now.minus(CLOCKS)),
                Date.from(now.plus(CLOCKS)),
                subject,
                pair.getPublic())
            .addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, name)))
            .addExtension(IDENTIFIER, true, new DEROctetString(digest))
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
  }
}
