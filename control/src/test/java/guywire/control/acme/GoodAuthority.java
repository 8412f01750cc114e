package guywire.control.acme;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import guywire.control.tls.TestAuthority;
import guywire.control.tls.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import tools.jackson.databind.json.JsonMapper;

/**
 * An authority on the loopback interface that does as a good one does, but believes all that it is
 * told; what it answers may be changed on its way. One order at a time.
 */
final class GoodAuthority implements AutoCloseable {

  /** Where it answers something, in the order in which it is asked. */
  static final List<String> PLACES =
      List.of(
          "/directory",
          "/nonce",
          "/account",
          "/order",
          "/authorization",
          "/challenge",
          "/order/1",
          "/finalize",
          "/certificate");

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /**
   * An answer.
   *
   * @param status its status
   * @param headers its headers
   * @param body what it says
   */
  record Answer(int status, Map<String, String> headers, byte[] body) {
    Answer with(int other) {
      return new Answer(other, headers, body);
    }

    Answer with(String header, String value) {
      var more = new HashMap<>(headers);
      more.put(header, value);
      return new Answer(status, more, body);
    }

    Answer without(String header) {
      var less = new HashMap<>(headers);
      less.remove(header);
      return new Answer(status, less, body);
    }

    Answer with(byte[] other) {
      return new Answer(status, headers, other);
    }
  }

  /** What becomes of an answer on its way. */
  @FunctionalInterface
  interface Change {
    Answer of(String path, Answer answer);
  }

  /** What is changed; set by the thread of the test between orders. */
  volatile Change change = (_, answer) -> answer;

  private final TestAuthority signer;
  private final String name;
  private final HttpsServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger requests = new AtomicInteger();
  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private volatile String proven = "pending";
  private volatile String order = "pending";
  private volatile byte[] chain = {};

  /**
   * One that signs for a name.
   *
   * @param signer what it signs with; its own certificate is of that, too
   */
  GoodAuthority(TestAuthority signer, String name) throws IOException, GeneralSecurityException {
    this.signer = signer;
    this.name = name;
    var context = TestTls.showing(signer.issueForAddress("127.0.0.1"));
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String base() {
    return "https://127.0.0.1:" + server.getAddress().getPort();
  }

  /** How often it was asked anything. */
  int requests() {
    return requests.get();
  }

  /** Where it was asked since it was created. */
  Set<String> asked() {
    return Set.copyOf(asked);
  }

  private void answer(HttpExchange exchange) throws IOException {
    int number = requests.incrementAndGet();
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      asked.add(path);
      var answer = usual(path, body);
      // So that where nonces are made is asked, too.
      var usual =
          path.equals("/directory") ? answer : answer.with("Replay-Nonce", "abcdefgh" + number);
      var changed = change.of(path, usual);
      changed.headers().forEach(exchange.getResponseHeaders()::set);
      boolean none = changed.body().length == 0 || exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(changed.status(), none ? -1 : changed.body().length);
      if (!none) {
        exchange.getResponseBody().write(changed.body());
      }
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private Answer usual(String path, byte[] body) throws IOException, GeneralSecurityException {
    return switch (path) {
      case "/directory" ->
          json(
              200,
              """
              {"newNonce": "%1$s/nonce", "newAccount": "%1$s/account", "newOrder": "%1$s/order",
               "meta": {"termsOfService": "%1$s/terms", "website": "%1$s/"}}\
              """
                  .formatted(base()));
      case "/nonce" -> new Answer(200, Map.of(), new byte[0]);
      case "/account" ->
          json(201, "{\"status\": \"valid\", \"contact\": []}")
              .with("Location", base() + "/account/1");
      case "/order" -> {
        proven = "pending";
        order = "pending";
        yield order(201).with("Location", base() + "/order/1");
      }
      case "/order/1" -> order(200);
      case "/authorization" -> json(200, authorization());
      case "/challenge" -> {
        proven = "valid";
        order = "ready";
        yield json(200, challenge());
      }
      case "/finalize" -> {
        chain = signer.chainFor(requested(body).getPublicKey(), name);
        order = "valid";
        yield order(200).with("Location", base() + "/order/1");
      }
      case "/certificate" ->
          new Answer(200, Map.of("Content-Type", "application/pem-certificate-chain"), chain);
      default -> new Answer(404, Map.of(), new byte[0]);
    };
  }

  /** The request for a certificate in what was sent, by whomever it is signed. */
  private static JcaPKCS10CertificationRequest requested(byte[] body) throws IOException {
    var decoder = Base64.getUrlDecoder();
    String sent = MAPPER.readTree(body).path("payload").asString();
    String request = MAPPER.readTree(decoder.decode(sent)).path("csr").asString();
    return new JcaPKCS10CertificationRequest(decoder.decode(request));
  }

  private Answer order(int status) {
    return json(
        status,
        """
        {"status": "%2$s", "identifiers": [{"type": "dns", "value": "%3$s"}],
         "authorizations": ["%1$s/authorization"], "finalize": "%1$s/finalize"%4$s}\
        """
            .formatted(
                base(),
                order,
                name,
                order.equals("valid")
                    ? ", \"certificate\": \"%s/certificate\"".formatted(base())
                    : ""));
  }

  private String authorization() {
    return """
    {"status": "%s", "identifier": {"type": "dns", "value": "%s"}, "challenges": [%s]}\
    """
        .formatted(proven, name, challenge());
  }

  private String challenge() {
    return """
    {"type": "tls-alpn-01", "url": "%s/challenge", "status": "%s",
     "token": "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ"}\
    """
        .formatted(base(), proven);
  }

  private static Answer json(int status, String text) {
    return new Answer(
        status, Map.of("Content-Type", "application/json"), text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
