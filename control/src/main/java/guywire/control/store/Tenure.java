package guywire.control.store;

import guywire.network.text.Text;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The right to serve a database, which one server has at a time. Whoever waits for it gets it as
 * soon as the other's process has ended, or its machine is not heard of for half a minute. Safe for
 * use by several threads.
 */
/*
 * It is an advisory lock of a connection of its own, so PostgreSQL takes it back with the connection, however that
 * ends. All that a server knows in memory alone (who is connected, who guessed wrong passwords) is so known in one
 * place. Changes are transactions that hold their own lock, so two that overlap for a moment do no harm.
 */
public final class Tenure implements AutoCloseable {

  /** "guywire" and one more letter, as a number. */
  private static final long LOCK = 0x6775797769726553L;

  private static final long PAUSE_MILLIS = 500;
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

  private Tenure(Database.Source source) {
    this.source = source;
  }

  /**
   * Waits until nobody else has it.
   *
   * @param waits called once if somebody has it
   * @throws StoreException if the database can't be reached, or this thread is interrupted
   */
  public static Tenure await(Database.Source source, Runnable waits) {
    var tenure = new Tenure(source);
    try {
      for (boolean first = true; !tenure.take(); first = false) {
        if (first) {
          waits.run();
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
      return tenure;
    } catch (SQLException e) {
      tenure.close();
      throw Database.failed(e);
    } catch (InterruptedException e) {
      tenure.close();
      Thread.currentThread().interrupt();
      throw new StoreException(Text.of(Database.class, "store.busy"));
    }
  }

  private synchronized boolean take() throws SQLException {
    if (connection.isEmpty()) {
      var opened = source.open();
      connection = Optional.of(opened);
      for (var statement : PREPARATION) {
        Dialect.execute(opened, statement);
      }
    }
    try (var ask = connection.get().prepareStatement("SELECT pg_try_advisory_lock(?)")) {
      ask.setLong(1, LOCK);
      try (var answer = ask.executeQuery()) {
        return answer.next() && answer.getBoolean(1);
      }
    }
  }

  /**
   * Whether nobody else has it. One that was lost with its connection is taken anew if it can be;
   * while the database is away, nobody can have it.
   */
  public synchronized boolean isHeld() {
    try {
      if (connection.isPresent() && connection.get().isValid(ANSWER_SECONDS)) {
        return true;
      }
      close();
      return take();
    } catch (SQLException e) {
      close();
      return true;
    }
  }

  @Override
  public synchronized void close() {
    connection.ifPresent(Database::closeQuietly);
    connection = Optional.empty();
  }
}
