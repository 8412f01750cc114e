package guywire.control.store;

import guywire.network.Name;
import guywire.network.json.NetworkId;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.Random;

/** A process that is killed in the middle of a change. */
final class Crash {

  static final NetworkId ID = NetworkId.random(new Random(7));
  static final Name NETWORK = new Name("home");

  private Crash() {}

  /** Does all of a change but its end, says so, and waits to be killed. */
  public static void main(String[] words) throws IOException {
    var database =
        words[0].equals("SQLITE")
            ? Database.inDirectory(Path.of(words[1]))
            : Database.of(
                SqlDialect.POSTGRESQL,
                () -> DriverManager.getConnection(words[1], "guywire", words[2]));
    database.write(session -> {
      change(session, 1);
      System.out.println("in the middle");
      System.out.flush();
      try {
        return System.in.read();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
    System.out.println("done");
  }

  /** A change of several tables. */
  static void change(Session session, long expected) {
    var networks = new Networks(session);
    var author = new Tokens(session).user(new Name("anna"), Instant.EPOCH);
    if (expected == 0) {
      networks.add(ID, NETWORK, Instant.EPOCH);
    }
    var version =
        networks.addVersion(ID, expected, "text " + (expected + 1), author, "", Instant.EPOCH);
    if (version.isEmpty()) {
      throw new IllegalStateException("another version came first");
    }
    networks.keepNodes(ID, java.util.Set.of(new Name("node-" + expected)), new Random(expected));
  }
}
