package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What waits of one TCP flow goes to the kernel as one super-packet of more than 64 KiB, where that
 * does good: the kernel's own count of packets tells.
 */
@Timeout(60)
class BigTcpTest {

  @Test
  void a_host_that_does_not_forward_gets_one_long_super_packet() throws IOException {
    try (var connection = new BulkConnection(Pair.Program.guywire(), false)) {
      assertThat(connection.carry()).isEqualTo(1);
      assertThat(connection.carry()).isEqualTo(1);
    }
  }

  @Test
  void one_that_forwards_gets_none_longer_than_any_device_takes() throws IOException {
    try (var connection = new BulkConnection(Pair.Program.guywire(), true)) {
      assertThat(connection.carry()).isEqualTo(2);
    }
  }

  @Test
  void a_change_of_that_is_followed() throws IOException {
    try (var connection = new BulkConnection(Pair.Program.guywire(), false)) {
      assertThat(connection.carry()).isEqualTo(1);
      connection.setForwarding(true);
      Pair.await("the news", () -> connection.pair.a.logText().contains("up to 65535 bytes"));
      assertThat(connection.carry()).isEqualTo(2);
    }
  }

  @Test
  void where_an_xdp_program_sees_what_comes_in_they_are_no_longer_than_it_can_take(
      @TempDir Path directory) throws Exception {
    String program = CProgram.compile("xdp", directory);
    try (var connection = new BulkConnection(Pair.Program.guywire(), false)) {
      Pair.Host host = connection.pair.a;
      Process xdp =
          new ProcessBuilder("ip", "netns", "exec", host.namespaceName, program, host.interfaceName)
              .redirectErrorStream(true)
              .start();
      try {
        assertThat(xdp.inputReader().readLine()).isEqualTo("attached");
        host.ip("link", "set", host.interfaceName, "mtu", "1400");
        Pair.await("the news", () -> host.logText().contains("up to 65535 bytes"));
        assertThat(connection.carry()).isEqualTo(2);
      } finally {
        xdp.destroy();
        xdp.waitFor();
      }
    }
  }

  @Test
  void it_can_be_switched_off_by_its_name() throws IOException {
    var program = Pair.Program.guywire(Map.of("GUYWIRE_OFF", "tun-big-tcp"));
    try (var connection = new BulkConnection(program, false)) {
      assertThat(connection.carry()).isEqualTo(2);
    }
  }
}
