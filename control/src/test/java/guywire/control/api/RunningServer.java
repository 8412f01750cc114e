package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import guywire.control.Hmac;
import guywire.control.change.Changes;
import guywire.control.join.Joining;
import guywire.control.oidc.IdentityProvider;
import guywire.control.oidc.ProviderSettings;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.tls.ServerTls;
import guywire.control.tls.TestTls;
import guywire.network.Name;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The API as it is met from outside, over TLS on the loopback interface. Every response is held
 * against the description of the API, whatever a test asks.
 */
final class RunningServer implements AutoCloseable {

  static final JsonMapper MAPPER = JsonMapper.builder().build();
  static final JsonNode DESCRIPTION = MAPPER.readTree(ServerCalls.description());
  static final String PASSWORD = "for a test";

  /**
   * Made by the JDK's own program, so that not only ours is understood; one for all tests, because
   * that program takes a second or more.
   */
  static final KeyStore CERTIFICATE = certificate();

  static final String HOMES = example("two-homes.yaml");

  /** Without expect lines. */
  static final String LOOSE = HOMES.substring(0, HOMES.indexOf("expect:"));

  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder.schemas(
                  java.util.Map.of("https://guywire.test/api", ServerCalls.description())));

  final Database database;
  final Changes changes;
  final Joining joining;
  final String fingerprint;
  final Api api;
  final HttpClient client;
  private final SSLContext trust;
  private final ServerTls tls;
  private final Optional<IdentityProvider> provider;

  private RunningServer(
      Database database,
      Changes changes,
      Joining joining,
      String fingerprint,
      Api api,
      SSLContext trust,
      ServerTls tls,
      Optional<IdentityProvider> provider) {
    this.provider = provider;
    this.database = database;
    this.changes = changes;
    this.joining = joining;
    this.fingerprint = fingerprint;
    this.api = api;
    this.trust = trust;
    this.tls = tls;
    this.client = HttpClient.newBuilder().sslContext(trust).build();
  }

  private static String example(String file) {
    try {
      return Files.readString(Path.of("../examples", file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static RunningServer start(Path directory) throws IOException, GeneralSecurityException {
    return start(directory, Api.Patience.USUAL);
  }

  static RunningServer start(Path directory, Api.Patience patience)
      throws IOException, GeneralSecurityException {
    return over(Database.inDirectory(directory.resolve("data")), patience);
  }

  /** One over a database that is closed with it. */
  static RunningServer over(Database database, Api.Patience patience)
      throws GeneralSecurityException {
    return over(database, patience, 0, Optional.empty());
  }

  /** What a server's settings of a provider are, by its address. */
  @FunctionalInterface
  interface Settings {
    ProviderSettings at(String address) throws Exception;
  }

  /** One where users may sign in by a provider, too: it has to know its address before. */
  static RunningServer with(Database database, Settings settings, Duration patience)
      throws Exception {
    for (int i = 0; ; i++) {
      int port;
      try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      var provider =
          IdentityProvider.of(
              settings.at("https://127.0.0.1:" + port), Hmac.KEY, Clock.systemUTC(), patience);
      try {
        return over(database, Api.Patience.USUAL, port, Optional.of(provider));
      } catch (java.io.UncheckedIOException e) {
        // Somebody else took it meanwhile.
        provider.close();
        if (i > 10) {
          throw e;
        }
      }
    }
  }

  /** One at a port, where users may sign in by a provider, too. */
  static RunningServer over(
      Database database, Api.Patience patience, int port, Optional<IdentityProvider> provider)
      throws GeneralSecurityException {
    var changes = new Changes(database, Clock.systemUTC());
    var trust = TestTls.trusting(CERTIFICATE);
    String alias = CERTIFICATE.aliases().nextElement();
    var certificate = (X509Certificate) CERTIFICATE.getCertificate(alias);
    var key = (PrivateKey) CERTIFICATE.getKey(alias, PASSWORD.toCharArray());
    var tls = ServerTls.of(key, certificate, Optional.empty());
    var fingerprint =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    var joining =
        new Joining(database, changes, Clock.systemUTC(), fingerprint, Hmac.KEY, () -> true);
    var api =
        Api.start(
            database,
            changes,
            joining,
            provider,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            tls,
            Clock.systemUTC(),
            patience);
    return new RunningServer(database, changes, joining, fingerprint, api, trust, tls, provider);
  }

  private static KeyStore certificate() {
    try {
      Path directory = Files.createTempDirectory("certificate");
      Path file = directory.resolve("test.p12");
      try {
        return made(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(directory);
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore made(Path file) throws IOException, GeneralSecurityException {
    var made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "SAN=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(made.getInputStream().readAllBytes());
    try {
      assertThat(made.waitFor()).as(said).isZero();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  /** All that can be asked of it. */
  List<Operation> operations() {
    return Operations.over(
        database, changes, joining, provider, new Answers(), tls, Clock.systemUTC());
  }

  SSLContext trust() {
    return trust;
  }

  /** A token, made past the API. */
  String token(Scope scope, Optional<StoredNetwork> network) {
    return token(scope, network, Optional.empty(), Optional.empty());
  }

  String token(
      Scope scope,
      Optional<StoredNetwork> network,
      Optional<Instant> expires,
      Optional<Long> uses) {
    var secret = TokenSecret.random();
    database.write(session ->
        new Tokens(session)
            .add(
                secret,
                new Tokens.Wanted(
                    new Name("anna"), "", scope, network.map(StoredNetwork::id), expires, uses),
                Clock.systemUTC().instant()));
    return secret.reveal();
  }

  /** A network, made by the API. */
  StoredNetwork network(String text) {
    var body = MAPPER.createObjectNode().put("definition", text).toString();
    var said = post("/api/v1/networks", token(Scope.ADMINISTER, Optional.empty()), body);
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    String name = said.json().at("/network/name").asString();
    return database.read(session -> new Networks(session).named(new Name(name))).orElseThrow();
  }

  /**
   * What was answered.
   *
   * @param status the status
   * @param text the body
   * @param response all of it
   */
  record Said(int status, String text, HttpResponse<String> response) {
    JsonNode json() {
      return MAPPER.readTree(text);
    }

    String code() {
      return json().at("/error/code").asString();
    }
  }

  Said get(String path, String token) {
    return ask("GET", path, token, "");
  }

  Said post(String path, String token, String body) {
    return ask("POST", path, token, body);
  }

  /** Asks, and holds the answer against the description. */
  Said ask(String method, String path, String token, String body) {
    var request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + api.port() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return ask(request.build());
  }

  Said ask(HttpRequest request) {
    return ask(client, request);
  }

  /** A client at another address of the loopback interface, which is throttled by itself. */
  HttpClient at(String address) throws IOException {
    return HttpClient.newBuilder()
        .sslContext(trust)
        .localAddress(InetAddress.getByName(address))
        .build();
  }

  static Said ask(HttpClient client, HttpRequest request) {
    try {
      var response = client.send(request, BodyHandlers.ofString());
      var said = new Said(response.statusCode(), response.body(), response);
      fits(request.method(), request.uri().getRawPath(), said);
      return said;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** That an answer is one that the description promises there; an error where nothing is. */
  private static void fits(String method, String path, Said said) {
    String type = said.response().headers().firstValue("Content-Type").orElse("");
    String pointer = "/components/schemas/Error";
    var template = template(path);
    if (template.isPresent() && DESCRIPTION.at(operation(template.get(), method)).isObject()) {
      String content =
          operation(template.get(), method) + "/responses/" + said.status() + "/content";
      assertThat(DESCRIPTION.at(content).isObject())
          .as("%s %s: %d is described: %s", method, path, said.status(), said.text())
          .isTrue();
      assertThat(DESCRIPTION.at(content).propertyNames()).contains(type);
      pointer = content + "/" + type.replace("/", "~1") + "/schema";
    } else {
      assertThat(said.status()).isGreaterThanOrEqualTo(400);
    }
    if (type.equals("application/json")) {
      assertThat(schema(pointer).validate(said.text(), InputFormat.JSON))
          .as("%s %s: %s", method, path, said.text())
          .isEmpty();
    }
    assertThat(said.text()).doesNotContain("\tat ").doesNotContain("java.");
  }

  static Schema schema(String pointer) {
    return SCHEMAS.getSchema(SchemaLocation.of("https://guywire.test/api#" + pointer));
  }

  private static String operation(String template, String method) {
    return "/paths/"
        + template.replace("~", "~0").replace("/", "~1")
        + "/"
        + method.toLowerCase(java.util.Locale.ROOT);
  }

  private static Optional<String> template(String path) {
    List<String> parts = List.of(path.substring(1).split("/", -1));
    for (var template : DESCRIPTION.at("/paths").propertyNames()) {
      var wanted = List.of(template.substring(1).split("/"));
      boolean same = wanted.size() == parts.size();
      for (int i = 0; same && i < parts.size(); i++) {
        same = wanted.get(i).startsWith("{") || wanted.get(i).equals(parts.get(i));
      }
      if (same) {
        return Optional.of(template);
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
    api.close();
    provider.ifPresent(IdentityProvider::close);
    database.close();
  }
}
