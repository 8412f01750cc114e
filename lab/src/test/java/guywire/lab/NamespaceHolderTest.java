package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What runs on a machine of the lab leaves this one's files alone. Needs root. */
class NamespaceHolderTest {

  private static final String NAME = "guywire-lab-was-here";

  @ParameterizedTest
  @ValueSource(strings = {"/", "/usr", "/var", "/var/tmp", "/root", "/dev", "."})
  void what_is_this_machines_can_be_read_and_not_written(String directory) throws Exception {
    Path file = Path.of(directory).toAbsolutePath().normalize().resolve(NAME);
    try (var holder = NamespaceHolder.start("machine", "")) {
      // Where the checkout lies in /tmp, it is written over it, and not here.
      boolean over = file.startsWith("/tmp");
      assertThat(succeeds(holder, "ls " + file.getParent())).isTrue();
      assertThat(succeeds(holder, "echo x >" + file)).isEqualTo(over);
      assertThat(file).doesNotExist();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/run", "/tmp", "/etc", "/dev/shm"})
  void what_a_machine_writes_is_its_own(String directory) throws Exception {
    Path file = Path.of(directory, NAME);
    try (var holder = NamespaceHolder.start("machine", "");
        var other = NamespaceHolder.start("other", "")) {
      assertThat(succeeds(holder, "echo x >" + file + " && grep -q x " + file)).isTrue();
      assertThat(succeeds(other, "test ! -e " + file)).isTrue();
      assertThat(file).doesNotExist();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Test
  void a_temporary_directory_is_anybodys_as_everywhere() throws Exception {
    try (var holder = NamespaceHolder.start("machine", "")) {
      assertThat(succeeds(holder, "test \"$(stat -c %a /tmp)\" = 1777")).isTrue();
    }
  }

  private static boolean succeeds(NamespaceHolder holder, String text)
      throws IOException, InterruptedException {
    return new ProcessBuilder(
                List.of("nsenter", "-t", holder.pid() + "", "-m", "-p", "--", "sh", "-c", text))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
