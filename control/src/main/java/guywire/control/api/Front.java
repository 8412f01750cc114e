package guywire.control.api;

import guywire.control.change.Busy;
import guywire.control.oidc.SignInAttempts;
import guywire.control.store.StoreException;
import guywire.control.store.Token;
import guywire.control.store.TokenSecret;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Between the web server and the gate: requests become values, replies and problems become
 * responses, each with the headers that keep browsers from doing harm with it. Nothing of what went
 * wrong inside is told outside.
 */
final class Front implements Handler {

  private static final Logger LOGGER = System.getLogger(Front.class.getName());

  /** Browsers take a cookie with this prefix over TLS from this host alone, and for all of it. */
  private static final String COOKIE = "__Host-guywire";

  /** What a browser keeps while it is at the identity provider. */
  private static final String ATTEMPT = "__Host-guywire-sign-in";

  /** A body has to be there by then: whoever sends it byte by byte is not waited for. */
  private static final Duration BODY_TIME = Duration.ofSeconds(20);

  /**
   * On every response. The API shows nothing to a browser that a page of ours would not ask for.
   */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Strict-Transport-Security", "max-age=31536000",
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Referrer-Policy", "no-referrer",
          "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
          "Cross-Origin-Resource-Policy", "same-origin",
          "Cache-Control", "no-store");

  private final Gate gate;
  private final EventStreams streams;
  private final OrderStreams orders;
  private final Answers answers;
  private final WebPage page;

  Front(Gate gate, EventStreams streams, OrderStreams orders, Answers answers, WebPage page) {
    this.answers = answers;
    this.orders = orders;
    this.gate = gate;
    this.streams = streams;
    this.page = page;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    PatientSelector.answering(() -> {
      answer(request, response);
      answers.count(response.status().code());
    });
  }

  private void answer(ServerRequest request, ServerResponse response) {
    HEADERS.forEach((name, value) -> response.header(name, value));
    if (page.answer(request, response)) {
      return;
    }
    var locale = locale(request);
    try {
      send(response, gate.answer(request(request, locale)));
    } catch (Problem e) {
      send(response, e, locale);
    } catch (Busy e) {
      send(response, Problem.of(503, "busy"), locale);
    } catch (StoreException e) {
      LOGGER.log(Level.WARNING, e.getMessage());
      send(response, Problem.of(503, "store"), locale);
    } catch (UncheckedIOException e) {
      // Whoever asked has gone.
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      LOGGER.log(Level.ERROR, "a request failed", e);
      send(response, Problem.of(500, "failed"), locale);
    }
  }

  private static Locale locale(ServerRequest request) {
    return header(request, "Accept-Language").filter(tag -> tag.startsWith("zh")).isPresent()
        ? Locale.SIMPLIFIED_CHINESE
        : Locale.ENGLISH;
  }

  static Optional<String> header(ServerRequest request, String name) {
    return request.headers().first(HeaderNames.create(name));
  }

  private static Request request(ServerRequest request, Locale locale) {
    return new Request(
        request.prologue().method().text(),
        path(request.path().rawPath()),
        query(request),
        header(request, "Authorization"),
        browser(request),
        header(request, "Last-Event-ID"),
        locale,
        address(request),
        longest -> content(request, longest));
  }

  private static Request.Browser browser(ServerRequest request) {
    return new Request.Browser(
        cookie(request, COOKIE),
        cookie(request, ATTEMPT),
        header(request, "X-Guywire-Page").isPresent(),
        header(request, "Origin"),
        header(request, "Sec-Fetch-Site"),
        header(request, "Host"));
  }

  /** Only a value that is there once: of two, one is somebody else's. */
  private static Optional<String> cookie(ServerRequest request, String name) {
    var values =
        request.headers().values(HeaderNames.COOKIE).stream()
            .flatMap(line -> Stream.of(line.split(";")))
            .map(String::strip)
            .filter(pair -> pair.startsWith(name + "="))
            .map(pair -> pair.substring(name.length() + 1))
            .toList();
    return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
  }

  private static InetAddress address(ServerRequest request) {
    return request.remotePeer().address() instanceof InetSocketAddress internet
            && internet.getAddress() != null
        ? internet.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  /** The parts of a path: first cut at slashes and then decoded, so that no part holds a way. */
  static List<String> path(String raw) {
    var parts = new ArrayList<String>();
    if (!raw.startsWith("/")) {
      throw Problem.of(404, "not-found");
    }
    for (var part : raw.substring(1).split("/", -1)) {
      parts.add(decoded(part));
    }
    return parts;
  }

  private static Map<String, String> query(ServerRequest request) {
    var query = new HashMap<String, String>();
    for (var name : request.query().names()) {
      var values = request.query().all(name);
      if (values.size() > 1) {
        throw Problem.of(400, "twice", name);
      }
      query.put(name, values.isEmpty() ? "" : values.getFirst());
    }
    return query;
  }

  private static String decoded(String part) {
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '%') {
        String digits = i + 3 <= part.length() ? part.substring(i + 1, i + 3) : "";
        if (!digits.matches("[0-9A-Fa-f]{2}")) {
          throw Problem.of(404, "not-found");
        }
        bytes.write(Integer.parseInt(digits, 16));
        i += 2;
      } else if (c < 0x80) {
        bytes.write(c);
      } else {
        throw Problem.of(404, "not-found");
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw Problem.of(404, "not-found");
    }
  }

  private static byte[] content(ServerRequest request, int longest) {
    var length = header(request, "Content-Length").filter(text -> text.matches("[0-9]{1,18}"));
    if (length.isPresent() && Long.parseLong(length.get()) > longest) {
      throw Problem.of(413, "too-long", String.valueOf(longest));
    }
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    long end = System.nanoTime() + BODY_TIME.toNanos();
    var bytes = new ByteArrayOutputStream();
    var buffer = new byte[8192];
    try (var in = request.content().inputStream()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        bytes.write(buffer, 0, read);
        if (bytes.size() > longest) {
          throw Problem.of(413, "too-long", String.valueOf(longest));
        }
        if (System.nanoTime() > end) {
          throw Problem.of(408, "too-slow");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void send(ServerResponse response, Reply reply) {
    switch (reply) {
      case Reply.Json json -> send(response, json.status(), ApiJson.bytes(json.body()));
      case Reply.Signed signed -> {
        response.header("Set-Cookie", cookie(signed.session()));
        send(response, signed.status(), ApiJson.bytes(signed.body()));
      }
      case Reply.Away away -> {
        response.header(
            "Set-Cookie",
            cookie(ATTEMPT, away.attempt().cookie(), SignInAttempts.LIFE.toSeconds()));
        send(response, away.status(), ApiJson.bytes(away.body()));
      }
      case Reply.Text text -> {
        text.tag().ifPresent(tag -> response.header("ETag", "\"" + tag + "\""));
        response.header("Content-Type", text.type());
        response.send(text.text().getBytes(StandardCharsets.UTF_8));
      }
      case Reply.Events events -> streams.send(response, events, gate);
      case Reply.Told told -> orders.send(response, told, gate);
    }
  }

  private static String cookie(Optional<TokenSecret> session) {
    return cookie(
        COOKIE,
        session.map(TokenSecret::reveal).orElse(""),
        session.map(_ -> Token.SESSION.toSeconds()).orElse(0L));
  }

  /** The page asks for all that needs one, so that none comes with what another site sends. */
  private static String cookie(String name, String value, long seconds) {
    return name + "=" + value + "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=" + seconds;
  }

  private static void send(ServerResponse response, Problem problem, Locale locale) {
    if (problem.status() == 401) {
      response.header("WWW-Authenticate", "Bearer");
    }
    var node = problem.json(locale);
    node.optional("retry-after-seconds")
        .ifPresent(seconds -> response.header("Retry-After", seconds.asString()));
    send(response, problem.status(), ApiJson.bytes(node));
  }

  private static void send(ServerResponse response, int status, byte[] body) {
    response.status(Status.create(status));
    response.header("Content-Type", "application/json");
    response.send(body);
  }
}
