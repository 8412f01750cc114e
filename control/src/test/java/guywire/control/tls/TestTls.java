package guywire.control.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS of a test, as who shows a certificate, and as who trusts some and no others. */
public final class TestTls {

  private TestTls() {}

  /** Shows the certificate of a key store. */
  public static SSLContext showing(KeyStore keys, String password) throws GeneralSecurityException {
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, password.toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  /** Shows what an authority of a test has signed. */
  public static SSLContext showing(TestAuthority.Issued issued)
      throws GeneralSecurityException, IOException {
    var keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    keys.setKeyEntry(
        "server",
        issued.key().getPrivate(),
        new char[0],
        issued.chain().toArray(X509Certificate[]::new));
    return showing(keys, "");
  }

  /** Trusts these, and whom they vouch for. */
  public static SSLContext trusting(List<X509Certificate> certificates)
      throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < certificates.size(); i++) {
      store.setCertificateEntry(String.valueOf(i), certificates.get(i));
    }
    return trusting(store);
  }

  /** Trusts the certificates of a key store, and whom they vouch for. */
  public static SSLContext trusting(KeyStore certificates) throws GeneralSecurityException {
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(certificates);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
