package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of the lines that a program answers on its control socket. */
class UapiAnswerTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "00012, 12",
    "65535, 65535",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, 9223372036854775807",
    "9999999999999999999, 9223372036854775807",
    "10000000000000000000, 0",
    "'', 0",
    "-1, 0",
    "+1, 0",
    "'1 ', 0",
    "٣, 0",
    "0x10, 0"
  })
  void a_number_is_decimal_and_anything_else_is_none(String text, long number) {
    var device = UapiSocket.parse(List.of("fwmark=" + text, "dropped_no_peer=" + text));
    assertThat(device.firewallMark()).isEqualTo(number);
    assertThat(device.drops()).containsExactly(Map.entry("no-peer", number));
  }

  @Test
  void a_reason_of_drops_is_of_small_letters_and_digits() {
    String longest = "a".repeat(40);
    var lines =
        List.of(
            "dropped_=1",
            "dropped_A=1",
            "dropped_" + longest + "=1",
            "dropped_a" + longest + "=1",
            "dropped_a_1=1");
    assertThat(UapiSocket.parse(lines).drops()).containsOnlyKeys("a-1", longest);
  }
}
