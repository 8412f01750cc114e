package guywire.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be called what. */
class NameTest {

  @ParameterizedTest
  @ValueSource(strings = {"nas", "node-1", "7", "上海", "büro", "наблюдатель", "ノード-2"})
  void letters_of_any_script_make_a_name(String text) {
    assertThat(Name.tryParse(text)).map(Name::text).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-a",
        "a-",
        "A",
        "a b",
        "a.b",
        "a_b",
        "a\u0000",
        "a\n",
        "a\u200bb",
        "a\u202eb",
        "\u0301a",
        "ａ",
        "ﬁ",
        "u\u0308",
        "Ü",
        "a/b",
        "a'b",
        "a\"b",
        "$a"
      })
  void what_looks_like_another_name_or_has_no_letters_is_none(String text) {
    assertThat(Name.tryParse(text)).isEmpty();
    assertThat(Name.tryParse("x".repeat(64))).isEmpty();
  }

  @ParameterizedTest(name = "{0} becomes {1}, {2} in ASCII")
  @CsvSource({
    "Node_B, node-b, node-b",
    "上海 办公室, 上海-办公室, xn----ko6a51i78ab4ze6z",
    "BÜRO, büro, xn--bro-hoa",
    "' *?', '', ''",
    "ＡＢＣ, abc, abc",
  })
  void the_nearest_name_to_a_text_is_small_letters_and_hyphens(
      String text, String name, String label) {
    var near = Name.near(text);
    assertThat(near.map(Name::text).orElse("")).isEqualTo(name);
    assertThat(near.map(Name::label).orElse("")).isEqualTo(label);
  }

  @org.junit.jupiter.api.Test
  void a_name_too_long_in_ascii_has_a_label_all_the_same() {
    var first = new Name("京".repeat(60)).label();
    var second = new Name("京".repeat(61)).label();
    assertThat(first).matches("[a-z0-9-]{1,63}").isNotEqualTo(second);
  }
}
