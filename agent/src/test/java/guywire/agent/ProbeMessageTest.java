package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.agent.ProbeMessage.Kind;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The words between agents. */
class ProbeMessageTest {

  @Test
  void a_probe_and_its_answer_have_this_form_for_good() {
    var probe = new ProbeMessage(Kind.PROBE, 0x0102030405060708L);
    assertThat(HexFormat.of().formatHex(probe.bytes()))
        .isEqualTo("67770101000000000102030405060708");
    assertThat(HexFormat.of().formatHex(probe.answer().bytes()))
        .isEqualTo("67770102000000000102030405060708");
    assertThat(ProbeMessage.read(probe.bytes())).contains(probe);
    assertThat(ProbeMessage.read(probe.answer().bytes())).contains(probe.answer());
  }

  @Test
  void an_answer_is_no_longer_than_its_probe() {
    var probe = new ProbeMessage(Kind.PROBE, 7);
    assertThat(probe.answer().bytes()).hasSameSizeAs(probe.bytes());
  }

  @Test
  void whatever_has_another_length_version_kind_or_padding_is_no_message() {
    byte[] good = new ProbeMessage(Kind.PROBE, -1).bytes();
    for (int length = 0; length < 40; length++) {
      if (length != good.length) {
        assertThat(ProbeMessage.read(Arrays.copyOf(good, length))).isEmpty();
      }
    }
    for (int at = 0; at < 8; at++) {
      for (int value = 0; value < 256; value++) {
        byte[] other = good.clone();
        other[at] = (byte) value;
        boolean known = other[at] == good[at] || (at == 3 && value == 2);
        assertThat(ProbeMessage.read(other).isPresent())
            .as("byte %d is %d", at, value)
            .isEqualTo(known);
      }
    }
  }
}
