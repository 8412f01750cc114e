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
  @ValueSource(strings = {"", "--help", "help show", "shwo", "--lang=en"})
  void all_in_their_order_where_none_is_named(String line) {
    assertThat(known(line.split(" "))).containsExactlyElementsOf(GuywireCommand.COMMANDS.keySet());
  }

  @Test
  void each_under_the_name_that_it_has() {
    GuywireCommand.COMMANDS.forEach((name, type) ->
        assertThat(type.getAnnotation(picocli.CommandLine.Command.class).name()).isEqualTo(name));
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
}
