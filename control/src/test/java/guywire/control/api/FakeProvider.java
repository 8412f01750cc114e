package guywire.control.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import guywire.control.tls.TestTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.ObjectNode;

/**
 * An identity provider that does as a good one does, until a test has it do otherwise. Its fields
 * are set by the thread of the test before it is asked.
 */
final class FakeProvider implements AutoCloseable {

  static final String CLIENT = "guywire";
  static final String SECRET = "a secret of this test";

  /** Made once: it takes a while. */
  static final RSAKey KEY = key("its-own");

  /** What claims become. */
  @FunctionalInterface
  interface Change {
    void to(JWTClaimsSet.Builder claims);
  }

  /** Makes a token of claims. */
  @FunctionalInterface
  interface Signer {
    String sign(JWTClaimsSet claims) throws JOSEException;
  }

  /** Answers in place of the usual. */
  @FunctionalInterface
  interface Handler {
    void answer(HttpExchange exchange) throws IOException;
  }

  private record Begun(String nonce, String challenge, String wayBack) {}

  private final HttpsServer server;
  private final String issuer;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Map<String, Begun> begun = new ConcurrentHashMap<>();
  private final AtomicInteger codes = new AtomicInteger();

  /** How often each path was asked for. */
  final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

  /** What is answered at a path instead. */
  final Map<String, Handler> instead = new ConcurrentHashMap<>();

  volatile Change change = _ -> {};
  volatile Signer signer = claims -> signed(KEY, claims);
  volatile JWKSet keys = new JWKSet(KEY.toPublicJWK());
  final ObjectNode discovery = RunningServer.MAPPER.createObjectNode();

  FakeProvider() throws IOException, GeneralSecurityException {
    var tls = TestTls.showing(RunningServer.CERTIFICATE, RunningServer.PASSWORD);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer = "https://127.0.0.1:" + server.getAddress().getPort();
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    discovery.put("issuer", issuer());
    discovery.put("authorization_endpoint", issuer() + "/authorize?tenant=one");
    discovery.put("token_endpoint", issuer() + "/token");
    discovery.put("jwks_uri", issuer() + "/keys");
    server.start();
  }

  static RSAKey key(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String signed(RSAKey key, JWTClaimsSet claims) throws JOSEException {
    var token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
    token.sign(new RSASSASigner(key));
    return token.serialize();
  }

  String issuer() {
    return issuer;
  }

  /** Signs somebody in where a browser was sent to: the code that it is sent back with. */
  String code(String url) {
    var sent = form(URI.create(url).getRawQuery());
    String code = "code-" + codes.incrementAndGet();
    begun.put(
        code, new Begun(sent.get("nonce"), sent.get("code_challenge"), sent.get("redirect_uri")));
    return code;
  }

  static Map<String, String> form(String text) {
    var form = new HashMap<String, String>();
    for (var pair : text.split("&")) {
      var parts = pair.split("=", 2);
      form.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return form;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      asked.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
      var other = instead.get(path);
      if (other != null) {
        other.answer(exchange);
        return;
      }
      switch (path) {
        case "/.well-known/openid-configuration" -> send(exchange, 200, discovery.toString());
        case "/keys" -> send(exchange, 200, keys.toString());
        case "/token" -> token(exchange);
        default -> send(exchange, 404, "{}");
      }
    } catch (JOSEException e) {
      throw new IOException(e);
    }
  }

  private void token(HttpExchange exchange) throws IOException, JOSEException {
    var form =
        form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
    String pair = CLIENT + ":" + SECRET.replace(" ", "%20");
    String basic =
        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    var known = begun.remove(form.getOrDefault("code", ""));
    if (known == null
        || !basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))
        || !known.challenge().equals(challenge(form.get("code_verifier")))
        || !known.wayBack().equals(form.get("redirect_uri"))) {
      send(exchange, 400, "{\"error\": \"invalid_grant\"}");
      return;
    }
    var now = Instant.now();
    var claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer())
            .audience(CLIENT)
            .subject("subject-of-ben")
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plusSeconds(300)))
            .claim("nonce", known.nonce())
            .claim("email", "ben@example.net")
            .claim("email_verified", true)
            .claim("preferred_username", "Ben");
    change.to(claims);
    var answer = RunningServer.MAPPER.createObjectNode();
    answer.put("access_token", "an-access-token");
    answer.put("token_type", "Bearer");
    answer.put("id_token", signer.sign(claims.build()));
    send(exchange, 200, answer.toString());
  }

  private static String challenge(String verifier) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(String.valueOf(verifier).getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  int timesAsked(String path) {
    var times = asked.get(path);
    return times == null ? 0 : times.get();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      server.stop(0);
    }
  }
}
