package guywire.format;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.syntax.Notes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MessageKeysTest {

  private static final Pattern NOTED =
      Pattern.compile(
          "(?:(?:error|warning|info)\\(\\s*\"F\\d+\",\\s*[^\"]+?,\\s*|warn\\(\\s*)\"([^\"]+)\"");

  private static final Pattern SAID = Pattern.compile("(?:step|paragraph|say)\\(\\s*\"([^\"]+)\"");

  @Test
  void every_finding_has_its_message_and_mend_and_every_step_its_words() throws Exception {
    var keys = new TreeSet<String>();
    try (var sources = Files.walk(Path.of("src/main/java/guywire/format"))) {
      for (var source : sources.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(source);
        var noted = NOTED.matcher(text);
        while (noted.find()) {
          keys.add(noted.group(1));
          keys.add(noted.group(1) + ".mend");
        }
        var said = SAID.matcher(text);
        while (said.find()) {
          keys.add(said.group(1));
        }
      }
    }
    assertThat(keys).hasSizeGreaterThan(20);
    for (var key : keys) {
      var message = Notes.text(key, "a", "b", "c");
      assertThat(message.in(Locale.ENGLISH)).isNotBlank();
      assertThat(message.in(Locale.SIMPLIFIED_CHINESE))
          .isNotBlank()
          .as(key)
          .matches("(?s).*\\p{IsHan}.*");
    }
  }
}
