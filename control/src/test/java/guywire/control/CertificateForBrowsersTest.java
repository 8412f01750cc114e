package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.tls.TestAuthority;
import guywire.control.tls.TestAuthority.Issued;
import guywire.guard.UnsafeFileException;
import guywire.network.managed.PinnedProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server with a certificate that browsers trust beside the one that hosts know it by. */
@Timeout(180)
class CertificateForBrowsersTest {

  private static final TestAuthority AUTHORITY = new TestAuthority();
  private static final String NAME = "localhost";
  private static final String[] BROWSER = {"h2", "http/1.1"};
  private static final String[] PINNED = {PinnedProtocol.NAME, "http/1.1"};

  @TempDir Path directory;
  private Path certificate;
  private Path key;

  @BeforeEach
  void files() {
    certificate = directory.resolve("fullchain.pem");
    key = directory.resolve("privkey.pem");
  }

  private Server start() throws Exception {
    return Server.start(
        directory.resolve("data"),
        Optional.empty(),
        new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0),
        List.of(),
        Optional.of(new CertificatePair(certificate, key)),
        Optional.empty());
  }

  private static int port(Server server) {
    return URI.create(server.url()).getPort();
  }

  /** A connection to a server, with or without a name and protocols that are said. */
  private static SSLSocket connect(
      SSLContext context, Server server, Optional<String> name, String... protocols)
      throws IOException {
    var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port(server));
    var parameters = socket.getSSLParameters();
    name.ifPresent(each -> parameters.setServerNames(List.of(new SNIHostName(each))));
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /** With which certificate somebody is answered who says this. */
  private static String shown(Server server, Optional<String> name, String... protocols)
      throws IOException, GeneralSecurityException {
    // Another context each time: a session that is resumed shows none.
    var everybody = new TrustEverybody();
    try (var socket = connect(everybody.context(), server, name, protocols)) {
      assertThat(ask(socket)).contains(" 200 ");
      return everybody.fingerprint();
    }
  }

  /** Asks for something over a connection, which stays. */
  private static String ask(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the connection ended after: " + head);
      }
      head.append((char) next);
    }
    String length = head.toString().replaceAll("(?is).*content-length: *(\\d+).*", "$1");
    in.readNBytes(Integer.parseInt(length));
    return head.toString();
  }

  /** As a browser does it: by the name, with the authority it trusts. */
  private static int browse(Server server) throws Exception {
    try (var client = HttpClient.newBuilder().sslContext(AUTHORITY.trust()).build()) {
      var request =
          HttpRequest.newBuilder(
                  URI.create("https://" + NAME + ":" + port(server) + "/api/v1/health/live"))
              .build();
      return client.send(request, BodyHandlers.discarding()).statusCode();
    }
  }

  @ParameterizedTest
  @CsvSource({"EC, 256", "EC, 384", "RSA, 2048"})
  void browsers_get_it_by_its_name_and_who_knows_the_server_gets_its_own(String kind, int bits)
      throws Exception {
    var issued = AUTHORITY.issue(NAME, kind, bits);
    issued.write(certificate, key);
    try (var server = start()) {
      assertThat(server.fingerprint()).isNotEqualTo(issued.fingerprint());
      assertThat(browse(server)).isEqualTo(200);
      var name = Optional.of(NAME);
      assertThat(shown(server, name, BROWSER)).isEqualTo(issued.fingerprint());
      assertThat(shown(server, name)).isEqualTo(issued.fingerprint());
      assertThat(shown(server, name, PINNED)).isEqualTo(server.fingerprint());
      for (var protocols : List.of(BROWSER, PINNED, new String[0])) {
        assertThat(shown(server, Optional.empty(), protocols)).isEqualTo(server.fingerprint());
        assertThat(shown(server, Optional.of("other.example"), protocols))
            .isEqualTo(server.fingerprint());
      }
      assertThat(server.namedUrl()).contains("https://" + NAME + ":" + port(server));
      assertThat(server.setUpLink().orElseThrow())
          .startsWith("https://" + NAME + ":")
          .endsWith("~" + server.fingerprint());
    }
  }

  @Test
  void one_for_an_address_is_for_browsers_that_say_no_name() throws Exception {
    var issued = AUTHORITY.issueForAddress("127.0.0.1");
    issued.write(certificate, key);
    try (var server = start()) {
      assertThat(shown(server, Optional.empty(), BROWSER)).isEqualTo(issued.fingerprint());
      assertThat(shown(server, Optional.empty(), PINNED)).isEqualTo(server.fingerprint());
      assertThat(server.namedUrl()).isEmpty();
    }
  }

  @Test
  void a_renewed_one_is_taken_and_no_connection_ends() throws Exception {
    var first = AUTHORITY.issue(NAME);
    first.write(certificate, key);
    try (var server = start();
        var browser = connect(AUTHORITY.trust(), server, Optional.of(NAME), BROWSER);
        var host = connect(new TrustEverybody().context(), server, Optional.of(NAME), PINNED)) {
      assertThat(ask(browser)).contains(" 200 ");
      assertThat(ask(host)).contains(" 200 ");
      var second = AUTHORITY.issue(NAME, "RSA", 2048);
      second.write(certificate, key);
      await(server, second);
      assertThat(browse(server)).isEqualTo(200);
      assertThat(ask(browser)).contains(" 200 ");
      assertThat(ask(host)).contains(" 200 ");
      assertThat(shown(server, Optional.of(NAME), PINNED)).isEqualTo(server.fingerprint());
    }
  }

  private static void await(Server server, Issued issued) throws Exception {
    while (!shown(server, Optional.of(NAME), BROWSER).equals(issued.fingerprint())) {
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    }
  }

  @Test
  void one_whose_time_is_over_leaves_the_server_its_own() throws Exception {
    AUTHORITY.issue(NAME, Duration.ofDays(-90), Duration.ofDays(-1)).write(certificate, key);
    try (var server = start()) {
      assertThat(shown(server, Optional.of(NAME), BROWSER)).isEqualTo(server.fingerprint());
      assertThatThrownBy(() -> browse(server)).isInstanceOf(SSLHandshakeException.class);
      var issued = AUTHORITY.issue(NAME);
      issued.write(certificate, key);
      await(server, issued);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "other", "missing", "text"})
  void a_pair_that_can_t_be_used_is_refused_at_the_start_in_one_line(String what) throws Exception {
    AUTHORITY.issue(NAME).write(certificate, key);
    switch (what) {
      case "open" ->
          Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
      case "other" -> AUTHORITY.issue(NAME).write(directory.resolve("other.pem"), key);
      case "missing" -> Files.delete(certificate);
      default -> Files.writeString(key, "not a key at all: hunter2\n");
    }
    assertThatThrownBy(this::start)
        .isInstanceOf(what.equals("open") ? UnsafeFileException.class : Server.Refused.class)
        .hasMessageContaining(what.equals("missing") ? "fullchain.pem" : "privkey.pem")
        .hasMessageNotContaining("hunter2")
        .hasMessageNotContaining("\n");
    assertThat(directory.resolve("data")).as("nothing was made").doesNotExist();
  }
}
