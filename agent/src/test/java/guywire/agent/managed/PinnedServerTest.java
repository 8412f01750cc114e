package guywire.agent.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.managed.PinnedProtocol;
import guywire.network.text.Text;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers at several addresses of one name, as a host asks them. */
@Timeout(120)
class PinnedServerTest {

  private static final String PASSWORD = "for a test";
  private static final String NAME = "servers.example";

  @TempDir Path directory;
  private KeyStore ours;
  private KeyStore others;

  @BeforeEach
  void certificates() throws Exception {
    ours = certificate("ours");
    others = certificate("others");
  }

  private KeyStore certificate(String name) throws Exception {
    return certificate(name, "+0d", 90);
  }

  /**
   * One that begins at another time.
   *
   * @param begins how far from now, as keytool has it
   * @param days how long it is good
   */
  private KeyStore certificate(String name, String begins, int days) throws Exception {
    Path file = directory.resolve(name);
    var made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-startdate",
                begins,
                "-validity",
                String.valueOf(days),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(made.waitFor()).as(said).isZero();
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  private String fingerprint() throws GeneralSecurityException {
    byte[] certificate = ours.getCertificate(ours.aliases().nextElement()).getEncoded();
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate));
  }

  /** Says where it is, whatever it is asked; and keeps by which name it was called. */
  private static final class Server implements AutoCloseable {
    private final SSLServerSocket socket;
    private final List<String> called = Collections.synchronizedList(new ArrayList<>());
    private final List<String> offered = Collections.synchronizedList(new ArrayList<>());

    Server(String address, int port, KeyStore certificate) throws Exception {
      var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(certificate, PASSWORD.toCharArray());
      var tls = SSLContext.getInstance("TLSv1.3");
      tls.init(managers.getKeyManagers(), null, null);
      socket = (SSLServerSocket) tls.getServerSocketFactory().createServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      Thread.ofVirtual().start(() -> serve(address));
    }

    int port() {
      return socket.getLocalPort();
    }

    private void serve(String address) {
      while (!socket.isClosed()) {
        try (var accepted = (SSLSocket) socket.accept()) {
          accepted.setHandshakeApplicationProtocolSelector((_, protocols) -> {
            offered.addAll(protocols);
            return protocols.getFirst();
          });
          var in = accepted.getInputStream();
          ((ExtendedSSLSession) accepted.getSession())
              .getRequestedServerNames()
              .forEach(
                  name -> called.add(new String(name.getEncoded(), StandardCharsets.US_ASCII)));
          var head = new StringBuilder();
          while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
              break;
            }
            head.append((char) next);
          }
          String body = "{\"challenge\": \"" + address + "\"}";
          accepted
              .getOutputStream()
              .write(
                  ("HTTP/1.1 200 OK\r\nContent-Length: "
                          + body.length()
                          + "\r\nConnection: close\r\n\r\n"
                          + body)
                      .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
          // Whoever asked did not like the certificate, or the test has ended.
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static InetAddress[] found(String name) throws UnknownHostException {
    assertThat(name).isEqualTo(NAME);
    return new InetAddress[] {
      InetAddress.getByName("127.0.0.11"),
      InetAddress.getByName("127.0.0.12"),
      InetAddress.getByName("127.0.0.13")
    };
  }

  private PinnedServer door(int port) throws GeneralSecurityException {
    return new PinnedServer("https://" + NAME + ":" + port, fingerprint(), PinnedServerTest::found);
  }

  @Test
  void whichever_address_of_the_name_has_a_server_is_asked_by_the_name() throws Exception {
    try (var server = new Server("127.0.0.12", 0, ours);
        var door = door(server.port())) {
      assertThat(door.challenge()).isEqualTo("127.0.0.12");
      assertThat(door.challenge()).isEqualTo("127.0.0.12");
      assertThat(server.called).contains(NAME);
    }
  }

  /** A server that has another certificate for browsers goes by it; one that has none does not. */
  @Test
  void it_is_said_that_the_server_is_known_by_its_fingerprint() throws Exception {
    try (var server = new Server("127.0.0.12", 0, ours);
        var door = new PinnedServer("https://127.0.0.12:" + server.port(), fingerprint())) {
      assertThat(door.challenge()).isEqualTo("127.0.0.12");
      assertThat(server.offered).containsExactly(PinnedProtocol.NAME, "http/1.1");
      assertThat(server.called).isEmpty();
    }
  }

  @Test
  void a_server_is_also_where_it_was_before() {
    var alone = ServerPlaces.of("https://no.such:8443", _ -> new InetAddress[0]);
    var both = alone.and("https://no.such:8443", List.of("https://192.0.2.7:8443"));
    assertThat(both.urls()).containsExactly("https://no.such:8443", "https://192.0.2.7:8443");
    assertThat(both.name()).contains("no.such");
    assertThat(alone.and("https://no.such:8443", alone.urls())).isEqualTo(alone);
  }

  @Test
  void when_one_ends_another_is_asked() throws Exception {
    try (var first = new Server("127.0.0.12", 0, ours);
        var door = door(first.port())) {
      assertThat(door.challenge()).isEqualTo("127.0.0.12");
      try (var _ = new Server("127.0.0.13", first.port(), ours)) {
        first.close();
        assertThat(door.challenge()).isEqualTo("127.0.0.13");
      }
    }
  }

  /** It may have heard what it did not answer. */
  @Test
  void what_changes_nothing_is_asked_of_another_when_a_server_ends_before_it_answers()
      throws Exception {
    try (var ending = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.12"));
        var _ = new Server("127.0.0.13", ending.getLocalPort(), ours)) {
      Thread.ofVirtual().start(() -> endAll(ending));
      int refused = 0;
      // Each begins with another of the addresses.
      for (int i = 0; i < 40; i++) {
        try (var door = door(ending.getLocalPort())) {
          door.post("/host/reports", "", "{}");
        } catch (ServerAway e) {
          refused++;
        }
        try (var door = door(ending.getLocalPort())) {
          assertThat(door.challenge()).isEqualTo("127.0.0.13");
        }
      }
      assertThat(refused).isBetween(1, 39);
    }
  }

  private static void endAll(ServerSocket ending) {
    while (!ending.isClosed()) {
      try (var accepted = ending.accept()) {
        accepted.setSoLinger(true, 0);
      } catch (IOException e) {
        // The test has ended.
      }
    }
  }

  @Test
  void who_has_another_certificate_is_passed_by_and_told_nothing() throws Exception {
    try (var one = new Server("127.0.0.11", 0, others);
        var _ = new Server("127.0.0.12", one.port(), others);
        var _ = new Server("127.0.0.13", one.port(), ours);
        var door = door(one.port())) {
      assertThat(door.challenge()).isEqualTo("127.0.0.13");
    }
    try (var one = new Server("127.0.0.11", 0, others);
        var door = door(one.port())) {
      assertThatThrownBy(door::challenge).isInstanceOf(ServerAway.class);
    }
  }

  /** The server was set up, or is asked, by a clock that is wrong: the fingerprint alone counts. */
  @ParameterizedTest
  @CsvSource({"begins-tomorrow, +1d, 90", "has-expired, -400d, 365", "of-1970, -20000d, 1"})
  void a_certificate_that_is_not_of_now_is_the_servers_all_the_same(
      String name, String begins, int days) throws Exception {
    ours = certificate(name, begins, days);
    var shown = (X509Certificate) ours.getCertificate(ours.aliases().nextElement());
    assertThatThrownBy(shown::checkValidity).isInstanceOf(CertificateException.class);
    try (var server = new Server("127.0.0.12", 0, ours);
        var door = door(server.port());
        var one = new PinnedServer("https://127.0.0.12:" + server.port(), fingerprint())) {
      for (int i = 0; i < 3; i++) {
        assertThat(door.challenge()).isEqualTo("127.0.0.12");
        assertThat(one.challenge()).isEqualTo("127.0.0.12");
      }
    }
  }

  @Test
  void of_another_server_it_is_said_that_it_is_another_whenever_its_certificate_is_good()
      throws Exception {
    for (var strange :
        List.of(others, certificate("to-come", "+1d", 90), certificate("over", "-400d", 365))) {
      try (var server = new Server("127.0.0.12", 0, strange);
          var door = new PinnedServer("https://127.0.0.12:" + server.port(), fingerprint())) {
        assertThatThrownBy(door::challenge)
            .isInstanceOf(ServerAway.class)
            .hasMessage(
                Text.of(PinnedServer.class, "away.another", "https://127.0.0.12:" + server.port())
                    .toString())
            .hasMessageNotContaining("\n");
      }
    }
  }

  /** A machine that is off says nothing, and no more is lost on it than a moment. */
  @Test
  void addresses_that_say_nothing_are_passed_by_sooner_than_a_connection_is_given_up()
      throws Exception {
    try (var silent = new SilentPort("127.0.0.11", 0);
        var _ = new SilentPort("127.0.0.12", silent.port());
        var _ = new Server("127.0.0.13", silent.port(), ours)) {
      for (int i = 0; i < 20; i++) {
        try (var door = door(silent.port())) {
          long begin = System.nanoTime();
          assertThat(door.challenge()).isEqualTo("127.0.0.13");
          assertThat(Duration.ofNanos(System.nanoTime() - begin))
              .isLessThan(ServerPlaces.of("https://" + NAME, PinnedServerTest::found).patience());
        }
      }
    }
  }

  @Test
  void agents_are_spread_among_the_addresses() {
    var firsts = new ArrayList<String>();
    for (int i = 0; i < 200; i++) {
      firsts.add(ServerPlaces.of("https://" + NAME, PinnedServerTest::found).urls().getFirst());
    }
    assertThat(firsts).contains("https://127.0.0.11", "https://127.0.0.12", "https://127.0.0.13");
  }

  @Test
  void one_address_or_none_is_left_to_who_asks() {
    for (var url : List.of("https://[2001:db8::1]:8443", "https://192.0.2.1", "https://no.such")) {
      var places =
          ServerPlaces.of(
              url,
              name -> {
                if (name.equals("192.0.2.1")) {
                  return new InetAddress[] {InetAddress.getByName(name)};
                }
                throw new UnknownHostException(name);
              });
      assertThat(places.urls()).containsExactly(url);
      assertThat(places.name()).isEmpty();
    }
  }
}
