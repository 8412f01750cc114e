package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.agent.ForwardMessage.Reply;
import guywire.network.Transport;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The words about forwarding. */
class ForwardMessageTest {

  private static final ForwardMessage OPEN =
      ForwardMessage.open(
          0x0102030405060708L, Transport.TCP, 2222, IpAddress.parse("192.168.1.10"), 22, 7200);

  @Test
  void a_question_and_an_answer_have_this_form_for_good() {
    assertThat(HexFormat.of().formatHex(OPEN.bytes()))
        .isEqualTo(
            "67770108"
                + "0102030405060708"
                + "0600"
                + "08ae"
                + "0016"
                + "0000"
                + "00001c20"
                + "00000000000000000000ffffc0a8010a");
    assertThat(HexFormat.of().formatHex(OPEN.answer(Reply.TAKEN, 0).bytes()))
        .startsWith("67770108" + "0102030405060708" + "0603");
    for (var message :
        new ForwardMessage[] {
          OPEN,
          OPEN.answer(Reply.DONE, 60),
          ForwardMessage.end(1, Transport.UDP, 5353),
          ForwardMessage.list(2, 0),
          ForwardMessage.open(3, Transport.UDP, 65535, IpAddress.parse("fd00::1"), 53, 0)
        }) {
      assertThat(ForwardMessage.read(message.bytes())).contains(message);
    }
  }

  @Test
  void whatever_has_another_length_version_kind_or_padding_is_no_message() {
    byte[] good = OPEN.bytes();
    for (int length = 0; length < 80; length++) {
      assertThat(ForwardMessage.read(Arrays.copyOf(good, length)).isPresent())
          .isEqualTo(length == good.length);
    }
    for (int at : new int[] {0, 1, 2, 3, 12, 13, 18, 19}) {
      byte[] other = good.clone();
      other[at] ^= 0x40;
      assertThat(ForwardMessage.read(other)).as("byte %d", at).isEmpty();
    }
  }

  @Test
  void a_port_of_the_hosts_own_services_is_never_asked_for() {
    byte[] low = OPEN.bytes();
    low[14] = 0;
    low[15] = 80;
    assertThat(ForwardMessage.read(low)).isEmpty();
    byte[] nowhere = OPEN.bytes();
    nowhere[16] = 0;
    nowhere[17] = 0;
    assertThat(ForwardMessage.read(nowhere)).isEmpty();
  }
}
