package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.store.PostgresCluster;
import guywire.control.store.SqliteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What a server stands on fails while it is changed: its disk is full, its database is held by
 * somebody or gone. Nothing is lost, nothing is half done, and afterwards all become what they
 * shall be.
 */
@Timeout(300)
class FaultsTest extends HostsAtServers {

  /** Longer than a change waits for its turn (SqlDialect). */
  private static final long HELD_SECONDS = 15;

  private static final int MOST_TRIES = 200;

  /** Tries to make a version, and tells the status of the answer. */
  private int attempt(Asking admin, int mtu) throws IOException {
    var body =
        JsonNodeFactory.instance
            .objectNode()
            .put("expected-version", read(admin, AT).get("version").asLong())
            .put("definition", definition(mtu));
    return admin.ask("POST", AT + "/changes", token, body.toString()).status();
  }

  @Test
  void while_the_disk_is_full_nothing_is_half_done() throws Exception {
    Path data = Files.createDirectory(directory.resolve("data0"));
    String script = "mount -t tmpfs -o size=16m,mode=700 tmpfs \"$0\" && exec \"$@\"";
    before = List.of("unshare", "-m", "sh", "-c", script, data.toString());
    var admin = setUp();
    Path ballast = servers.getFirst().file(data.resolve("ballast"));
    fill(ballast);
    // What is free in the database's own files is used first.
    int mtu = FIRST_MTU;
    int status = attempt(admin, mtu + 1);
    while (status < 300) {
      mtu++;
      assertThat(mtu).as("the disk is full").isLessThan(FIRST_MTU + MOST_TRIES);
      status = attempt(admin, mtu + 1);
    }
    assertThat(status).isEqualTo(503);
    assertThat(text(admin)).isEqualTo(definition(mtu));
    Files.delete(ballast);
    change(admin, mtu + 1);
    allIs(admin, mtu + 1);
    // And so it is for who starts it anew.
    Path kept = Files.createDirectory(directory.resolve("copy"));
    servers.getFirst().freeze();
    copy(servers.getFirst().file(data), kept);
    servers.getFirst().kill();
    before = List.of();
    servers.set(
        0, ServerProcess.start(before, kept, servers.getFirst().port(), database, password));
    allIs(admin, mtu + 1);
  }

  private static void fill(Path file) throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int size = 1 << 16; size > 0; size >>= 1) {
        try {
          while (channel.write(ByteBuffer.allocate(size)) > 0) {
            // More fits.
          }
        } catch (IOException e) {
          // No more of that size.
        }
      }
    }
  }

  /** As after a power cut: the files as they are while somebody uses them. */
  private static void copy(Path from, Path to) throws IOException {
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
    try (var files = Files.list(from)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        Path copied = to.resolve(String.valueOf(file.getFileName()));
        Files.copy(file, copied);
        Files.setPosixFilePermissions(copied, PosixFilePermissions.fromString("rw-------"));
      }
    }
  }

  @Test
  void while_somebody_holds_the_database_changes_are_refused_and_hosts_stay() throws Exception {
    var admin = setUp();
    Path file = directory.resolve("data0").resolve(SqliteFile.NAME);
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      execute(connection, "BEGIN IMMEDIATE");
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(HELD_SECONDS);
      assertThat(attempt(admin, FIRST_MTU + 1)).isEqualTo(503);
      while (System.nanoTime() < until) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
      assertThat(hosts).allMatch(host -> host.followsSince() > 0);
      execute(connection, "ROLLBACK");
    }
    assertThat(text(admin)).isEqualTo(definition(FIRST_MTU));
    change(admin, FIRST_MTU + 1);
    allIs(admin, FIRST_MTU + 1);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void while_the_database_is_gone_changes_are_refused_and_hosts_stay() throws Exception {
    var source = PostgresCluster.running().database();
    useDatabase(source);
    var admin = setUp();
    String name = PostgresCluster.url(source).replaceAll(".*/([a-z0-9]+).*", "$1");
    var since = hosts.stream().map(SimulatedHost::followsSince).toList();
    try (var beside = PostgresCluster.running().database().open()) {
      execute(beside, "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
      String ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '";
      execute(beside, ending + name + "'");
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(HELD_SECONDS);
      var body =
          JsonNodeFactory.instance
              .objectNode()
              .put("expected-version", 1)
              .put("definition", definition(FIRST_MTU + 1));
      while (System.nanoTime() < until) {
        assertThat(admin.ask("POST", AT + "/changes", token, body.toString()).status())
            .isEqualTo(503);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
      }
      assertThat(hosts.stream().map(SimulatedHost::followsSince).toList()).isEqualTo(since);
      execute(beside, "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    }
    change(admin, FIRST_MTU + 1);
    allIs(admin, FIRST_MTU + 1);
  }
}
