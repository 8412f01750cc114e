package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one of several servers does for all, over a real PostgreSQL. */
@Timeout(120)
class LeadershipTest {

  private static void endConnections(Database.Source source) throws SQLException {
    try (var connection = source.open()) {
      SqlDialect.execute(
          connection,
          "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
              + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
    }
  }

  @Test
  void one_has_it_until_it_ends_and_then_another() throws Exception {
    var source = PostgresCluster.running().database();
    try (var first = new Leadership(source);
        var second = new Leadership(source)) {
      assertThat(first.isHeld()).isTrue();
      assertThat(second.isHeld()).isFalse();
      assertThat(first.isHeld()).isTrue();
      first.close();
      awaitHeld(second);
      assertThat(first.isHeld()).isFalse();
    }
  }

  /** The database notices the end of a connection a moment later. */
  private static void awaitHeld(Leadership leadership) {
    while (!leadership.isHeld()) {
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Test
  void one_whose_connection_was_ended_has_it_no_more_if_another_took_it() throws Exception {
    var source = PostgresCluster.running().database();
    try (var first = new Leadership(source);
        var second = new Leadership(source)) {
      assertThat(first.isHeld()).isTrue();
      endConnections(source);
      awaitHeld(first);
      endConnections(source);
      awaitHeld(second);
      assertThat(first.isHeld()).as("another has it now").isFalse();
    }
  }

  @Test
  void while_the_database_is_away_nobody_has_it() {
    try (var leadership =
        new Leadership(() -> {
          throw new SQLException("nobody answers");
        })) {
      assertThat(leadership.isHeld()).isFalse();
    }
  }
}
