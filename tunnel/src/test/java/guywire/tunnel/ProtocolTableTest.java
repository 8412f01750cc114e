package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that says what the data plane holds to (docs/protocol.md) names what exists. */
class ProtocolTableTest {

  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final List<String> ROOMS = List.of("address", "protocol", "linux", "tunnel");
  private static final Pattern CODE = Pattern.compile("`(\\w+)`");
  private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");
  private static final Pattern SCRIPT = Pattern.compile("`(scripts/[\\w-]+)` ([^;`]+)");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");

  private record Row(String rule, String source, String code, String test) {}

  private static List<Row> rows() throws IOException {
    var rows = new ArrayList<Row>();
    for (String line : Files.readAllLines(HOME.resolve("docs/protocol.md"))) {
      if (line.startsWith("|") && !line.startsWith("|---") && !line.startsWith("| rule ")) {
        String[] cells = line.substring(1).split("\\|");
        assertThat(cells).as(line).hasSize(4);
        rows.add(new Row(cells[0].trim(), cells[1].trim(), cells[2].trim(), cells[3].trim()));
      }
    }
    return rows;
  }

  /** The sources of all classes below a folder of each room, by class name. */
  private static Map<String, String> sources(String folder) throws IOException {
    var sources = new HashMap<String, String>();
    for (String room : ROOMS) {
      Path place = HOME.resolve(room).resolve(folder);
      if (!Files.isDirectory(place)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(place)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.merge(name, Files.readString(file), String::concat);
        }
      }
    }
    return sources;
  }

  private static List<MatchResult> find(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  @Test
  void every_rule_has_a_source_a_class_that_exists_and_a_test_that_exists() throws IOException {
    Map<String, String> classes = sources("src/main/java");
    Map<String, String> tests = sources("src/test/java");
    List<Row> rows = rows();
    assertThat(rows).hasSizeGreaterThan(80).doesNotHaveDuplicates();
    for (Row row : rows) {
      assertThat(row.source()).as(row.rule()).isNotEmpty();
      List<MatchResult> code = find(CODE, row.code());
      assertThat(code).as(row.rule()).isNotEmpty();
      code.forEach(name -> assertThat(classes).as(row.rule()).containsKey(name.group(1)));
      List<MatchResult> methods = find(TEST, row.test());
      List<MatchResult> scripts = find(SCRIPT, row.test());
      assertThat(methods.size() + scripts.size()).as(row.rule()).isPositive();
      for (MatchResult test : methods) {
        assertThat(tests).as(row.rule()).containsKey(test.group(1));
        assertThat(tests.get(test.group(1)))
            .as("%s: %s", row.rule(), test.group())
            .containsPattern("Test(?s:.){0,1500}\\svoid " + test.group(2) + "\\(");
      }
      for (MatchResult script : scripts) {
        String text = Files.readString(HOME.resolve(script.group(1)));
        List<MatchResult> checks = find(QUOTED, script.group(2));
        assertThat(checks).as(row.rule()).isNotEmpty();
        checks.forEach(
            check -> assertThat(text).as(row.rule()).contains("check \"" + check.group(1) + "\""));
      }
    }
  }

  /** A test of the rules that the page does not name is one that readers do not find. */
  @Test
  void the_classes_of_tests_that_hold_rules_are_named_on_the_page_with_all_their_tests()
      throws IOException {
    String page = Files.readString(HOME.resolve("docs/protocol.md"));
    Map<String, String> tests = sources("src/test/java");
    for (String name :
        List.of("LimitsTest", "SecretsTest", "ConstantTimeTest", "FastRenewalTest")) {
      for (MatchResult method : find(Pattern.compile("\\n  void (\\w+)\\("), tests.get(name))) {
        assertThat(page).contains("`" + name + "." + method.group(1) + "`");
      }
    }
  }
}
