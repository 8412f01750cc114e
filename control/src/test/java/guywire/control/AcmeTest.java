package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.store.PostgresCluster;
import guywire.control.tls.ChallengeAnswers;
import guywire.network.managed.PinnedProtocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A server that has its certificate for browsers made by a real authority, which looks itself
 * whether the name is the server's.
 */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class AcmeTest {

  private static final String NAME = "vpn.guywire.example";
  private static final Duration LONG = Duration.ofDays(90);
  private static final Logger LOG = Logger.getLogger("guywire.control");

  @TempDir Path directory;
  private NamesOfTest names;
  private int port;
  private final List<String> said = new CopyOnWriteArrayList<>();

  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          said.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void begin() throws IOException {
    names = new NamesOfTest();
    port = Pebble.freePort();
    LOG.addHandler(listener);
  }

  @AfterEach
  void end() {
    LOG.removeHandler(listener);
    names.close();
  }

  private Pebble authority(Duration life) throws Exception {
    names.answer();
    return waiting(life);
  }

  /** One that finds no name before there is a word from the test. */
  private Pebble waiting(Duration life) throws Exception {
    return Pebble.start(directory.resolve("pebble"), port, names, life);
  }

  private Server start(int at, String data, Optional<PostgresAddress> database, AcmeOptions acme)
      throws Exception {
    return Server.start(
        directory.resolve(data),
        database,
        new InetSocketAddress(InetAddress.getByName("127.0.0.1"), at),
        List.of(),
        Optional.of(acme),
        Optional.empty());
  }

  private Server start(AcmeOptions acme) throws Exception {
    return start(port, "data", Optional.empty(), acme);
  }

  /** As authorities do who sign for those alone with whom they have a contract. */
  @Test
  void an_authority_that_takes_customers_alone_is_shown_the_account() throws Exception {
    names.answer();
    String key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    try (var authority =
        Pebble.start(directory.resolve("pebble"), port, names, LONG, Optional.of(key))) {
      try (var server = start(authority.options(NAME))) {
        await(() -> said.stream().anyMatch(line -> line.contains("--acme-account")));
        assertThat(server.url()).isNotEmpty();
      }
      assertThat(authority.orders()).isZero();
      var customer =
          authority.options(NAME).withAccount("key-id: customer-1\nhmac-key: " + key + "\n");
      try (var server = start(customer)) {
        await(() -> authority.orders() == 1);
        assertThat(server.url()).isNotEmpty();
        await(() -> Files.exists(directory.resolve("data").resolve("acme.pem")));
      }
      assertThat(said).noneMatch(line -> line.contains(key));
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  /** The certificate that a client of these words is shown; what it trusts has to hold. */
  private static X509Certificate shown(
      SSLContext context, int at, boolean checked, String name, String... protocols)
      throws IOException {
    var plain = new Socket(InetAddress.getByName("127.0.0.1"), at);
    try (var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, at, true)) {
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(name)));
      parameters.setApplicationProtocols(protocols);
      if (checked) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
      }
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private String fingerprint(int at, String... protocols) throws Exception {
    var everybody = new TrustEverybody();
    shown(everybody.context(), at, false, NAME, protocols);
    return everybody.fingerprint();
  }

  /** Whether a browser that trusts the authority is content. */
  private static boolean isTrusted(SSLContext browser, int at) throws IOException {
    try {
      shown(browser, at, true, NAME, "h2", "http/1.1");
      return true;
    } catch (SSLException e) {
      return false;
    }
  }

  @Test
  void it_has_one_made_shows_it_to_browsers_and_asks_nothing_at_the_next_start() throws Exception {
    try (var pebble = authority(LONG)) {
      var browser = pebble.browser();
      String own;
      try (var server = start(pebble.options(NAME))) {
        own = server.fingerprint();
        assertThat(server.namedUrl()).contains("https://" + NAME + ":" + port);
        assertThat(fingerprint(port, "http/1.1")).as("until then").isEqualTo(own);
        await(() -> isTrusted(browser, port));
        assertThat(fingerprint(port, "http/1.1")).isNotEqualTo(own);
        assertThat(fingerprint(port, PinnedProtocol.NAME, "http/1.1"))
            .as("hosts and commands know it as before")
            .isEqualTo(own);
        assertThat(server.setUpLink().orElseThrow()).endsWith("~" + own);
        assertThatThrownBy(() -> fingerprint(port, ChallengeAnswers.PROTOCOL))
            .as("nothing is being proven any more")
            .isInstanceOf(SSLException.class);
        assertThat(pebble.orders()).isEqualTo(1);
      }
      assertThat(said)
          .anyMatch(line -> line.contains("terms of service") && line.contains("127.0.0.1"))
          .anyMatch(line -> line.contains("browsers are answered with"));
      for (var file : List.of("acme.pem", "acme-account.pem")) {
        Path at = directory.resolve("data").resolve(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(at)))
            .isEqualTo("rw-------");
        String secret = Files.readString(at).replaceAll("(?s).*?BEGIN PRIVATE KEY-----\n", "");
        assertThat(String.join("\n", said)).doesNotContain(secret.substring(70, 90));
      }
      pebble.close();
      said.clear();
      try (var server = start(pebble.options(NAME))) {
        assertThat(isTrusted(browser, port)).as("at once, without the authority").isTrue();
        assertThat(server.fingerprint()).isEqualTo(own);
        // Longer than between two looks.
        LockSupport.parkNanos(Duration.ofSeconds(7).toNanos());
        assertThat(said).noneMatch(line -> line.contains("asking"));
      }
    }
  }

  @Test
  void a_name_that_leads_elsewhere_is_said_and_the_server_goes_on() throws Exception {
    try (var pebble = authority(LONG);
        var server = start(pebble.options(NAME, "second.guywire.example"))) {
      names.know(false);
      await(() -> said.stream().anyMatch(line -> line.contains("has made no certificate")));
      assertThat(said)
          .anyMatch(line ->
              line.contains("guywire.example is this server")
                  && line.contains("it is asked again after")
                  && line.contains("failures: 1"));
      assertThat(fingerprint(port, "http/1.1")).isEqualTo(server.fingerprint());
      assertThatThrownBy(() -> fingerprint(port, ChallengeAnswers.PROTOCOL))
          .as("nothing is left of it")
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void a_certificate_of_a_short_life_is_renewed_in_it_and_no_browser_sees_it_end()
      throws Exception {
    try (var pebble = authority(Duration.ofSeconds(75));
        var server = start(pebble.options(NAME))) {
      var browser = pebble.browser();
      await(() -> isTrusted(browser, port));
      String first = fingerprint(port, "http/1.1");
      await(() -> {
        assertThat(isTrusted(browser, port)).isTrue();
        return !fingerprint(port, "http/1.1").equals(first);
      });
      assertThat(pebble.orders()).isEqualTo(2);
      assertThat(server.fingerprint()).isEqualTo(fingerprint(port, PinnedProtocol.NAME));
    }
  }

  @Test
  void of_servers_on_one_database_one_asks_and_the_authority_may_look_at_another()
      throws Exception {
    var source = PostgresCluster.running().database();
    String url = PostgresCluster.url(source).substring("jdbc:".length());
    var database =
        Optional.of(
            PostgresAddress.parse(url.replace("//", "//guywire@").replaceAll("[?].*", ""))
                .withPassword(Optional.of(PostgresCluster.running().password())));
    try (var pebble = waiting(LONG)) {
      var browser = pebble.browser();
      // The first one leads, and so asks; the name leads to the second.
      try (var first = start(0, "one", database, pebble.options(NAME))) {
        Path data = Files.createDirectory(directory.resolve("other"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        for (var file : List.of(ServerCertificate.CERTIFICATE, ServerCertificate.KEY)) {
          Files.copy(
              directory.resolve("one").resolve(file),
              data.resolve(file),
              java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
        int led = URI.create(first.url()).getPort();
        try (var second = start(port, "other", database, pebble.options(NAME))) {
          names.answer();
          await(() -> isTrusted(browser, led));
          await(() -> isTrusted(browser, port));
          assertThat(fingerprint(led, "http/1.1")).isEqualTo(fingerprint(port, "http/1.1"));
          assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
          assertThat(pebble.orders()).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void a_server_that_no_authority_is_asked_for_does_not_speak_its_protocol() throws Exception {
    try (var server =
        Server.start(
            directory.resolve("data"),
            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0))) {
      int at = URI.create(server.url()).getPort();
      assertThatThrownBy(() -> fingerprint(at, ChallengeAnswers.PROTOCOL))
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("no_application_protocol");
    }
  }
}
