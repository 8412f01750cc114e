package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database whose connections end while nobody uses them, or while somebody does. */
@Timeout(120)
class LostConnectionsTest {

  private static final NetworkId OTHER = new NetworkId("00000000000000000000000000000001");

  private Database.Source source;
  private Database database;

  @BeforeEach
  void open() throws IOException, SQLException {
    source = PostgresCluster.running().database();
    database = Database.of(SqlDialect.POSTGRESQL, source);
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** As a new start of the database does. */
  private void endAll() {
    try (var beside = source.open()) {
      SqlDialect.execute(
          beside,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private long count() {
    return database.read(session -> new Networks(session).count());
  }

  @Test
  void whoever_comes_first_after_connections_ended_is_served() {
    database.write(session -> new Networks(session).add(Crash.ID, Crash.NETWORK, Instant.EPOCH));
    for (int i = 0; i < 8; i++) {
      assertThat(count()).isOne();
    }
    endAll();
    database.write(session -> new Networks(session).add(OTHER, new Name("other"), Instant.EPOCH));
    // One after the other has each of the connections that were there.
    for (int i = 0; i < 8; i++) {
      assertThat(count()).isEqualTo(2);
    }
    endAll();
    for (int i = 0; i < 8; i++) {
      assertThat(database.<Boolean>writeOwn(_ -> true)).isTrue();
    }
  }

  @Test
  void what_was_begun_on_a_connection_that_ends_is_not_done_twice_and_not_kept() {
    assertThat(count()).isZero();
    var times = new AtomicInteger();
    assertThatThrownBy(() ->
            database.write(session -> {
              times.incrementAndGet();
              new Networks(session).add(Crash.ID, Crash.NETWORK, Instant.EPOCH);
              endAll();
              return new Networks(session).count();
            }))
        .isInstanceOf(StoreException.class);
    assertThat(times).hasValue(1);
    assertThat(count()).isZero();
  }
}
