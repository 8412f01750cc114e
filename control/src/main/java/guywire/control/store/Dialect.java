package guywire.control.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Where the two databases differ: how a connection is prepared, and how a change begins so that it
 * is the only one. All other SQL is the same text for both.
 */
public enum Dialect {
  /**
   * SQLite in one process: readers go on while one writes (WAL), and what was committed is on the
   * disk.
   */
  SQLITE(
      List.of(
          "PRAGMA journal_mode = WAL",
          "PRAGMA synchronous = FULL",
          "PRAGMA foreign_keys = ON",
          "PRAGMA trusted_schema = OFF",
          "PRAGMA busy_timeout = 10000"),
      List.of("BEGIN IMMEDIATE"),
      "BEGIN"),

  /**
   * PostgreSQL, shared by several processes: one of them changes at a time, by an advisory lock.
   */
  POSTGRESQL(
      List.of("SET lock_timeout = '10s'", "SET idle_in_transaction_session_timeout = '60s'"),
      List.of("BEGIN", "SELECT pg_advisory_xact_lock(" + Dialect.LOCK + ")"),
      "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");

  /** "guywire" as a number: the lock of whoever changes the database. */
  private static final long LOCK = 0x67757977697265L;

  private final List<String> preparation;
  private final List<String> beginWriting;
  private final String beginReading;

  Dialect(List<String> preparation, List<String> beginWriting, String beginReading) {
    this.preparation = preparation;
    this.beginWriting = beginWriting;
    this.beginReading = beginReading;
  }

  void prepare(Connection connection) throws SQLException {
    for (var statement : preparation) {
      execute(connection, statement);
    }
  }

  void beginWriting(Connection connection) throws SQLException {
    for (var statement : beginWriting) {
      execute(connection, statement);
    }
  }

  void beginReading(Connection connection) throws SQLException {
    execute(connection, beginReading);
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
