package guywire.control.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of a password. */
class PasswordDigestTest {

  @Test
  void it_knows_the_password_and_no_other_and_no_two_are_alike() {
    var digest = PasswordDigest.of("上海 correct horse");
    assertThat(digest.matches("上海 correct horse")).isTrue();
    assertThat(digest.matches("上海 correct horsf")).isFalse();
    assertThat(digest.matches("")).isFalse();
    assertThat(PasswordDigest.tryParse(digest.text()).orElseThrow().matches("上海 correct horse"))
        .isTrue();
    assertThat(PasswordDigest.of("上海 correct horse").text()).isNotEqualTo(digest.text());
    assertThat(digest.toString()).isEqualTo("(hidden)");
  }

  @Test
  void a_text_that_is_none_or_asks_for_all_memory_is_not_read() {
    String salt = "c29tZXNhbHQtMTZieXRlcw";
    String rest = "$" + salt + "$" + "A".repeat(43);
    assertThat(PasswordDigest.tryParse("$argon2id$v=19$m=19456,t=2,p=1" + rest)).isPresent();
    for (var wrong :
        List.of(
            "",
            "secret",
            "$argon2i$v=19$m=19456,t=2,p=1" + rest,
            "$argon2id$v=19$m=9999999,t=2,p=1" + rest,
            "$argon2id$v=19$m=19456,t=0,p=1" + rest,
            "$argon2id$v=19$m=19456,t=999,p=1" + rest,
            "$argon2id$v=19$m=19456,t=2,p=1$" + salt)) {
      assertThat(PasswordDigest.tryParse(wrong)).as(wrong).isEmpty();
    }
  }
}
