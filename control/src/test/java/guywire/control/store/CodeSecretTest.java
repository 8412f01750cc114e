package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodeSecretTest {

  private static final CodeSecret PUBLISHED =
      new CodeSecret("12345678901234567890".getBytes(StandardCharsets.US_ASCII));

  /** RFC 6238, appendix B (SHA-1); the last six of its eight digits. */
  @ParameterizedTest
  @CsvSource({
    "59, 287082",
    "1111111109, 081804",
    "1111111111, 050471",
    "1234567890, 005924",
    "2000000000, 279037",
    "20000000000, 353130"
  })
  void its_codes_are_the_published_ones(long seconds, String code) {
    var now = Instant.ofEpochSecond(seconds);
    assertThat(PUBLISHED.code(CodeSecret.stepAt(now))).isEqualTo(code);
    assertThat(PUBLISHED.stepOf(code, now, 0)).hasValue(seconds / 30);
  }

  @Test
  void clocks_may_be_apart_by_one_step_and_no_code_is_good_after_it_or_a_later_one_was_used() {
    var now = Instant.ofEpochSecond(1_000_000_000);
    long step = CodeSecret.stepAt(now);
    for (long other = step - 3; other <= step + 3; other++) {
      var found = PUBLISHED.stepOf(PUBLISHED.code(other), now, 0);
      assertThat(found.isPresent()).isEqualTo(Math.abs(other - step) <= 1);
    }
    assertThat(PUBLISHED.stepOf(PUBLISHED.code(step), now, step)).isEmpty();
    assertThat(PUBLISHED.stepOf(PUBLISHED.code(step - 1), now, step)).isEmpty();
    assertThat(PUBLISHED.stepOf(PUBLISHED.code(step + 1), now, step)).hasValue(step + 1);
    assertThat(PUBLISHED.stepOf("", now, 0)).isEmpty();
  }

  @Test
  void its_text_is_base32_and_it_does_not_show_itself() {
    assertThat(PUBLISHED.reveal()).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assertThat(CodeSecret.tryParse(PUBLISHED.reveal()).orElseThrow().reveal())
        .isEqualTo(PUBLISHED.reveal());
    for (var wrong : new String[] {"", "GEZDGNBV", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "1"}) {
      assertThat(CodeSecret.tryParse(wrong)).isEmpty();
    }
    assertThat(PUBLISHED.uri(new Name("anna"), "vpn.example:8443"))
        .isEqualTo(
            "otpauth://totp/Guywire%20vpn.example%3A8443:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Guywire%20vpn.example%3A8443");
    assertThat(PUBLISHED).hasToString("(hidden)");
    assertThat(CodeSecret.random().reveal()).isNotEqualTo(CodeSecret.random().reveal());
  }
}
