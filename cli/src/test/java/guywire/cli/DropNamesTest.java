package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.DropReason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The names of the drop counters are a promise to whoever watches them. */
class DropNamesTest {

  private static final Pattern NAME = Pattern.compile("`([a-z0-9-]+)`");

  @Test
  void all_are_documented_and_none_that_is_documented_is_gone() throws Exception {
    String text = Files.readString(Path.of("../docs/json.md"));
    String list = text.substring(text.indexOf("`drops`: "));
    var documented = new TreeSet<String>();
    var names = NAME.matcher(list.substring("`drops`: ".length(), list.indexOf("\n\n")));
    while (names.find()) {
      documented.add(names.group(1));
    }
    assertThat(documented)
        .containsExactlyElementsOf(
            new TreeSet<>(
                Arrays.stream(DropReason.values())
                    .map(reason -> reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .toList()));
  }
}
