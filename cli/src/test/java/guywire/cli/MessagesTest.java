package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What users read exists in English and in Chinese, in every room. */
class MessagesTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern SAID =
      Pattern.compile("Text\\s*\\.of\\(\\s*([A-Z]\\w*)\\.class,\\s*\"([^\"]+)\"\\s*[,)]");

  @Test
  void every_english_message_has_a_chinese_one_with_the_same_places() throws IOException {
    var wrong = new ArrayList<String>();
    for (var english : files("messages.properties")) {
      Path chinese = english.resolveSibling("messages_zh_CN.properties");
      Properties en = read(english);
      Properties zh = Files.exists(chinese) ? read(chinese) : new Properties();
      var keys = new TreeSet<>(en.stringPropertyNames());
      keys.addAll(zh.stringPropertyNames());
      for (var key : keys) {
        if (!en.containsKey(key) || !zh.containsKey(key)) {
          wrong.add(ROOT.relativize(english) + ": " + key + " is only in one language");
        } else if (!places(en.getProperty(key)).equals(places(zh.getProperty(key)))) {
          wrong.add(ROOT.relativize(english) + ": " + key + " has other places in Chinese");
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void every_help_text_is_translated() throws IOException {
    for (var english : files("help.properties")) {
      Properties zh = read(english.resolveSibling("help_zh_CN.properties"));
      assertThat(zh.stringPropertyNames()).isEqualTo(read(english).stringPropertyNames());
    }
  }

  @Test
  void every_message_that_is_said_exists() throws IOException {
    var missing = new ArrayList<String>();
    for (var source : files(".java")) {
      Path resources =
          Path.of(source.getParent().toString().replace("src/main/java", "src/main/resources"));
      Path bundle = resources.resolve("messages.properties");
      var matcher = SAID.matcher(Files.readString(source));
      while (matcher.find()) {
        if (!Files.exists(bundle) || !read(bundle).containsKey(matcher.group(2))) {
          missing.add(ROOT.relativize(source) + ": " + matcher.group(2));
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static TreeSet<String> places(String pattern) {
    var places = new TreeSet<String>();
    int count = new MessageFormat(pattern).getFormatsByArgumentIndex().length;
    for (int i = 0; i < count; i++) {
      if (pattern.contains("{" + i)) {
        places.add("{" + i + "}");
      }
    }
    return places;
  }

  private static List<Path> files(String ending) throws IOException {
    try (var walk = Files.walk(ROOT)) {
      return walk.filter(path -> path.getFileName().toString().endsWith(ending))
          .filter(path -> path.toString().contains("/src/main/"))
          .toList();
    }
  }

  private static Properties read(Path file) throws IOException {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    return properties;
  }
}
