package guywire.control.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** The databases that every test of the store runs over. */
enum Kind {
  SQLITE,
  POSTGRESQL;

  /**
   * A fresh database and how to reach it again.
   *
   * @param kind what it is
   * @param directory where it is, for SQLite
   * @param source how it is reached, for PostgreSQL
   */
  record Fresh(Kind kind, Path directory, Database.Source source) {

    /** Opens it, as a server does at its start. */
    Database open() throws IOException {
      return kind == SQLITE
          ? Database.inDirectory(directory)
          : Database.of(SqlDialect.POSTGRESQL, source);
    }

    /** The words by which {@link Crash} finds it in another process. */
    List<String> words() throws IOException, SQLException {
      return kind == SQLITE
          ? List.of("SQLITE", directory.toString(), "")
          : List.of(
              "POSTGRESQL", PostgresCluster.url(source), PostgresCluster.running().password());
    }

    /** A bare connection, past all that the store does. */
    Connection connection() throws SQLException {
      return kind == SQLITE
          ? DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("guywire.db"))
          : source.open();
    }
  }

  Fresh fresh(Path directory) throws IOException, SQLException {
    return new Fresh(
        this,
        directory.resolve("data"),
        this == SQLITE
            ? () -> {
              throw new SQLException("SQLite is reached by its directory");
            }
            : PostgresCluster.running().database());
  }
}
