package guywire.control;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Somebody who asks whichever of several servers answers. What was asked and not answered is not
 * asked again: it may have arrived.
 */
final class Asking implements AutoCloseable {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final InetAddress address;
  private volatile HttpClient client;
  private final List<String> places;
  private volatile int place;

  /**
   * One at an address of its own.
   *
   * @param places the servers; looked at anew each time
   */
  Asking(CopyOnWriteArrayList<String> places, String address)
      throws IOException, GeneralSecurityException {
    this.places = places;
    this.address = InetAddress.getByName(address);
    this.client = client();
  }

  private HttpClient client() throws GeneralSecurityException {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(new TrustEverybody().context())
        .localAddress(address)
        .connectTimeout(Duration.ofSeconds(3))
        .build();
  }

  /** An answer. */
  record Said(int status, String text) {
    JsonNode json() {
      return MAPPER.readTree(text);
    }
  }

  /** Which server answered last, counted from 0. */
  int place() {
    return place;
  }

  /** Goes on with another server, on new connections in any case. */
  void next() {
    place = (place + 1) % places.size();
    try {
      var former = client;
      client = client();
      former.shutdownNow();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  Said ask(String method, String path, String token, String body) throws IOException {
    var response = client(request(method, path, token, body), BodyHandlers.ofString());
    return new Said(response.statusCode(), response.body());
  }

  /** An answer that does not end. */
  InputStream follow(String path, String token) throws IOException {
    var response = client(request("GET", path, token, ""), BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      response.body().close();
      throw new IOException("status " + response.statusCode());
    }
    return response.body();
  }

  private HttpRequest request(String method, String path, String token, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(places.get(place) + "/api/v1" + path))
            .timeout(PATIENCE)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    return token.isEmpty()
        ? request.build()
        : request.header("Authorization", "Bearer " + token).build();
  }

  private <T> HttpResponse<T> client(HttpRequest request, HttpResponse.BodyHandler<T> handler)
      throws IOException {
    try {
      return client.send(request, handler);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
