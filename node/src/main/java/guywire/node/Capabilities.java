package guywire.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel lets this process do. */
final class Capabilities {

  /** CAP_NET_ADMIN of linux/capability.h. */
  private static final int NETWORK_ADMINISTRATION = 12;

  private Capabilities() {}

  /** Whether it may set up interfaces and routes, as root may outside of a container. */
  static boolean mayAdministerNetworks() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("CapEff:"))
          .map(line -> Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16))
          .anyMatch(mask -> (mask >>> NETWORK_ADMINISTRATION & 1) == 1);
    } catch (IOException e) {
      return false;
    }
  }
}
