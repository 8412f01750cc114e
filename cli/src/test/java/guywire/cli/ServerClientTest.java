package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server at several addresses, as commands ask it, and what is kept of it. */
@Timeout(120)
class ServerClientTest {

  private static final String TOKEN = "gwt_" + "A".repeat(43);
  private static final String ANSWER = "{\"at\": \"the other\"}";

  @TempDir Path directory;
  private KeyStore ours;

  @BeforeEach
  void certificate() throws Exception {
    ours = TlsServer.certificate(directory.resolve("ours"), "ip:127.0.0.12");
  }

  private ServerLink link(String url) throws Exception {
    return new ServerLink(url, TOKEN, TlsServer.fingerprint(ours));
  }

  private ServerClient client(String url, String... others) throws Exception {
    return new ServerClient(link(url), List.of(others), Locale.ENGLISH);
  }

  @Test
  void where_nobody_answers_the_next_address_is_asked_and_stayed_with() throws Exception {
    try (var server = new TlsServer("127.0.0.12", 0, ours, ANSWER)) {
      String dead = "https://127.0.0.11:" + server.port();
      var client = client(dead, server.url());
      assertThat(client.get("/self").text()).isEqualTo(ANSWER);
      assertThat(client.post("/tokens", Json.object()).text()).isEqualTo(ANSWER);
      assertThat(server.heard())
          .containsExactly("GET /api/v1/self HTTP/1.1", "POST /api/v1/tokens HTTP/1.1");
      assertThat(client.places()).containsExactly(server.url(), dead);
    }
  }

  @Test
  void an_address_that_says_nothing_is_not_waited_for() throws Exception {
    try (var server = new TlsServer("127.0.0.12", 0, ours, ANSWER);
        var silent = new ServerSocket()) {
      silent.setReuseAddress(true);
      silent.bind(new InetSocketAddress("127.0.0.11", server.port()), 1);
      // Two wait in its queue, and what comes after them gets no answer, as from a machine that is
      // off.
      var waiting = new ArrayList<Socket>();
      try {
        for (int i = 0; i < 2; i++) {
          waiting.add(new Socket("127.0.0.11", server.port()));
        }
        String off = "https://127.0.0.11:" + server.port();
        long start = System.nanoTime();
        assertThat(client(off, server.url()).get("/self").text()).isEqualTo(ANSWER);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .as("a connection alone would be waited for by 20 s")
            .isLessThan(Duration.ofSeconds(15));
      } finally {
        for (var each : waiting) {
          each.close();
        }
      }
    }
  }

  @Test
  void another_server_at_an_address_is_passed_by_and_told_nothing() throws Exception {
    var others = TlsServer.certificate(directory.resolve("others"), "ip:127.0.0.11");
    try (var another = new TlsServer("127.0.0.11", 0, others, ANSWER);
        var server = new TlsServer("127.0.0.12", 0, ours, ANSWER)) {
      assertThat(client(another.url(), server.url()).get("/self").isGood()).isTrue();
      assertThat(another.heard()).isEmpty();
      assertThatThrownBy(() -> client(another.url()).get("/self"))
          .isInstanceOfSatisfying(
              Refusal.class,
              refused -> assertThat(refused.line().key()).isEqualTo("server-another"));
    }
  }

  @Test
  void what_may_have_arrived_is_never_sent_again() throws Exception {
    try (var hangsUp = new TlsServer("127.0.0.11", 0, ours, "");
        var server = new TlsServer("127.0.0.12", 0, ours, ANSWER)) {
      var client = client(hangsUp.url(), server.url());
      assertThatThrownBy(() -> client.post("/tokens", Json.object()))
          .isInstanceOfSatisfying(
              Refusal.class, refused -> assertThat(refused.line().key()).isEqualTo("server-away"));
      assertThat(hangsUp.heard()).hasSize(1);
      assertThat(server.heard()).isEmpty();
    }
  }

  @Test
  void a_login_keeps_the_addresses_and_those_of_before_are_still_read() throws Exception {
    var logins = Logins.of(Map.of("XDG_CONFIG_HOME", directory.toString()));
    Path file = Files.createDirectory(directory.resolve("guywire")).resolve("servers");
    Files.setPosixFilePermissions(
        directory.resolve("guywire"), PosixFilePermissions.fromString("rwx------"));
    var before = link("https://192.0.2.1:8443");
    var foreign = new ServerLink("https://192.0.2.9:8443", TOKEN, "0".repeat(64));
    Files.writeString(file, before.reveal() + "\n" + foreign.reveal() + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(logins.all())
        .extracting(login -> login.link().url())
        .containsExactly(before.url(), foreign.url());

    var named = link("https://servers.example:8443");
    var places = List.of("https://192.0.2.2:8443", "https://[2001:db8::2]:8443");
    logins.add(new Logins.Login(named, places));
    assertThat(logins.all()).hasSize(3);
    assertThat(logins.all().getFirst().places()).isEqualTo(places);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(logins.others(named))
        .as("of the same certificate")
        .containsExactly("https://192.0.2.2:8443", "https://[2001:db8::2]:8443", before.url());
    assertThat(logins.others(foreign)).isEmpty();
    Files.writeString(file, named.reveal() + " http://192.0.2.3 nonsense https://192.0.2.4\n");
    assertThat(logins.all().getFirst().places()).containsExactly("https://192.0.2.4");
  }
}
