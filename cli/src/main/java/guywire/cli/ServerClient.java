package guywire.cli;

import guywire.agent.managed.PinnedCertificate;
import guywire.network.text.Text;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A server, asked over its API. It is known by its certificate's fingerprint and nothing else. */
final class ServerClient {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Duration CONNECT = Duration.ofSeconds(15);
  private static final Duration ANSWER = Duration.ofSeconds(120);

  private final ServerLink link;
  private final Locale locale;
  private final HttpClient client;

  ServerClient(ServerLink link, Locale locale) {
    this.link = link;
    this.locale = locale;
    this.client = client(link.fingerprint());
  }

  private static HttpClient client(String fingerprint) {
    return HttpClient.newBuilder()
        .sslContext(PinnedCertificate.context(fingerprint))
        .connectTimeout(CONNECT)
        .build();
  }

  /**
   * What a server answered.
   *
   * @param status the status
   * @param text the body
   */
  record Said(int status, String text) {

    boolean isGood() {
      return status < 300;
    }

    ObjectNode json() {
      try {
        if (MAPPER.readTree(text) instanceof ObjectNode object) {
          return object;
        }
      } catch (JacksonException e) {
        // What else it may be is of no interest.
      }
      throw Refusal.unreadable("server-strange", String.valueOf(status));
    }

    /** The word for what went wrong. */
    String code() {
      return json().at("/error/code").asString();
    }

    /** The answer, if it is good; else its one line ends the command. */
    Said orRefuse() {
      if (isGood()) {
        return this;
      }
      throw refusal();
    }

    Refusal refusal() {
      return Refusal.unreadable("server-says", json().at("/error/text").asString());
    }
  }

  ServerLink link() {
    return link;
  }

  Said get(String path) {
    return ask("GET", path, "");
  }

  Said post(String path, JsonNode body) {
    return ask("POST", path, body.toString());
  }

  Said put(String path, JsonNode body) {
    return ask("PUT", path, body.toString());
  }

  Said delete(String path) {
    return ask("DELETE", path, "");
  }

  /** A part of a path. */
  static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Said ask(String method, String path, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(link.url() + "/api/v1" + path))
            .timeout(ANSWER)
            .header("Authorization", "Bearer " + link.token())
            .header("Accept-Language", locale.getLanguage().equals("zh") ? "zh-CN" : "en")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      var response = client.send(request, BodyHandlers.ofString());
      return new Said(response.statusCode(), response.body());
    } catch (IOException e) {
      throw new Refusal(
          ExitCode.UNABLE,
          Text.of(
              Refusal.class,
              PinnedCertificate.isAnother(e) ? "server-another" : "server-away",
              link.url(),
              String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal(
          ExitCode.UNABLE, Text.of(Refusal.class, "server-away", link.url(), "interrupted"));
    }
  }
}
