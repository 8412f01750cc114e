package guywire.control;

import guywire.control.store.SqliteFile;
import guywire.control.store.StoreException;
import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.text.Text;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a server keeps in its directory, in one file: its database as it was at one moment, with
 * its certificate in it. It is made while the server runs.
 */
/*
 * The file is a database itself. SQLite writes it from one snapshot, whatever is changed meanwhile; the other
 * files are put into a table of their own, which goes when it is restored.
 */
public final class Backup {

  private static final String ASIDE = "backup.new";
  private static final List<String> FILES =
      List.of(ServerCertificate.KEY, ServerCertificate.CERTIFICATE);

  private Backup() {}

  /** What can't be done, in words. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Text text;

    private Refused(String key, Object... arguments) {
      this(Text.of(Backup.class, key, arguments));
    }

    private Refused(Text text) {
      super(text.toString());
      this.text = text;
    }

    /** What people read. */
    public Text text() {
      return text;
    }
  }

  /**
   * Makes a backup.
   *
   * @param data the server's directory
   * @param file where it goes (mode 0600); what had this name before is replaced by the whole of it
   * @throws Refused if there is no server's database, or it can't be read
   * @throws IOException if a directory or file is not the caller's own, or can't be used
   */
  public static void make(Path data, Path file) throws IOException, Refused {
    Path target = file.toAbsolutePath();
    Path parent = target.getParent();
    if (parent == null) {
      throw new Refused("backup.no-file", file.toString());
    }
    try (var owned = OwnedDirectory.open(data, Audience.OWNER)) {
      if (!owned.has(SqliteFile.NAME)) {
        throw new Refused("backup.no-server", data.toString());
      }
      owned.deleteIfThere(ASIDE);
      // Its mode is right before there is anything in it; an empty one is written into.
      var aside = sqlite(owned, ASIDE);
      try {
        try (var connection = connection(owned, SqliteFile.NAME);
            var copy = connection.prepareStatement("VACUUM INTO ?")) {
          copy.setString(1, aside.path().toString());
          copy.execute();
        }
        try (var connection = connection(owned, ASIDE)) {
          addFiles(connection, owned);
        }
        try (var made = owned.open(ASIDE, Audience.OWNER, StandardOpenOption.READ);
            var directory = OwnedDirectory.open(parent, Audience.EVERYBODY)) {
          directory.write(
              String.valueOf(target.getFileName()), to -> copy(made, to), Audience.OWNER);
        }
      } catch (SQLException e) {
        throw new Refused("backup.failed", String.valueOf(e.getMessage()));
      } finally {
        owned.deleteIfThere(ASIDE);
      }
    }
  }

  /** Piece by piece: however long it is, it takes no memory. */
  private static void copy(FileChannel from, FileChannel to) throws IOException {
    long size = from.size();
    for (long at = 0; at < size; ) {
      long copied = from.transferTo(at, size - at, to);
      if (copied <= 0) {
        throw new EOFException("cut short at " + at + " of " + size + " bytes");
      }
      at += copied;
    }
  }

  /**
   * Makes a server's directory of a backup.
   *
   * @param file the backup
   * @param data the directory, made if it is not there; it must hold no server yet
   * @throws Refused if it holds one, or the file is no backup, or damaged
   * @throws IOException if a directory or file is not the caller's own, or can't be used
   */
  public static void restore(Path file, Path data) throws IOException, Refused {
    try (var backup = FileChannel.open(file, StandardOpenOption.READ);
        var owned = OwnedDirectory.make(data, Audience.OWNER)) {
      if (owned.has(SqliteFile.NAME)) {
        throw new Refused("backup.not-empty", data.toString());
      }
      owned.write(ASIDE, to -> copy(backup, to), Audience.OWNER);
      try {
        Map<String, byte[]> files;
        try (var connection = connection(owned, ASIDE)) {
          check(connection, file);
          files = takeFiles(connection);
        } catch (SQLException e) {
          throw new Refused("backup.none", file.toString());
        }
        for (var name : FILES) {
          var content = files.get(name);
          if (content != null) {
            owned.write(name, content, audience(name));
          }
        }
        // The last: a directory without it holds no server.
        Path at = owned.path();
        Files.move(at.resolve(ASIDE), at.resolve(SqliteFile.NAME), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        owned.deleteIfThere(ASIDE);
      }
    }
  }

  private static Audience audience(String name) {
    return name.equals(ServerCertificate.KEY) ? Audience.OWNER : Audience.EVERYBODY;
  }

  private static SqliteFile sqlite(OwnedDirectory owned, String name) throws IOException, Refused {
    try {
      return SqliteFile.in(owned, name);
    } catch (StoreException e) {
      throw new Refused(e.text());
    }
  }

  private static Connection connection(OwnedDirectory owned, String name)
      throws IOException, SQLException, Refused {
    var connection = sqlite(owned, name).connect();
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA trusted_schema = OFF");
      statement.execute("PRAGMA busy_timeout = 10000");
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static void addFiles(Connection connection, OwnedDirectory owned)
      throws IOException, SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE backup_files (name text NOT NULL PRIMARY KEY, content blob NOT NULL)");
    }
    try (var insert = connection.prepareStatement("INSERT INTO backup_files VALUES (?, ?)")) {
      for (var name : FILES) {
        var content = owned.read(name, audience(name));
        if (content.isPresent()) {
          insert.setString(1, name);
          insert.setBytes(2, content.get());
          insert.execute();
        }
      }
    }
  }

  private static void check(Connection connection, Path file) throws SQLException, Refused {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery("PRAGMA integrity_check")) {
      if (!result.next() || !"ok".equals(result.getString(1))) {
        throw new Refused("backup.damaged", file.toString());
      }
    }
  }

  private static Map<String, byte[]> takeFiles(Connection connection) throws SQLException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try (var statement = connection.createStatement()) {
      try (var result = statement.executeQuery("SELECT name, content FROM backup_files")) {
        while (result.next()) {
          files.put(result.getString(1), result.getBytes(2));
        }
      }
      statement.execute("DROP TABLE backup_files");
    }
    return files;
  }
}
