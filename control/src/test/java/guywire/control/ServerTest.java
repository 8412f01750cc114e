package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.guard.UnsafeFileException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server from its first start on. */
@Timeout(120)
class ServerTest {

  @TempDir Path directory;

  private static InetSocketAddress any() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void a_new_server_makes_all_it_needs_for_its_owner_alone() throws Exception {
    Path data = directory.resolve("data");
    try (var server = Server.start(data, any())) {
      assertThat(mode(data)).isEqualTo("rwx------");
      assertThat(mode(data.resolve("certificate.key"))).isEqualTo("rw-------");
      assertThat(mode(data.resolve("guywire.db"))).isEqualTo("rw-------");
      assertThat(Files.readString(data.resolve("certificate.key")))
          .startsWith("-----BEGIN PRIVATE KEY-----\n");
      assertThat(server.setUpLink().orElseThrow())
          .matches(server.url() + "/#gwt_[A-Za-z0-9_-]{43}~" + server.fingerprint());
    }
  }

  @Test
  void it_keeps_its_certificate_and_makes_a_new_link_until_somebody_used_one() throws Exception {
    Path data = directory.resolve("data");
    String fingerprint;
    String link;
    try (var server = Server.start(data, any())) {
      fingerprint = server.fingerprint();
      link = server.setUpLink().orElseThrow();
    }
    try (var server = Server.start(data, any())) {
      assertThat(server.fingerprint()).isEqualTo(fingerprint);
      assertThat(server.setUpLink().orElseThrow().split("#")[1]).isNotEqualTo(link.split("#")[1]);
    }
  }

  /** CVE-2022-23650, CVE-2025-10678: keys and passwords that every installation has. */
  @Test
  void no_two_servers_have_anything_secret_in_common() throws Exception {
    var seen = new HashSet<String>();
    for (int i = 0; i < 3; i++) {
      Path data = directory.resolve("data" + i);
      try (var server = Server.start(data, any())) {
        assertThat(seen.add(server.fingerprint())).isTrue();
        assertThat(seen.add(server.setUpLink().orElseThrow().split("[#~]")[1])).isTrue();
        assertThat(seen.add(Files.readString(data.resolve("certificate.key")))).isTrue();
      }
    }
  }

  @Test
  void a_key_that_others_may_read_is_not_used() throws Exception {
    Path data = directory.resolve("data");
    Server.start(data, any()).close();
    Files.setPosixFilePermissions(
        data.resolve("certificate.key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> Server.start(data, any())).isInstanceOf(UnsafeFileException.class);
  }

  @Test
  void a_port_that_is_taken_is_an_error_and_leaves_nothing_open() throws Exception {
    Path data = directory.resolve("data");
    try (var server = Server.start(directory.resolve("other"), any())) {
      int port = Integer.parseInt(server.url().replaceAll(".*:", ""));
      var taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      assertThatThrownBy(() -> Server.start(data, taken)).isInstanceOf(RuntimeException.class);
      Server.start(data, any()).close();
    }
  }

  @Test
  void a_database_of_a_newer_program_is_refused_in_words() throws Exception {
    Path data = directory.resolve("data");
    Server.start(data, any()).close();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("guywire.db"));
        var statement = connection.createStatement()) {
      statement.execute("INSERT INTO migrations VALUES (999, 'from-the-future.sql', '', 0)");
    }
    assertThatThrownBy(() -> Server.start(data, any()))
        .isInstanceOfSatisfying(
            Server.Refused.class,
            refused -> assertThat(refused.text()).asString().contains("newer Guywire"));
  }
}
