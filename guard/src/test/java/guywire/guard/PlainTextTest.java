package guywire.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people read shows all that is in it. */
class PlainTextTest {

  @Test
  void no_control_character_is_left() {
    IntStream.concat(IntStream.range(0, 32), IntStream.rangeClosed(0x7f, 0x9f))
        .forEach(control ->
            assertThat(PlainText.line("a" + (char) control + "b"))
                .isEqualTo("a\\u%04xb".formatted(control)));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029,
        0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2066, 0x2067, 0x2068, 0x2069, 0x2800,
        0x3164, 0xe000, 0xfe0f, 0xfeff, 0xffa0, 0xfff9, 0xe0001, 0xe0041, 0xe0100, 0x10ffff
      })
  void what_turns_a_line_round_or_is_not_seen_is_escaped(int character) {
    String text = "a" + Character.toString(character) + "b";
    assertThat(PlainText.isPlain(text)).isFalse();
    assertThat(PlainText.lines(text)).matches("a(\\\\u[0-9a-f]{4}){1,2}b");
  }

  @Test
  void what_people_write_stays_as_it_is() {
    String text =
        "peer nas-a (Köln, 东京, Ελλάδα, שלום, 한국) -> 10.0.0.0/8 \\u001b \u00e9 \ud83d\ude80";
    assertThat(PlainText.line(text)).isSameAs(text);
    assertThat(PlainText.isPlain(text)).isTrue();
  }

  @Test
  void half_a_character_is_escaped() {
    assertThat(PlainText.line("\ud83d")).isEqualTo("\\ud83d");
    assertThat(PlainText.line("\ude80x")).isEqualTo("\\ude80x");
  }

  @Test
  void only_a_text_of_several_lines_keeps_its_breaks() {
    assertThat(PlainText.lines("a\n\tb\r\n")).isEqualTo("a\n\tb\\u000d\n");
    assertThat(PlainText.line("a\n\tb")).isEqualTo("a\\u000a\\u0009b");
  }
}
