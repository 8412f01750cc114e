package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.Netlink;
import guywire.linux.Tun;
import guywire.tunnel.cipher.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tunnels that begin and end in one process leave neither memory nor descriptors behind. */
@Timeout(120)
class TunnelMemoryTest {

  private static final int AT_FIRST = 5;
  private static final int MORE = 40;

  @Test
  void what_a_tunnel_took_is_given_back_when_it_ends() throws IOException {
    try (Pair pair = new Pair(Pair.Program.guywire(), Pair.Program.guywire())) {
      for (int i = 0; i < AT_FIRST; i++) {
        beginAndEnd(pair);
      }
      long descriptors = descriptors();
      long mappings = mappings();
      for (int i = 0; i < MORE; i++) {
        beginAndEnd(pair);
      }
      assertThat(descriptors()).isLessThanOrEqualTo(descriptors + 3);
      // Of some thirty that each tunnel has; the JVM's own come and go.
      assertThat(mappings()).isLessThan(mappings + 5 * MORE);
    }
  }

  private static void beginAndEnd(Pair pair) {
    pair.a.namespace.run(() -> {
      var log = new Log(Log.Level.ERROR, "many", System.err);
      try (var tunnel =
          new Tunnel(
              Tun.open("gtmany"),
              new Engines(Engines.AUTO, log::error, log::verbose),
              new Offloads("", log),
              Sharing.ONE_THREAD,
              log)) {
        tunnel.start();
        try (Netlink netlink = Netlink.open()) {
          netlink.setUp(netlink.index("gtmany"));
        }
        Pair.await("sockets", () -> tunnel.sockets() != Sockets.NONE);
      }
    });
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }
}
