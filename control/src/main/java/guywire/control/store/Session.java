package guywire.control.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One transaction, for the thread that was given it. Values go into statements as arguments, never
 * as text of theirs: strings, longs, and Optionals of these, where empty is NULL.
 */
public final class Session {

  private final Connection connection;

  Session(Connection connection) {
    this.connection = connection;
  }

  /** Makes a value of one row. */
  @FunctionalInterface
  interface RowReader<T> {
    T read(Row row) throws SQLException;
  }

  /** One row of a result. */
  static final class Row {
    private final ResultSet result;

    private Row(ResultSet result) {
      this.result = result;
    }

    String text(String column) throws SQLException {
      return optionalText(column).orElseThrow(() -> new SQLException("no " + column));
    }

    Optional<String> optionalText(String column) throws SQLException {
      return Optional.ofNullable(result.getString(column));
    }

    long number(String column) throws SQLException {
      return result.getLong(column);
    }

    Optional<Long> optionalNumber(String column) throws SQLException {
      long value = result.getLong(column);
      return result.wasNull() ? Optional.empty() : Optional.of(value);
    }
  }

  /** Changes rows and tells how many. */
  int update(String sql, Object... arguments) {
    try (var statement = prepared(sql, arguments)) {
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw Database.failed(e);
    }
  }

  /** All rows of a result. */
  <T> List<T> list(RowReader<T> reader, String sql, Object... arguments) {
    try (var statement = prepared(sql, arguments);
        var result = statement.executeQuery()) {
      var rows = new ArrayList<T>();
      while (result.next()) {
        rows.add(reader.read(new Row(result)));
      }
      return rows;
    } catch (SQLException e) {
      throw Database.failed(e);
    }
  }

  /** The first row of a result, if there is one. */
  <T> Optional<T> first(RowReader<T> reader, String sql, Object... arguments) {
    return list(reader, sql, arguments).stream().findFirst();
  }

  private PreparedStatement prepared(String sql, Object... arguments) throws SQLException {
    var statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < arguments.length; i++) {
        set(statement, i + 1, arguments[i]);
      }
      return statement;
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
  }

  private static void set(PreparedStatement statement, int at, Object value) throws SQLException {
    switch (value) {
      case String text -> statement.setString(at, text);
      case Long number -> statement.setLong(at, number);
      case Integer number -> statement.setLong(at, number);
      case Optional<?> one when one.isPresent() -> set(statement, at, one.get());
      // The type matters to PostgreSQL where it has nothing else to go by; none of ours does.
      case Optional<?> none -> statement.setNull(at, Types.NULL);
      default -> throw new IllegalArgumentException("no value of a database: " + value.getClass());
    }
  }
}
