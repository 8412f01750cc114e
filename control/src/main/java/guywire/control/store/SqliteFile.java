package guywire.control.store;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.network.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * A database of SQLite in a directory that is the caller's own.
 *
 * @param path the file
 */
public record SqliteFile(Path path) {

  /** The database's name in a server's data directory. */
  public static final String NAME = "guywire.db";

  /**
   * The database of this name in a directory. The file is made, empty, if it is not there.
   *
   * @throws IOException if it is not the caller's own
   * @throws StoreException if no database can be in a directory of that name
   */
  public static SqliteFile in(OwnedDirectory directory, String name) throws IOException {
    // Made by us with its final mode, and not by the library with that of the umask.
    directory
        .open(name, Audience.OWNER, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
        .close();
    // The library's native part must not lie where others could exchange it.
    try (var own = directory.makeChild("native", Audience.OWNER)) {
      System.setProperty("org.sqlite.tmpdir", own.path().toAbsolutePath().toString());
    }
    Path path = directory.path().toAbsolutePath().resolve(name);
    if (path.toString().contains("?")) {
      // Behind it the library would look for options, and so open another file.
      throw new StoreException(Text.of(Database.class, "store.path", directory.path().toString()));
    }
    return new SqliteFile(path);
  }

  /** A new connection to it. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + path);
  }
}
