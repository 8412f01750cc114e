package guywire.cli;

import guywire.agent.managed.PinnedCertificate;
import guywire.agent.managed.ServerPlaces;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A server, asked over its API. It is known by its certificate's fingerprint and nothing else, and
 * asked at another of its addresses where one is not reached.
 *
 * <p>For one thread.
 */
final class ServerClient {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Duration ANSWER = Duration.ofSeconds(120);

  /** Somebody may be slow, and whoever else is there is found without waiting for him. */
  private static final Duration CONNECT = Duration.ofSeconds(20);

  private final ServerLink link;
  private final Locale locale;
  private final ServerPlaces places;
  private final HttpClient client;

  /** Which of the places answered last. */
  private String place;

  ServerClient(ServerLink link, Locale locale) {
    this(link, List.of(), locale);
  }

  /**
   * One that may be elsewhere, too.
   *
   * @param others where it was before, and other servers on its database
   */
  ServerClient(ServerLink link, List<String> others, Locale locale) {
    this.link = link;
    this.locale = locale;
    this.places = ServerPlaces.of(link.url()).and(link.url(), others);
    this.place = places.urls().getFirst();
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(PinnedCertificate.context(link.fingerprint()))
            .sslParameters(PinnedCertificate.parameters(places.name()))
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

  /** Where it is: all its addresses, the one that answered last first. */
  List<String> places() {
    var all = new ArrayList<>(places.urls());
    Collections.rotate(all, -all.indexOf(place));
    return all;
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

  /**
   * Asks the place that answered last, or else who of the others can be connected to first. What
   * may have arrived is not sent again.
   */
  private Said ask(String method, String path, String body) {
    var left = places();
    boolean another = false;
    // Where nobody is reached, one is asked all the same, and what comes of it is said.
    String at = ServerPlaces.reached(left, CONNECT).orElse(place);
    while (true) {
      try {
        var response = client.send(request(at, method, path, body), BodyHandlers.ofString());
        place = at;
        return new Said(response.statusCode(), response.body());
      } catch (IOException e) {
        another |= PinnedCertificate.isAnother(e);
        left.remove(at);
        var next =
            ServerPlaces.isUntouched(e)
                ? ServerPlaces.reached(left, CONNECT)
                : Optional.<String>empty();
        if (next.isEmpty()) {
          String why = Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
          throw away(another ? "server-another" : "server-away", why);
        }
        at = next.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw away("server-away", "interrupted");
      }
    }
  }

  private Refusal away(String key, String why) {
    return new Refusal(ExitCode.UNABLE, Text.of(Refusal.class, key, link.url(), why));
  }

  private HttpRequest request(String base, String method, String path, String body) {
    return HttpRequest.newBuilder(URI.create(base + "/api/v1" + path))
        .timeout(ANSWER)
        .header("Authorization", "Bearer " + link.token())
        .header("Accept-Language", locale.getLanguage().equals("zh") ? "zh-CN" : "en")
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
  }
}
