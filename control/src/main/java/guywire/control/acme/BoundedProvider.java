package guywire.control.acme;

import guywire.control.tls.AuthorityTrust;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.shredzone.acme4j.connector.HttpConnector;
import org.shredzone.acme4j.connector.NetworkSettings;
import org.shredzone.acme4j.provider.GenericAcmeProvider;

/**
 * Has acme4j speak to an authority by one client of ours, in place of one of its own for each
 * request.
 */
final class BoundedProvider extends GenericAcmeProvider implements AutoCloseable {

  private final BoundedClient client;

  /**
   * One for an order.
   *
   * @param authorities who signed the authority's certificate; empty for those that the JDK knows
   * @param connect how long a connection may take to be made
   */
  BoundedProvider(List<X509Certificate> authorities, Duration connect) {
    var builder = HttpClient.newBuilder().followRedirects(Redirect.NEVER).connectTimeout(connect);
    if (!authorities.isEmpty()) {
      builder.sslContext(AuthorityTrust.in(authorities));
    }
    this.client = new BoundedClient(builder.build());
  }

  @Override
  protected HttpConnector createHttpConnector(NetworkSettings settings) {
    return new HttpConnector(settings) {
      @Override
      public HttpClient.Builder createClientBuilder() {
        return new Built(client);
      }
    };
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }

  /** Builds what is there, whatever is wished of it. */
  private record Built(HttpClient client) implements HttpClient.Builder {

    @Override
    public HttpClient build() {
      return client;
    }

    @Override
    public HttpClient.Builder cookieHandler(CookieHandler handler) {
      return this;
    }

    @Override
    public HttpClient.Builder connectTimeout(Duration timeout) {
      return this;
    }

    @Override
    public HttpClient.Builder sslContext(SSLContext context) {
      return this;
    }

    @Override
    public HttpClient.Builder sslParameters(SSLParameters parameters) {
      return this;
    }

    @Override
    public HttpClient.Builder executor(Executor executor) {
      return this;
    }

    @Override
    public HttpClient.Builder followRedirects(Redirect policy) {
      return this;
    }

    @Override
    public HttpClient.Builder version(Version version) {
      return this;
    }

    @Override
    public HttpClient.Builder priority(int priority) {
      return this;
    }

    @Override
    public HttpClient.Builder proxy(ProxySelector selector) {
      return this;
    }

    @Override
    public HttpClient.Builder authenticator(Authenticator authenticator) {
      return this;
    }
  }
}
