package guywire.control;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Talks to whoever answers, and keeps who that was. */
final class TrustEverybody extends X509ExtendedTrustManager {

  private volatile String fingerprint = "";

  SSLContext context() throws GeneralSecurityException {
    var tls = SSLContext.getInstance("TLSv1.3");
    tls.init(null, new TrustManager[] {this}, null);
    return tls;
  }

  /** SHA-256 of the certificate that was shown last. */
  String fingerprint() {
    return fingerprint;
  }

  private void see(X509Certificate... chain) {
    try {
      fingerprint =
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
    see(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
    see(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) {
    see(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) {}

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
