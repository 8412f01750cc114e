package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.EndpointAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The words between agents about where a node is. */
class EndpointMessageTest {

  private static final IpAddress ABOUT = IpAddress.parse("10.9.0.3");

  @Test
  void a_question_and_an_answer_have_this_form_for_good() {
    var question = new EndpointMessage(ABOUT, Optional.empty());
    var answer =
        new EndpointMessage(
            IpAddress.parse("fd00::3"), Optional.of(new EndpointAddress("192.0.2.7", 51820)));
    assertThat(HexFormat.of().formatHex(question.bytes()))
        .isEqualTo("6777010300000000" + "00000000000000000000ffff0a090003" + "0".repeat(32));
    assertThat(HexFormat.of().formatHex(answer.bytes()))
        .isEqualTo(
            "67770104ca6c0000"
                + "fd000000000000000000000000000003"
                + "00000000000000000000ffffc0000207");
    assertThat(EndpointMessage.read(question.bytes())).contains(question);
    assertThat(EndpointMessage.read(answer.bytes())).contains(answer);
  }

  @Test
  void whatever_has_another_length_version_kind_or_padding_is_no_message() {
    byte[] good =
        new EndpointMessage(ABOUT, Optional.of(new EndpointAddress("2001:db8::1", 1))).bytes();
    for (int length = 0; length < 80; length++) {
      assertThat(EndpointMessage.read(Arrays.copyOf(good, length)).isPresent())
          .isEqualTo(length == good.length);
    }
    for (int at : new int[] {0, 1, 2, 3, 6, 7}) {
      byte[] other = good.clone();
      other[at] ^= 0x40;
      assertThat(EndpointMessage.read(other)).as("byte %d", at).isEmpty();
    }
    byte[] noPort = good.clone();
    noPort[5] = 0;
    assertThat(EndpointMessage.read(noPort)).isEmpty();
  }
}
