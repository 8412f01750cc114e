package guywire.cli;

import guywire.control.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Runs, once after a build, commands whose classes the AOT cache shall hold, so that they start
 * fast. What they print is of no interest.
 */
public final class Rehearsal {

  private Rehearsal() {}

  /**
   * Runs them.
   *
   * @param words the directory of the examples
   */
  public static void main(String[] words) {
    String network = Path.of(words[0], "two-homes.yaml").toString();
    String other = Path.of(words[0], "hub-and-spoke.yaml").toString();
    var commands =
        List.of(
            List.of("--help"),
            List.of("check", "--help"),
            List.of("--lang=zh-CN", "--help"),
            List.of("show"),
            List.of("check", network),
            List.of("check", network, "--json"),
            List.of("explain", network, "macbook", "nas-a:445"),
            List.of("diff", network, other),
            List.of("genpsk"));
    for (var command : commands) {
      Main.run(Screen.ofProcess(System.getenv()), command.toArray(String[]::new));
    }
    serve();
    System.exit(0);
  }

  /** A server that is asked once. */
  private static void serve() {
    try {
      Path data = Files.createTempDirectory("guywire-rehearsal");
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      try (var server = Server.start(data, address, List.of())) {
        var link = server.setUpLink().flatMap(ServerLink::tryParse).orElseThrow();
        new ServerClient(link, Locale.ENGLISH).get("/health");
      }
      try (var walk = Files.walk(data)) {
        for (var path : walk.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Server.Refused e) {
      throw new IllegalStateException(e);
    }
  }
}
