package guywire.control.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The right to do what one of several servers on a database does for all: to let versions go on,
 * keys change, webhooks be told. Whoever asks for it gets it as soon as the other's process has
 * ended, or its machine is not heard of for half a minute. Safe for use by several threads.
 */
/*
 * It is an advisory lock of a connection of its own, so PostgreSQL takes it back with the connection, however that
 * ends. For a moment two may think that they have it: so each step is made in a transaction that looks whether it is
 * still the next one, and having it only saves the others the work.
 */
public final class Leadership implements AutoCloseable {

  /** "guywire" and one more letter, as a number. */
  private static final long LOCK = 0x6775797769726553L;

  private static final int ANSWER_SECONDS = 5;

  /** A machine that is gone is noticed by the database within half a minute. */
  private static final List<String> PREPARATION =
      List.of(
          "SET tcp_keepalives_idle = 10",
          "SET tcp_keepalives_interval = 5",
          "SET tcp_keepalives_count = 3",
          "SET idle_session_timeout = 0");

  private final Database.Source source;
  private Optional<Connection> connection = Optional.empty();
  private boolean held;

  /** Nobody's yet. */
  public Leadership(Database.Source source) {
    this.source = source;
  }

  /** Whether it is this server's: it is taken if it is nobody's. */
  public synchronized boolean isHeld() {
    try {
      if (connection.isPresent() && !connection.get().isValid(ANSWER_SECONDS)) {
        close();
      }
      held = held || take();
    } catch (SQLException e) {
      // While the database is away, nobody has it.
      close();
    }
    return held;
  }

  private boolean take() throws SQLException {
    if (connection.isEmpty()) {
      var opened = source.open();
      connection = Optional.of(opened);
      for (var statement : PREPARATION) {
        SqlDialect.execute(opened, statement);
      }
    }
    try (var ask = connection.get().prepareStatement("SELECT pg_try_advisory_lock(?)")) {
      ask.setLong(1, LOCK);
      try (var answer = ask.executeQuery()) {
        return answer.next() && answer.getBoolean(1);
      }
    }
  }

  @Override
  public synchronized void close() {
    connection.ifPresent(Database::closeQuietly);
    connection = Optional.empty();
    held = false;
  }
}
