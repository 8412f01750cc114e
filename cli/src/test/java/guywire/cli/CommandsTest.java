package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which commands the command line learns before it does what it is asked. */
class CommandsTest {

  private static java.util.Set<String> known(String... words) {
    var screen = Screen.ofProcess(Map.of());
    return Main.commandLine(screen, words).getSubcommands().keySet();
  }

  @ParameterizedTest(name = "guywire {0}")
  @ValueSource(strings = {"show", "--lang=zh-CN show", "--lang en show check", "show --help"})
  void only_the_one_that_is_named(String line) {
    assertThat(known(line.split(" "))).containsExactly("show");
  }

  @ParameterizedTest(name = "guywire {0}")
  @ValueSource(strings = {"--help", "--lang=en", "help", "--lang zh-CN help"})
  void none_where_they_are_only_listed(String line) {
    assertThat(known(line.split(" "))).containsExactly("help");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"show --help", "show -h", "show -Vh", "show --json -h", "help show", "up --help"})
  void its_help_is_whole_however_it_is_asked_for(String line) {
    var said = Said.by(("--lang=en " + line).split(" "));
    assertThat(said.code()).isEqualTo(ExitCode.HOLDS);
    assertThat(said.text()).contains("show this help", "language of all messages");
  }

  @Test
  void the_one_that_help_is_about() {
    assertThat(known("help", "show")).containsExactly("show", "help");
    assertThat(known("--lang=en", "help", "check")).containsExactly("check", "help");
  }

  @Test
  void all_where_a_name_is_mistaken() {
    assertThat(known("shwo")).containsExactlyElementsOf(GuywireCommand.COMMANDS.keySet());
    assertThat(Said.by("shwo").text()).contains("show");
  }

  @ParameterizedTest(name = "--lang={0}")
  @ValueSource(strings = {"en", "zh-CN"})
  void the_list_says_the_headline_of_each_in_their_order(String language) {
    var screen = Screen.ofProcess(Map.of());
    screen.speak(Screen.localeOf(language));
    assertThat(Said.by("--lang=" + language, "--help").text())
        .isEqualTo(Main.everyCommand(screen).getUsageMessage())
        .isEqualTo(Said.by("--lang=" + language).text());
    var headlines =
        Main.everyCommand(screen).getSubcommands().values().stream()
            .map(line -> Completion.headline(line.getCommandSpec()))
            .toList();
    String words = Said.by("--lang=" + language, "--help").text().replaceAll("\\s+", " ");
    assertThat(headlines).allSatisfy(line -> assertThat(words).contains(line));
  }

  @Test
  void each_under_the_name_that_it_has() {
    Main.everyCommand(Screen.ofProcess(Map.of()))
        .getSubcommands()
        .forEach((name, line) ->
            assertThat(line.getCommandSpec().qualifiedName()).isEqualTo("guywire " + name));
    GuywireCommand.COMMANDS.values().stream()
        .filter(type -> !SpokenCommand.class.isAssignableFrom(type))
        .forEach(type ->
            assertThat(GuywireCommand.COMMANDS)
                .containsEntry(type.getAnnotation(picocli.CommandLine.Command.class).name(), type));
  }

  @ParameterizedTest(name = "guywire {0}")
  @ValueSource(strings = {"nodes sell", "nodes Remove", "device sell phone"})
  void what_can_be_done_is_told_to_whom_wants_something_else(String line) {
    var said = Said.by(line.split(" "));
    assertThat(said.code()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(said.text())
        .contains(
            line.startsWith("nodes")
                ? "list, invite, refuse, remove"
                : "add, pause, resume, delete, reissue, link, take");
  }

  @ParameterizedTest(name = "guywire {0}")
  @ValueSource(strings = {"up", "up --node a", "up --run-hooks --tunnel kernel"})
  void a_word_that_is_needed_is_missed(String line) {
    var said = Said.by(line.split(" "));
    assertThat(said.code()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(said.text()).contains("FILE");
  }
}
