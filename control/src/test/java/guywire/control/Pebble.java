package guywire.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import guywire.control.tls.TestAuthority;
import guywire.control.tls.TestTls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/**
 * A real authority for tests, Let's Encrypt's Pebble, in a process of its own on the loopback
 * interface. It looks for itself whose a name is, at one port of this host.
 */
final class Pebble implements AutoCloseable {

  private static final TestAuthority TRUST = new TestAuthority();

  private final Process process;
  private final int port;
  private final int management;
  private final Path trust;
  private final List<String> said = new CopyOnWriteArrayList<>();

  private Pebble(Process process, int port, int management, Path trust) {
    this.process = process;
    this.port = port;
    this.management = management;
    this.trust = trust;
  }

  /**
   * Starts one.
   *
   * @param directory for its files
   * @param looksAt the port of this host that it looks at
   * @param names by whom it finds this host
   * @param life how long its certificates are good
   */
  static Pebble start(Path directory, int looksAt, NamesOfTest names, Duration life)
      throws Exception {
    return start(directory, looksAt, names, life, Optional.empty());
  }

  /**
   * Starts one.
   *
   * @param account the key of the only customer that it has, in base64 as for use in addresses; he
   *     is called {@code customer-1}
   */
  static Pebble start(
      Path directory, int looksAt, NamesOfTest names, Duration life, Optional<String> account)
      throws Exception {
    Files.createDirectories(directory);
    var issued = TRUST.issueForAddress("127.0.0.1");
    issued.write(directory.resolve("pebble.pem"), directory.resolve("pebble.key"));
    Path trust = directory.resolve("pebble-root.pem");
    Files.writeString(trust, pem(TRUST.roots().getFirst().getEncoded()));
    int port = freePort();
    int management = freePort();
    Path config =
        Files.writeString(
            directory.resolve("pebble.json"),
            """
            {"pebble": {
              "listenAddress": "127.0.0.1:%d",
              "managementListenAddress": "127.0.0.1:%d",
              "certificate": "%s",
              "privateKey": "%s",
              "httpPort": 1,
              "tlsPort": %d,
              "ocspResponderURL": "",
              "externalAccountBindingRequired": %s,
              "externalAccountMACKeys": {%s},
              "certificateValidityPeriod": %d
            }}
            """
                .formatted(
                    port,
                    management,
                    directory.resolve("pebble.pem"),
                    directory.resolve("pebble.key"),
                    looksAt,
                    account.isPresent(),
                    account.map(key -> "\"customer-1\": \"" + key + "\"").orElse(""),
                    life.toSeconds()));
    var builder =
        new ProcessBuilder(
                "pebble", "-strict", "-config", config.toString(), "-dnsserver", names.address())
            .redirectErrorStream(true);
    builder.environment().remove("PEBBLE_VA_ALWAYS_VALID");
    builder.environment().put("PEBBLE_VA_NOSLEEP", "1");
    builder.environment().put("PEBBLE_AUTHZREUSE", "0");
    var process = builder.start();
    var pebble = new Pebble(process, port, management, trust);
    Thread.ofPlatform().daemon().name("pebble").start(pebble::listen);
    while (!pebble.isThere()) {
      if (!process.isAlive()) {
        throw new IOException("pebble does not start: " + pebble.said);
      }
      Thread.sleep(50);
    }
    return pebble;
  }

  private static String pem(byte[] certificate) {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate)
        + "\n-----END CERTIFICATE-----\n";
  }

  /** A port that nothing listens at now. */
  static int freePort() throws IOException {
    try (var probe = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return probe.getLocalPort();
    }
  }

  private void listen() {
    try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      lines.lines().forEach(said::add);
    } catch (IOException e) {
      // It ends.
    }
  }

  private HttpClient client() throws Exception {
    return HttpClient.newBuilder().sslContext(TRUST.trust()).build();
  }

  private boolean isThere() throws Exception {
    try (var client = client()) {
      return client
              .send(
                  HttpRequest.newBuilder(URI.create(directory())).build(), BodyHandlers.ofString())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  String directory() {
    return "https://127.0.0.1:" + port + "/dir";
  }

  /** A server's options to ask it. */
  AcmeOptions options(String... names) throws Server.Refused {
    return AcmeOptions.parse(
        List.of(names), Optional.of("anna@example.net"), directory(), Optional.of(trust));
  }

  /** Trusts what it signs and nothing else. */
  SSLContext browser() throws Exception {
    try (var client = client()) {
      var root =
          client.send(
              HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + management + "/roots/0"))
                  .build(),
              BodyHandlers.ofInputStream());
      var factory = CertificateFactory.getInstance("X.509");
      return TestTls.trusting(List.of((X509Certificate) factory.generateCertificate(root.body())));
    }
  }

  /** How many certificates it has been asked for. */
  long orders() {
    return said.stream().filter(line -> line.contains("Added order")).count();
  }

  /** All that it said. */
  List<String> said() {
    return said;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
