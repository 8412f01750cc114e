package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTextTest {

  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ \n\u00e9";

  /** A key is what is written again as it was. */
  private static boolean isKey(String text) {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return bytes.length == 32 && Base64.getEncoder().encodeToString(bytes).equals(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void only_canonical_base64_of_32_bytes_is_a_key() {
    var random = new Random(3);
    int keys = 0;
    for (int i = 0; i < 200_000; i++) {
      var bytes = new byte[32 + random.nextInt(8) / 7];
      random.nextBytes(bytes);
      var text = new StringBuilder(Base64.getEncoder().encodeToString(bytes));
      for (int changes = random.nextInt(3); changes > 0; changes--) {
        // The end is where the spare bits and the sign are.
        int at =
            random.nextBoolean()
                ? random.nextInt(text.length())
                : text.length() - 1 - random.nextInt(3);
        text.setCharAt(at, LETTERS.charAt(random.nextInt(LETTERS.length())));
      }
      String shown = text.toString();
      keys += isKey(shown) ? 1 : 0;
      assertThat(KeyText.parse(shown).isPresent()).as(shown).isEqualTo(isKey(shown));
      KeyText.parse(shown).ifPresent(key -> assertThat(KeyText.format(key)).isEqualTo(shown));
    }
    assertThat(keys).isBetween(20_000, 180_000);
  }
}
