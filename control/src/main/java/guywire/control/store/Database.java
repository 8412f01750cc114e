package guywire.control.store;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * A database: changes one after the other, each whole or not at all; readers beside them, each of
 * which sees one state. Safe for use by several threads.
 */
/*
 * The tables are small and read by key; what is costly (planning, proving) happens outside of
 * transactions. So one connection writes and a few read, without a pool that would have to be tuned.
 * A connection that failed is not used again: the next who needs one opens another, so that the first who comes after
 * a new start of the database is not refused.
 */
public final class Database implements AutoCloseable {

  /** As many read at once; more wait. */
  private static final int READERS = 4;

  /** So long one waits for a turn before it is told that the database is busy. */
  private static final long PATIENCE_SECONDS = 10;

  private static final int ANSWER_SECONDS = 5;

  /** Opens connections. */
  @FunctionalInterface
  public interface Source {
    /** A new connection. */
    Connection open() throws SQLException;
  }

  private final SqlDialect dialect;
  private final Source source;
  private final ReentrantLock writing = new ReentrantLock(true);
  private final BlockingQueue<Slot> readers = new ArrayBlockingQueue<>(READERS);
  private final Slot writer = new Slot();
  private final AtomicBoolean closed = new AtomicBoolean();

  private enum Kind {
    READS,
    WRITES,
    WRITES_BESIDE
  }

  /** A place for a connection. Whoever took it off the queue, or has the lock, may touch it. */
  private final class Slot {
    private Optional<Connection> connection = Optional.empty();

    Connection connected() throws SQLException {
      if (connection.isEmpty()) {
        var opened = source.open();
        dialect.prepare(opened);
        connection = Optional.of(opened);
      }
      return connection.get();
    }

    void drop() {
      connection.ifPresent(Database::closeQuietly);
      connection = Optional.empty();
    }
  }

  private Database(SqlDialect dialect, Source source) {
    this.dialect = dialect;
    this.source = source;
    for (int i = 0; i < READERS; i++) {
      readers.add(new Slot());
    }
  }

  /**
   * The database in a directory, which is made (mode 0700) if it is not there, brought to the
   * newest form.
   *
   * @throws IOException if the directory or the file is not the caller's own
   * @throws StoreException if it can't be opened, or is of a newer program
   */
  public static Database inDirectory(Path directory) throws IOException {
    SqliteFile file;
    try (var owned = OwnedDirectory.make(directory, Audience.OWNER)) {
      file = SqliteFile.in(owned, SqliteFile.NAME);
    }
    return of(SqlDialect.SQLITE, file::connect);
  }

  /**
   * The database that these connections lead to, brought to the newest form.
   *
   * @throws StoreException if it can't be opened, or is of a newer program
   */
  public static Database of(SqlDialect dialect, Source source) {
    var database = new Database(dialect, source);
    try {
      Migrations.ours().bringUp(database);
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /**
   * Does all of a change or nothing. No other change happens meanwhile.
   *
   * @throws StoreException if it fails; then nothing was changed, as when the work throws
   */
  public <T> T write(Function<Session, T> work) {
    lock();
    try {
      return within(writer, Kind.WRITES, work);
    } finally {
      writing.unlock();
    }
  }

  /** Reads one state, whatever is changed meanwhile. */
  public <T> T read(Function<Session, T> work) {
    return inSlot(Kind.READS, work);
  }

  /**
   * Does all of a change or nothing, of rows that nobody else changes: it waits for no other
   * change, and none for it.
   *
   * @throws StoreException if it fails; then nothing was changed, as when the work throws
   */
  public <T> T writeOwn(Function<Session, T> work) {
    return inSlot(Kind.WRITES_BESIDE, work);
  }

  private <T> T inSlot(Kind kind, Function<Session, T> work) {
    Slot slot;
    try {
      slot = readers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy();
    }
    if (slot == null) {
      throw busy();
    }
    try {
      if (closed.get()) {
        throw busy();
      }
      return within(slot, kind, work);
    } finally {
      if (closed.get()) {
        slot.drop();
      }
      readers.add(slot);
    }
  }

  private void lock() {
    try {
      if (!writing.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw busy();
      }
      if (closed.get()) {
        writing.unlock();
        throw busy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy();
    }
  }

  private <T> T within(Slot slot, Kind kind, Function<Session, T> work) {
    boolean done = false;
    try {
      var connection = begun(slot, kind);
      T result = work.apply(new Session(connection));
      if (kind == Kind.READS) {
        SqlDialect.execute(connection, "ROLLBACK");
      } else {
        dialect.commit(connection);
      }
      done = true;
      return result;
    } catch (SQLException e) {
      throw failed(e);
    } finally {
      if (!done) {
        giveUp(slot);
      }
    }
  }

  /**
   * A connection on which a transaction has begun. One may have ended since it was used last, with
   * the database's own process: as nothing was done on it by now, another takes its place.
   */
  private Connection begun(Slot slot, Kind kind) throws SQLException {
    boolean isFresh = slot.connection.isEmpty();
    var connection = slot.connected();
    try {
      begin(connection, kind);
      return connection;
    } catch (SQLException e) {
      if (isFresh || connection.isValid(ANSWER_SECONDS)) {
        throw e;
      }
    }
    slot.drop();
    var other = slot.connected();
    begin(other, kind);
    return other;
  }

  private void begin(Connection connection, Kind kind) throws SQLException {
    switch (kind) {
      case READS -> dialect.beginReading(connection);
      case WRITES -> dialect.beginWriting(connection);
      case WRITES_BESIDE -> dialect.beginBeside(connection);
    }
  }

  /** Undoes what was begun; a connection on which that fails is not used again. */
  private static void giveUp(Slot slot) {
    try {
      SqlDialect.execute(slot.connected(), "ROLLBACK");
    } catch (SQLException e) {
      slot.drop();
    }
  }

  static StoreException failed(SQLException e) {
    return new StoreException(
        Text.of(Database.class, "store.failed", String.valueOf(e.getMessage())), e);
  }

  private static StoreException busy() {
    return new StoreException(Text.of(Database.class, "store.busy"));
  }

  static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is of no use any more, and what was not committed is undone in any case.
    }
  }

  /**
   * Closes all connections; waits for what is under way, though not for ever: whoever reads for
   * longer closes his connection himself. Nothing is begun after it: a connection that was opened
   * then would be nobody's.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    writing.lock();
    try {
      writer.drop();
    } finally {
      writing.unlock();
    }
    try {
      Slot slot = readers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      for (int i = 1; slot != null; i++) {
        slot.drop();
        slot = i < READERS ? readers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS) : null;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
