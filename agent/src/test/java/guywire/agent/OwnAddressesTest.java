package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The words between agents about their own addresses. */
class OwnAddressesTest {

  private static final OwnAddresses TWO =
      new OwnAddresses(List.of(IpAddress.parse("192.168.1.5"), IpAddress.parse("fd00::5")), true);

  @Test
  void a_question_and_an_answer_have_this_form_for_good() {
    assertThat(HexFormat.of().formatHex(TWO.bytes()))
        .isEqualTo(
            "6777010502000000"
                + "00000000000000000000ffffc0a80105"
                + "fd000000000000000000000000000005"
                + "0".repeat(4 * 32));
    var none = new OwnAddresses(List.of(), false);
    assertThat(HexFormat.of().formatHex(none.bytes()))
        .isEqualTo("6777010600000000" + "0".repeat(6 * 32));
    assertThat(OwnAddresses.read(TWO.bytes())).contains(TWO);
    assertThat(OwnAddresses.read(none.bytes())).contains(none);
  }

  @Test
  void whatever_has_another_length_version_kind_count_or_padding_is_no_message() {
    for (int length = 0; length < 200; length++) {
      byte[] cut = Arrays.copyOf(TWO.bytes(), length);
      assertThat(OwnAddresses.read(cut).isPresent()).isEqualTo(length == OwnAddresses.BYTES);
    }
    for (int at : new int[] {0, 1, 2, 3, 4, 5, 6, 7, OwnAddresses.BYTES - 1}) {
      byte[] other = TWO.bytes();
      other[at] ^= 0x40;
      assertThat(OwnAddresses.read(other)).as("byte %d", at).isEmpty();
    }
    for (int count : new int[] {0, 1, 3, 6, 7, 255}) {
      byte[] other = TWO.bytes();
      other[4] = (byte) count;
      assertThat(OwnAddresses.read(other)).as("%d addresses", count).isEmpty();
    }
  }
}
