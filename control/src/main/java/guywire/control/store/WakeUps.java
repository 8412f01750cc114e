package guywire.control.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/**
 * Wakes whoever waits when another server on a database of PostgreSQL has changed something. For
 * one thread.
 */
/*
 * What is told is only that there is something: who is woken looks for himself, as he does from time to time in
 * any case. So nothing is lost with a connection, and another one is opened at the next wait.
 */
public final class WakeUps implements AutoCloseable {

  private static final int ANSWER_SECONDS = 5;

  /** So often it is asked whether a silent connection is still one. */
  private static final long LONGEST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Database.Source source;
  private Optional<Connection> connection = Optional.empty();
  private long heard;

  /** Those of a database. */
  public WakeUps(Database.Source source) {
    this.source = source;
  }

  /** Returns when there may be something new, or after a time. */
  public void await(Duration longest) throws InterruptedException {
    try {
      var open = connected();
      var told = open.unwrap(PGConnection.class).getNotifications((int) longest.toMillis());
      if (told != null && told.length > 0) {
        heard = System.nanoTime();
      } else if (System.nanoTime() - heard > LONGEST_SILENCE_NANOS) {
        if (!open.isValid(ANSWER_SECONDS)) {
          close();
        }
        heard = System.nanoTime();
      }
    } catch (SQLException e) {
      close();
      TimeUnit.MILLISECONDS.sleep(longest.toMillis());
    }
  }

  private Connection connected() throws SQLException {
    if (connection.isEmpty()) {
      var opened = source.open();
      connection = Optional.of(opened);
      SqlDialect.execute(opened, "SET idle_session_timeout = 0");
      SqlDialect.execute(opened, "LISTEN " + SqlDialect.CHANNEL);
      heard = System.nanoTime();
    }
    return connection.get();
  }

  @Override
  public void close() {
    connection.ifPresent(Database::closeQuietly);
    connection = Optional.empty();
  }
}
