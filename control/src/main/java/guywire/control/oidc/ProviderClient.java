package guywire.control.oidc;

import guywire.control.tls.AuthorityTrust;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks an identity provider: over HTTPS, with a limit on how long and how much it answers, and
 * never elsewhere than where it was asked. Safe for use by several threads.
 */
final class ProviderClient implements AutoCloseable {

  /** The longest answer, in bytes: keys of a large provider are some 10 KB. */
  static final int LONGEST = 256 << 10;

  private static final int DEEPEST = 32;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxStringLength(LONGEST)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final HttpClient client;
  private final Duration patience;

  /**
   * A client.
   *
   * @param authorities who signs the provider's certificate; empty for those that the JDK knows
   * @param patience so long an answer may take, to its last byte
   */
  ProviderClient(List<X509Certificate> authorities, Duration patience) {
    var builder = HttpClient.newBuilder().followRedirects(Redirect.NEVER).connectTimeout(patience);
    if (!authorities.isEmpty()) {
      builder.sslContext(AuthorityTrust.in(authorities));
    }
    this.client = builder.build();
    this.patience = patience;
  }

  /**
   * What was answered.
   *
   * @param status the status
   * @param body the JSON object
   */
  record Heard(int status, JsonNode body) {}

  /** Asks for an object, with a token where one is given. */
  JsonNode get(URI place, Optional<String> token) throws OidcRefusal {
    var request = HttpRequest.newBuilder(place).header("Accept", "application/json");
    token.ifPresent(shown -> request.header("Authorization", "Bearer " + shown));
    var answer = send(request.build());
    if (answer.status() != 200) {
      throw OidcRefusal.away(place.getHost() + " answers " + answer.status());
    }
    return answer.body();
  }

  /** Sends a form. */
  Heard post(URI place, String form, Optional<String> authorization) throws OidcRefusal {
    var request =
        HttpRequest.newBuilder(place)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form));
    authorization.ifPresent(value -> request.header("Authorization", value));
    return send(request.build());
  }

  private Heard send(HttpRequest request) throws OidcRefusal {
    String host = String.valueOf(request.uri().getHost());
    var sent =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LONGEST));
    try {
      // The client's own limit ends with the head of an answer.
      var response = sent.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return new Heard(response.statusCode(), object(host, response));
    } catch (TimeoutException e) {
      sent.cancel(true);
      throw OidcRefusal.away(host + " takes too long");
    } catch (ExecutionException e) {
      throw OidcRefusal.away(host + " can't be asked: " + e.getCause());
    } catch (InterruptedException e) {
      sent.cancel(true);
      Thread.currentThread().interrupt();
      throw OidcRefusal.away("interrupted");
    }
  }

  private static JsonNode object(String host, HttpResponse<byte[]> response) throws OidcRefusal {
    try {
      var node = MAPPER.readTree(response.body());
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JacksonException e) {
      // What else it may be is of no interest.
    }
    throw OidcRefusal.away(host + " answers " + response.statusCode() + " and no JSON object");
  }

  /** Reads the claims of a token whose signature was verified. */
  static JsonNode claims(String text) throws OidcRefusal {
    try {
      var node = MAPPER.readTree(text);
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JacksonException e) {
      // As above.
    }
    throw OidcRefusal.notBelieved("the token holds no claims");
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
