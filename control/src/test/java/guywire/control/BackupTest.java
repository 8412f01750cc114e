package guywire.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.control.change.ChangeOutcome;
import guywire.control.change.Changes;
import guywire.control.change.Proposal;
import guywire.control.store.Database;
import guywire.control.store.Networks;
import guywire.control.store.StoredNetwork;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.control.store.Version;
import guywire.control.store.WholeLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server keeps comes back from one file as it was at one moment. */
@Timeout(120)
class BackupTest {

  @TempDir Path directory;
  private final TokenSecret secret = TokenSecret.random();

  private static InetSocketAddress any() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static List<Version> versions(Database database, StoredNetwork network) {
    return database
        .read(session -> new Networks(session).versions(network.id(), WholeLog.ALL, WholeLog.FIRST))
        .items();
  }

  private static boolean has(Database database, StoredNetwork network, long version) {
    return database.<Boolean>read(
        session -> new Networks(session).version(network.id(), version).isPresent());
  }

  private boolean isWorthSomething(Database database) {
    return database.<Boolean>read(
        session -> new Tokens(session).valid(secret, Clock.systemUTC().instant()).isPresent());
  }

  @Test
  void a_running_server_is_backed_up_and_another_goes_on_as_that_one() throws Exception {
    Path data = directory.resolve("data");
    Path file = directory.resolve("a.backup");
    String fingerprint;
    StoredNetwork network;
    List<Version> before;
    String homes = Files.readString(Path.of("../examples/two-homes.yaml"));
    try (var server = Server.start(data, any());
        var database = Database.inDirectory(data)) {
      fingerprint = server.fingerprint();
      var changes = new Changes(database, Clock.systemUTC());
      var made =
          changes.create(
              Administrators.add(database, secret), new Proposal(homes, 0, "", List.of()));
      network = ((ChangeOutcome.Landed) made).network();
      before = versions(database, network);
      Backup.make(data, file);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Path other = directory.resolve("other");
    Backup.restore(file, other);
    try (var server = Server.start(other, any());
        var database = Database.inDirectory(other)) {
      assertThat(server.fingerprint()).isEqualTo(fingerprint);
      assertThat(server.setUpLink()).as("it has its administrator").isEmpty();
      assertThat(versions(database, network)).isEqualTo(before);
      assertThat(isWorthSomething(database)).isTrue();
    }
    assertThat(Files.exists(other.resolve("backup.new"))).isFalse();
  }

  /** Two rows that belong together are both in it or neither, whatever is written meanwhile. */
  @Test
  void a_backup_is_of_one_moment_while_others_write() throws Exception {
    Path data = directory.resolve("data");
    try (var database = Database.inDirectory(data)) {
      var by = Administrators.add(database, secret);
      var changes = new Changes(database, Clock.systemUTC());
      String homes = Files.readString(Path.of("../examples/two-homes.yaml"));
      var network =
          ((ChangeOutcome.Landed) changes.create(by, new Proposal(homes, 0, "", List.of())))
              .network();
      var ended = new AtomicBoolean();
      var writer =
          Thread.ofVirtual()
              .start(() -> {
                for (long version = 1; !ended.get(); version++) {
                  long from = version;
                  database.write(session ->
                      new Networks(session)
                          .addVersion(
                              network.id(),
                              from,
                              homes + "#" + from,
                              by.owner(),
                              "",
                              Clock.systemUTC().instant()));
                }
              });
      try {
        for (int i = 0; i < 5; i++) {
          Path file = directory.resolve(i + ".backup");
          Backup.make(data, file);
          Path restored = directory.resolve("restored-" + i);
          Backup.restore(file, restored);
          try (var copy = Database.inDirectory(restored)) {
            var kept = copy.read(session -> new Networks(session).of(network.id())).orElseThrow();
            assertThat(has(copy, network, kept.version())).isTrue();
            assertThat(has(copy, network, kept.version() + 1)).isFalse();
          }
        }
      } finally {
        ended.set(true);
        writer.join();
      }
    }
  }

  @Test
  void nothing_is_restored_over_a_server_nor_from_what_is_no_whole_backup() throws Exception {
    Path data = directory.resolve("data");
    Database.inDirectory(data).close();
    Path file = directory.resolve("a.backup");
    Backup.make(data, file);
    assertThatThrownBy(() -> Backup.restore(file, data)).isInstanceOf(Backup.Refused.class);

    Path none = directory.resolve("none");
    for (var bytes :
        List.of(new byte[0], "no database".getBytes(StandardCharsets.UTF_8), half(file))) {
      Path bad = Files.write(directory.resolve("bad"), bytes);
      assertThatThrownBy(() -> Backup.restore(bad, none)).isInstanceOf(Backup.Refused.class);
      assertThat(none.resolve("guywire.db")).doesNotExist();
      assertThat(none.resolve("backup.new")).doesNotExist();
    }
    assertThatThrownBy(() -> Backup.make(none, file)).isInstanceOf(Backup.Refused.class);
    Backup.restore(file, none);
    Database.inDirectory(none).close();
  }

  private static byte[] half(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    return java.util.Arrays.copyOf(whole, whole.length / 2);
  }
}
