package guywire.control.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/**
 * What a server speaks TLS with.
 *
 * @param context for its connections
 * @param ownExpires when its own certificate ends
 * @param given those of another certificate, for browsers
 * @param challenged whether it answers the challenges of an authority
 */
public record ServerTls(
    SSLContext context, Instant ownExpires, Optional<CertificateFiles> given, boolean challenged) {

  /** With a certificate of its own, and perhaps another. */
  public static ServerTls of(
      PrivateKey key, X509Certificate certificate, Optional<CertificateFiles> given) {
    return of(key, certificate, given, Optional.empty());
  }

  /** With a certificate of its own, and perhaps another, for which an authority asks. */
  public static ServerTls of(
      PrivateKey key,
      X509Certificate certificate,
      Optional<CertificateFiles> given,
      Optional<ChallengeAnswers> answers) {
    var own = new SignedCertificate(key, List.of(certificate));
    try {
      var context = SSLContext.getInstance("TLSv1.3");
      context.init(new KeyManager[] {new AnsweringCertificates(own, given, answers)}, null, null);
      return new ServerTls(context, own.expires(), given, answers.isPresent());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS 1.3", e);
    }
  }
}
