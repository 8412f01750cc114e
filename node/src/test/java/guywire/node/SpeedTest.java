package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.InterfaceName;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How fast a way is, by echo requests. */
class SpeedTest {

  @Test
  void what_came_back_in_its_time_is_the_speed() {
    String said =
        "1000 packets transmitted, 900 received, 10% packet loss, time 500ms\n"
            + "rtt min/avg/max/mdev = 0.002/0.003/2.677/0.014 ms";
    assertThat(Speed.bitsPerSecond(said, 1000)).isEqualTo(14_400_000);
    assertThat(Speed.bitsPerSecond("ping: unknown host", 1000)).isZero();
    assertThat(Speed.bitsPerSecond("3 packets transmitted, 3 received, time 0ms", 1000)).isZero();
  }

  @Test
  void packets_are_really_sent_by_the_interface_that_is_said() {
    var own =
        Speed.to(
            Machine.LOCAL,
            Optional.of(new InterfaceName("lo")),
            IpAddress.parse("127.0.0.1"),
            1400);
    assertThat(own.isAnswered()).isTrue();
    assertThat(own.roundTripMicros()).isPresent();
    var nobody =
        Speed.to(
            Machine.LOCAL,
            Optional.of(new InterfaceName("lo")),
            IpAddress.parse("192.0.2.1"),
            1400);
    assertThat(nobody.isAnswered()).isFalse();
  }
}
