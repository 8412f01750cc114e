package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manual, and what shells complete: made of the commands, so that they say the same. */
class ManualTest {

  private final Locale before = Locale.getDefault();

  @TempDir private Path directory = Path.of("");

  @AfterEach
  void speakAsBefore() {
    Locale.setDefault(before);
  }

  @Test
  void has_a_page_for_each_command_in_each_language() throws IOException {
    Manual.main(new String[] {directory.toString()});
    for (String section : new String[] {"man/man1", "man/zh_CN/man1"}) {
      for (String command : GuywireCommand.COMMANDS.keySet()) {
        Path page = directory.resolve(section).resolve("guywire-" + command + ".1");
        assertThat(page).as(section).isNotEmptyFile();
      }
    }
    assertThat(directory.resolve("man/man1/guywire-check.1"))
        .content()
        .contains("guywire\\-check \\- prove, without a packet, who reaches whom")
        .contains(".SH EXAMPLES", "guywire check examples/two\\-homes.yaml")
        .contains("\\fB\\-\\-facts\\fR=\\fIFILE\\fR");
    assertThat(directory.resolve("man/zh_CN/man1/guywire-check.1"))
        .content()
        .contains(".SH 示例", "不发数据包");
    assertThat(directory.resolve("completion")).isDirectoryContaining("glob:**/_guywire");
  }

  @Test
  void has_no_line_that_is_a_request_by_chance() {
    for (var page : Manual.pages(Locale.ENGLISH)) {
      assertThat(page.text().lines().filter(line -> line.startsWith(".")))
          .as(page.name())
          .allMatch(line -> line.matches("\\.(TH|SH|nh|ad|B|I|BR|TP|PP|nf|fi)( .*)?"));
      assertThat(page.text().lines()).as(page.name()).noneMatch(line -> line.startsWith("'"));
    }
  }

  @Test
  void bash_completes_commands_and_options() throws Exception {
    String asked =
        """
        COMP_WORDS=(guywire %s '%s'); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_TYPE=9
        _complete_guywire; printf '%%s\\n' "${COMPREPLY[@]}"
        """;
    assertThat(bash(asked.formatted("", "rend"))).contains("render");
    assertThat(bash(asked.formatted("check", "--si"))).contains("--single-failures");
    assertThat(bash(asked.formatted("device", "pa"))).contains("pause");
    assertThat(bash(asked.formatted("render --as", "openw"))).contains("openwrt");
  }

  private String bash(String asked) throws Exception {
    Path script = Files.writeString(directory.resolve("asked"), script("bash") + "\n" + asked);
    var bash =
        new ProcessBuilder("bash", "--norc", script.toString()).redirectErrorStream(true).start();
    var said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return said.lines().map(String::strip).collect(Collectors.joining(" "));
  }

  private static String script(String shell) {
    var said = Said.by("completion", shell);
    assertThat(said.code()).isZero();
    return said.text();
  }

  @Test
  void zsh_and_fish_tell_what_each_is_for() {
    assertThat(script("zsh"))
        .startsWith("#compdef guywire\n")
        .contains("'check:prove, without a packet, who reaches whom and what is wrong'")
        .contains("'--facts=[what no configuration file says\\: sites")
        .contains(":FILE:_files'")
        .contains("(add pause resume delete reissue link take)");
    assertThat(script("fish"))
        .contains("-a check -d 'prove, without a packet, who reaches whom and what is wrong'")
        .contains("from device' -a 'add pause resume delete reissue link take'")
        .contains("from check' -l json -d ");
  }

  @Test
  void another_shell_has_none() {
    var said = Said.by("completion", "csh");
    assertThat(said.code()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(said.text()).contains("bash, zsh, fish");
  }
}
