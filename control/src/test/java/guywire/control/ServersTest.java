package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.store.Database;
import guywire.control.store.PostgresCluster;
import guywire.control.store.SqlDialect;
import guywire.control.store.TokenSecret;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two servers on one database of PostgreSQL: both serve, and one is as good as the other. */
@Timeout(300)
class ServersTest {

  @TempDir Path directory;

  private static InetSocketAddress any() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static PostgresAddress address(Database.Source source) throws Exception {
    String url = PostgresCluster.url(source).substring("jdbc:".length());
    return PostgresAddress.parse(url.replace("//", "//guywire@").replaceAll("[?].*", ""))
        .withPassword(Optional.of(PostgresCluster.running().password()));
  }

  private Server start(String data, PostgresAddress database) throws Exception {
    return Server.start(directory.resolve(data), database, any(), List.of());
  }

  /** The other server has the same certificate, so that agents know it. */
  private void copyCertificate(String from, String to) throws Exception {
    Path data = Files.createDirectory(directory.resolve(to));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
    for (var file : List.of(ServerCertificate.CERTIFICATE, ServerCertificate.KEY)) {
      Files.copy(
          directory.resolve(from).resolve(file),
          data.resolve(file),
          java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  private static int health(Server server) throws Exception {
    var everybody = new TrustEverybody();
    try (var client = HttpClient.newBuilder().sslContext(everybody.context()).build()) {
      var request = HttpRequest.newBuilder(URI.create(server.url() + "/api/v1/health")).build();
      int status = client.send(request, BodyHandlers.ofString()).statusCode();
      assertThat(everybody.fingerprint()).isEqualTo(server.fingerprint());
      return status;
    }
  }

  @Test
  void all_serve_with_one_certificate_and_any_may_end_or_come() throws Exception {
    var source = PostgresCluster.running().database();
    var database = address(source);
    var first = start("one", database);
    assertThat(first.setUpLink()).as("it is new").isPresent();
    assertThat(Files.exists(directory.resolve("one/guywire.db"))).isFalse();
    copyCertificate("one", "other");
    try (var second = start("other", database)) {
      assertThat(second.setUpLink()).as("whichever link is used").isPresent();
      assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
      assertThat(health(first)).isEqualTo(200);
      assertThat(health(second)).isEqualTo(200);
      first.close();
      assertThat(health(second)).isEqualTo(200);
      try (var beside = Database.of(SqlDialect.POSTGRESQL, source)) {
        Administrators.add(beside, TokenSecret.random());
      }
      copyCertificate("one", "third");
      try (var third = start("third", database)) {
        assertThat(third.setUpLink()).as("somebody administers it").isEmpty();
        assertThat(health(third)).isEqualTo(200);
      }
    }
  }

  @Test
  void a_server_that_agents_would_not_know_does_not_serve_and_says_what_to_copy() throws Exception {
    var database = address(PostgresCluster.running().database());
    String fingerprint;
    try (var first = start("one", database)) {
      fingerprint = first.fingerprint();
    }
    for (int i = 0; i < 2; i++) {
      Path data = directory.resolve("other");
      assertThatThrownBy(() -> Server.start(data, database, any(), List.of()))
          .isInstanceOf(Server.Refused.class)
          .hasMessageContaining(fingerprint)
          .hasMessageContaining("copy certificate.pem and certificate.key")
          .message()
          .hasLineCount(1);
      assertThat(Files.exists(data.resolve(ServerCertificate.KEY)))
          .as("none is made that would be in the way")
          .isEqualTo(i == 1);
      // The second time it has one of its own.
      if (i == 0) {
        Server.start(data, any()).close();
      }
    }
  }

  @Test
  void a_password_is_in_no_text_that_is_shown() throws Exception {
    var address = PostgresAddress.parse("postgresql://anna:hunter2%21@db.example:5433/guywire");
    assertThat(address.hasPassword()).isTrue();
    assertThat(address.toString())
        .isEqualTo("postgresql://db.example:5433/guywire")
        .doesNotContain("hunter2");
    assertThat(PostgresAddress.parse("postgresql://anna@[::1]/g").hasPassword()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://db.example/guywire",
        "postgresql://anna:hunter2@/guywire",
        "postgresql://anna:hunter2@db.example/",
        "postgresql://anna:hunter2@db.example/a/b",
        "postgresql://anna:hunter2@db.example/g?socketFactory=evil",
        "postgresql://anna:hunter2@db.example/g?sslmode",
        "postgresql://anna:hunter2@db example/g",
        "mysql://anna:hunter2@db.example/g"
      })
  void what_is_no_address_is_refused_without_saying_it(String text) {
    assertThatThrownBy(() -> PostgresAddress.parse(text))
        .isInstanceOf(Server.Refused.class)
        .hasMessageNotContaining("hunter2");
  }
}
