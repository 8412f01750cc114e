package guywire.prove.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * docs/faults.md is the catalogue and nothing else. After a change of the catalogue write it anew:
 * {@code mvn -pl prove -am test -Dtest=FaultsPageTest -Dguywire.write-docs=true
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class FaultsPageTest {

  @ParameterizedTest
  @CsvSource({"faults.md,en", "faults.zh-CN.md,zh-CN"})
  void the_page_is_the_catalogue(String file, String language) throws IOException {
    Path path = Path.of("../docs", file);
    String page = FaultsPage.in(Locale.forLanguageTag(language));
    if (Boolean.getBoolean("guywire.write-docs")) {
      Files.writeString(path, page);
    }
    assertThat(Files.readString(path)).isEqualTo(page);
  }

  @ParameterizedTest
  @CsvSource({"en", "zh-CN"})
  void every_entry_says_everything(String language) {
    var locale = Locale.forLanguageTag(language);
    for (var entry : Catalogue.entries()) {
      assertThat(entry.name().in(locale)).isNotBlank();
      assertThat(entry.notice().in(locale)).isNotBlank().doesNotContain("{");
      assertThat(entry.cause().in(locale)).isNotBlank().doesNotContain("{");
      assertThat(entry.mend().in(locale)).isNotBlank().doesNotContain("{");
      entry.unseen().ifPresent(why -> assertThat(why.in(locale)).isNotBlank());
    }
  }
}
