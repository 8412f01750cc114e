package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One of several servers has a database, over a real PostgreSQL. */
@Timeout(120)
class TenureTest {

  private static void endConnections(Database.Source source) throws SQLException {
    try (var connection = source.open()) {
      Dialect.execute(
          connection,
          "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
              + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
    }
  }

  @Test
  void who_waits_has_it_once_the_other_ends_and_not_before() throws Exception {
    var source = PostgresCluster.running().database();
    var waits = new CountDownLatch(1);
    CompletableFuture<Tenure> second;
    try (var first = Tenure.await(source, () -> {})) {
      second = CompletableFuture.supplyAsync(() -> Tenure.await(source, waits::countDown));
      waits.await();
      assertThat(first.isHeld()).isTrue();
      assertThat(second).isNotDone();
    }
    try (var tenure = second.get()) {
      assertThat(tenure.isHeld()).isTrue();
    }
  }

  @Test
  void one_whose_connection_was_ended_takes_it_anew_if_nobody_else_did() throws Exception {
    var source = PostgresCluster.running().database();
    try (var only = Tenure.await(source, () -> {})) {
      endConnections(source);
      assertThat(only.isHeld()).isTrue();
      var waits = new CountDownLatch(1);
      var second = CompletableFuture.supplyAsync(() -> Tenure.await(source, waits::countDown));
      waits.await();
      endConnections(source);
      try (var other = second.get()) {
        assertThat(other.isHeld()).isTrue();
        assertThat(only.isHeld()).as("another has it now").isFalse();
      }
    }
  }

  @Test
  void a_database_that_is_not_there_is_said_at_once() {
    assertThatThrownBy(() ->
            Tenure.await(
                () -> {
                  throw new SQLException("nobody answers");
                },
                () -> {}))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("nobody answers");
  }
}
