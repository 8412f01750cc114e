package guywire.network.text;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.json.NodeId;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What is read and said by hand, because regular expressions and message formats are slow where a
 * command has just begun, is what those would make of it.
 */
class ReadWithoutPatternsTest {

  private static final int ROUNDS = 200_000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private String text(String letters, int longest) {
    var text = new StringBuilder();
    for (int i = random.nextInt(longest + 1); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  @Test
  void names_of_interfaces_have_the_form_that_wg_quick_allows() {
    for (int i = 0; i < ROUNDS; i++) {
      String text = text("aZ09_=+.-/ \n\u00e9", 17);
      assertThat(InterfaceName.tryParse(text).isPresent())
          .as("seed %d: %s", seed, text)
          .isEqualTo(text.matches("(?!-|\\.{1,2}$)[a-zA-Z0-9_=+.-]{1,15}"));
    }
    assertThat(InterfaceName.tryParse("x".repeat(15))).isPresent();
    assertThat(InterfaceName.tryParse("x".repeat(16))).isEmpty();
    assertThat(InterfaceName.tryParse("..")).isEmpty();
    assertThat(InterfaceName.tryParse("...")).isPresent();
  }

  @Test
  void names_in_ascii_have_the_form_that_those_of_any_script_have() {
    for (int i = 0; i < ROUNDS; i++) {
      String text = text("az09--A_. \n", 5) + "a".repeat(random.nextInt(66) / 60 * 60);
      assertThat(Name.tryParse(text).isPresent())
          .as("seed %d: %s", seed, text)
          .isEqualTo(text.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"));
    }
  }

  @Test
  void lengths_of_prefixes_are_decimal_without_a_zero_before_them() {
    for (int i = 0; i < ROUNDS; i++) {
      String digits = text("0123456789+- \u0663", 4);
      boolean isLength = digits.matches("0|[1-9][0-9]{0,2}");
      assertThat(Prefix.length(digits))
          .as("seed %d: %s", seed, digits)
          .isEqualTo(isLength ? Integer.parseInt(digits) : -1);
    }
    assertThat(Prefix.tryParse("10.0.0.0/8")).contains(Prefix.parse("10.0.0.0/8"));
    for (String wrong :
        List.of("10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "/8", "10.0.0.0/08", "10.0.0.0/8/8")) {
      assertThat(Prefix.tryParse(wrong)).as(wrong).isEmpty();
      assertThat(wrong.equals("10.0.0.1/8") || InterfaceAddress.tryParse(wrong).isEmpty())
          .as(wrong)
          .isTrue();
    }
  }

  @Test
  void identities_are_32_hexadecimal_digits_in_lower_case() {
    String id = "0123456789abcdef".repeat(2);
    assertThat(NodeId.tryParse(id)).isPresent();
    for (String wrong :
        List.of("", id + "0", id.substring(1), id.replace('a', 'A'), id.replace('f', 'g'))) {
      assertThat(NodeId.tryParse(wrong)).as(wrong).isEmpty();
    }
  }

  @Test
  void a_message_says_what_a_message_format_makes_of_it() {
    for (int i = 0; i < ROUNDS; i++) {
      String pattern = text("ab {}''0{1}{0}2", 12);
      String said;
      try {
        said = new MessageFormat(pattern, Locale.ROOT).format(new Object[] {"one", "{0}'"});
      } catch (IllegalArgumentException e) {
        // No pattern: there are none of these in a bundle.
        continue;
      }
      assertThat(Text.filled(pattern, List.of("one", "{0}'")))
          .as("seed %d: %s", seed, pattern)
          .isEqualTo(said);
    }
  }
}
