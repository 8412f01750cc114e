package guywire.cli;

import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;

/**
 * Sets up, once after a build, a node with many peers on this host, changes nothing, looks at it
 * and takes it back, so that the AOT cache holds what commands do on a node that is set up. It runs
 * as root in namespaces of its own, where nothing but itself sees any of it.
 */
public final class NodeTrainingRun {

  private static final int PEERS = 100;

  private NodeTrainingRun() {}

  /**
   * Runs it.
   *
   * @param words the directory that the node's file is written to
   * @throws IOException if it can't be
   */
  public static void main(String[] words) throws IOException {
    var file = Path.of(words[0]).resolve("wg0.conf");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text());
    var up = List.of("up", file.toString(), "--tunnel", "guywire");
    var commands =
        List.of(
            List.of("show"),
            up,
            up,
            List.of("show"),
            List.of("show", "--json"),
            List.of("status"),
            List.of("down", "wg0"));
    int worst = ExitCode.HOLDS;
    for (var command : commands) {
      int code = Main.run(Screen.ofProcess(System.getenv()), command.toArray(String[]::new));
      worst = Math.max(worst, code);
    }
    System.exit(worst);
  }

  private static String text() {
    var random = new SecureRandom();
    var text = new StringBuilder("[Interface]\nAddress = 10.9.0.1/16\nListenPort = 51820\n");
    text.append("PrivateKey = ").append(PrivateKey.generate(random).base64()).append('\n');
    for (int peer = 1; peer <= PEERS; peer++) {
      text.append("\n[Peer]\nPublicKey = ")
          .append(PrivateKey.generate(random).publicKey())
          .append("\nAllowedIPs = 10.9.1.")
          .append(peer)
          .append("/32\nPersistentKeepalive = 25\n");
    }
    return text.toString();
  }
}
