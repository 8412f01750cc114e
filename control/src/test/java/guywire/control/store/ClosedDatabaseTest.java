package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of a database, while others are at work on it. */
@Timeout(120)
class ClosedDatabaseTest {

  @TempDir Path directory;

  private Database.Source source(Kind kind) throws IOException, SQLException {
    if (kind == Kind.POSTGRESQL) {
      return PostgresCluster.running().database();
    }
    try (var owned = OwnedDirectory.make(directory.resolve("data"), Audience.OWNER)) {
      return SqliteFile.in(owned, SqliteFile.NAME)::connect;
    }
  }

  /** What is read while it is closed is read to its end, and no connection stays. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void whoever_closes_waits_for_those_who_read_and_leaves_no_connection(Kind kind)
      throws Exception {
    var source = source(kind);
    var opened = new ConcurrentLinkedQueue<Connection>();
    var database =
        Database.of(
            kind == Kind.SQLITE ? SqlDialect.SQLITE : SqlDialect.POSTGRESQL,
            () -> {
              var connection = source.open();
              opened.add(connection);
              return connection;
            });
    var reads = new CountDownLatch(1);
    var goesOn = new CountDownLatch(1);
    var reader =
        CompletableFuture.supplyAsync(() ->
            database.read(session -> {
              reads.countDown();
              await(goesOn);
              return new Networks(session).count();
            }));
    await(reads);
    var closing = Thread.ofPlatform().start(database::close);
    while (closing.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    goesOn.countDown();
    assertThat(reader.get()).isZero();
    closing.join();
    assertThatThrownBy(() -> database.read(session -> new Networks(session).count()))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> database.write(session -> new Networks(session).count()))
        .isInstanceOf(StoreException.class);
    database.close();
    assertThat(opened).hasSizeGreaterThan(1);
    for (var connection : opened) {
      assertThat(connection.isClosed()).isTrue();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
