package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.EndpointAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The words between agents about a port that a router passes on. */
class MappedPortMessageTest {

  private static final MappedPortMessage GOOD =
      new MappedPortMessage(IpAddress.parse("10.9.0.3"), new EndpointAddress("192.0.2.7", 51820));

  @Test
  void it_has_this_form_for_good() {
    assertThat(HexFormat.of().formatHex(GOOD.bytes()))
        .isEqualTo(
            "67770107ca6c0000"
                + "00000000000000000000ffff0a090003"
                + "00000000000000000000ffffc0000207");
    assertThat(MappedPortMessage.read(GOOD.bytes())).contains(GOOD);
    assertThat(EndpointMessage.read(GOOD.bytes())).as("no other word").isEmpty();
  }

  @Test
  void whatever_has_another_length_version_kind_or_padding_is_no_message() {
    byte[] good = GOOD.bytes();
    for (int length = 0; length < 80; length++) {
      assertThat(MappedPortMessage.read(Arrays.copyOf(good, length)).isPresent())
          .isEqualTo(length == good.length);
    }
    for (int at : new int[] {0, 1, 2, 3, 6, 7}) {
      byte[] other = good.clone();
      other[at] ^= 0x40;
      assertThat(MappedPortMessage.read(other)).as("byte %d", at).isEmpty();
    }
  }
}
