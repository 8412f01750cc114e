package guywire.cli;

import guywire.control.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Runs, once after a build, a server whose classes its AOT cache shall hold; it is asked once. */
public final class ServeTrainingRun {

  private ServeTrainingRun() {}

  /**
   * Runs it, in a directory of its own.
   *
   * @throws IOException if that can't be written
   * @throws Server.Refused if no server can be there
   */
  public static void main(String[] words) throws IOException, Server.Refused {
    Main.run(Screen.ofProcess(System.getenv()), "serve", "--help");
    Path data = Files.createTempDirectory("guywire-training");
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
    System.exit(0);
  }
}
