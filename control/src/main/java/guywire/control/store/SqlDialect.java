package guywire.control.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Where the two databases differ: how a connection is prepared, and how a change begins so that it
 * is the only one. All other SQL is the same text for both.
 */
public enum SqlDialect {
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
      "BEGIN IMMEDIATE",
      "BEGIN",
      "COMMIT"),

  /**
   * PostgreSQL, shared by several processes: one of them changes at a time, by an advisory lock,
   * and tells the others that it did. One whose machine is gone holds the lock for some seconds.
   */
  POSTGRESQL(
      List.of("SET lock_timeout = '15s'", "SET idle_in_transaction_session_timeout = '10s'"),
      List.of("BEGIN", "SELECT pg_advisory_xact_lock(" + SqlDialect.LOCK + ")"),
      "BEGIN",
      "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
      "NOTIFY " + SqlDialect.CHANNEL + "; COMMIT");

  /** By which servers on one database wake each other. */
  static final String CHANNEL = "guywire";

  /** "guywire" as a number: the lock of whoever changes the database. */
  private static final long LOCK = 0x67757977697265L;

  private final List<String> preparation;
  private final List<String> beginWriting;
  private final String beginBeside;
  private final String beginReading;
  private final String commit;

  SqlDialect(
      List<String> preparation,
      List<String> beginWriting,
      String beginBeside,
      String beginReading,
      String commit) {
    this.preparation = preparation;
    this.beginWriting = beginWriting;
    this.beginBeside = beginBeside;
    this.beginReading = beginReading;
    this.commit = commit;
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

  void beginBeside(Connection connection) throws SQLException {
    execute(connection, beginBeside);
  }

  void commit(Connection connection) throws SQLException {
    execute(connection, commit);
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
