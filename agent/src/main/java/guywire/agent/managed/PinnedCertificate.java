package guywire.agent.managed;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts one certificate, known by its fingerprint, whoever signed it and whatever it is for. */
public final class PinnedCertificate extends X509ExtendedTrustManager {

  private final byte[] fingerprint;

  private PinnedCertificate(String fingerprint) {
    this.fingerprint = HexFormat.of().parseHex(fingerprint);
  }

  /**
   * TLS 1.3 with the server whose certificate has this SHA-256, in hexadecimal. The server is told
   * that it is known so, and answers with that certificate and no other.
   */
  public static SSLContext context(String fingerprint) {
    try {
      var tls = SSLContext.getInstance("TLSv1.3");
      tls.init(null, new TrustManager[] {new PinnedCertificate(fingerprint)}, null);
      return new PinnedContext(tls);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS 1.3", e);
    }
  }

  /**
   * What a client says besides while TLS begins.
   *
   * @param name the server's, where it is asked at an address: what stands before servers may go by
   *     it
   */
  public static SSLParameters parameters(Optional<String> name) {
    var parameters = new SSLParameters();
    name.ifPresent(each -> parameters.setServerNames(List.of(new SNIHostName(each))));
    return parameters;
  }

  /** Whether it was the certificate that ended a connection: another server answers. */
  public static boolean isAnother(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }

  private void check(X509Certificate... chain) throws CertificateException {
    try {
      byte[] shown = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
      if (!MessageDigest.isEqual(shown, fingerprint)) {
        throw new CertificateException("another certificate");
      }
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException("no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("no server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
