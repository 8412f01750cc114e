package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.regex.Pattern;

/**
 * What a browser sends to a server.
 *
 * @param client whose address and connections it has
 */
record Browser(RunningServer server, HttpClient client) {

  private static final Pattern COOKIE = Pattern.compile("__Host-guywire=(gwt_[A-Za-z0-9_-]{43})");

  Browser(RunningServer server) {
    this(server, server.client);
  }

  /** The cookie of a session, as an answer sets it. */
  static String cookie(Said said) {
    var found = COOKIE.matcher(said.response().headers().firstValue("Set-Cookie").orElse(""));
    assertThat(found.find()).as(said.text()).isTrue();
    return found.group(1);
  }

  /**
   * Asks, with the headers that are given.
   *
   * @param path behind that of the API
   * @param cookie the session's, among another one; empty for none
   */
  Said send(String method, String path, String cookie, String body, String... headers) {
    var request =
        HttpRequest.newBuilder(
                URI.create("https://127.0.0.1:" + server.api.port() + "/api/v1" + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!cookie.isEmpty()) {
      request.header("Cookie", "other=1; __Host-guywire=" + cookie);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return RunningServer.ask(client, request.build());
  }

  /** As the page asks. */
  Said page(String method, String path, String cookie, String body) {
    return send(method, path, cookie, body, "X-Guywire-Page", "1");
  }
}
