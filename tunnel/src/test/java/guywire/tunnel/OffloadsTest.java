package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.linux.KernelRelease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is used of the kernel's offloads, by what is asked for and what kernel it is. */
class OffloadsTest {

  private static Offloads offloads(String off, String release) {
    var log = new Log(Log.Level.SILENT, "test", System.err);
    return new Offloads(off, log, KernelRelease.parse(release));
  }

  @ParameterizedTest
  @CsvSource({
    "6.18.44, true",
    "6.1.0-18-amd64, true",
    "6.99.7-rc1, true",
    "7.0.0-rc2, false",
    "7.0, false",
    "7.0.2-6-pve, false",
    "7.1.4, false",
    "7.1.5, true",
    "7.2.0-1-generic, true",
    "10.0.1, true",
    "strange, true",
  })
  void a_kernel_that_spoils_equal_segments_gets_a_shorter_last_one(String release, boolean equal) {
    assertThat(offloads("", release).equalSegments()).isEqualTo(equal);
    assertThat(offloads("", release).udpSegmentation()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 393216, 393216",
    "'', 200000, 200000",
    "'', 524280, 393216",
    "'', 0, 65535",
    "tun-big-tcp, 393216, 65535",
  })
  void super_packets_are_as_long_as_the_interface_takes_and_there_is_room_for(
      String off, int taken, int longest) {
    Offloads offloads = offloads(off, "6.18.44");
    assertThat(offloads.longestTcp4()).as("until it is known").isEqualTo(65_535);
    offloads.interfaceTakes(taken);
    assertThat(offloads.longestTcp4()).isEqualTo(longest);
    offloads.bigTcpRefused();
    offloads.interfaceTakes(taken);
    assertThat(offloads.longestTcp4()).as("once refused").isEqualTo(65_535);
  }

  @Test
  void each_can_be_switched_off_by_its_name() {
    assertThat(offloads("equal-segments", "6.18.44").equalSegments()).isFalse();
    assertThat(offloads("udp-gso", "6.18.44").udpSegmentation()).isFalse();
    assertThat(offloads("tun-tcp, UDP-GRO", "6.18.44").udpGro()).isFalse();
    Offloads none = offloads("all", "6.18.44");
    assertThat(none.udpGro() || none.udpSegmentation() || none.equalSegments()).isFalse();
    assertThatThrownBy(() -> offloads("speed", "6.18.44")).hasMessageContaining("speed");
  }
}
