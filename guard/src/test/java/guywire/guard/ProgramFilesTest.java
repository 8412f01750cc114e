package guywire.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a program needs only after another version has taken its place on the disk. */
class ProgramFilesTest {

  @TempDir private Path directory = Path.of("");

  /** Begins, and needs what is in the second jar once it is told so. */
  static final class Program {
    public static void main(String[] arguments) throws Exception {
      if (arguments[0].equals("holds")) {
        ProgramFiles.hold();
      }
      System.out.println("ready");
      if (System.in.read() >= 0) {
        System.out.println(Class.forName("guywire.guard.ProgramFilesTest$Late").getName());
      }
    }
  }

  /** What it needs. */
  static final class Late {}

  @ParameterizedTest(name = "{0}")
  @CsvSource({"holds, guywire.guard.ProgramFilesTest$Late", "holds not,"})
  void is_there_if_it_holds_its_files(String how, String said) throws Exception {
    Path first = jar("first.jar", Program.class, ProgramFiles.class);
    Path second = jar("second.jar", Late.class);
    var command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            first + ":" + second,
            Program.class.getName(),
            how);
    var process = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (var output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("ready");
      Files.delete(second);
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertThat(output.readLine()).isEqualTo(said);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Path jar(String name, Class<?>... classes) throws IOException, URISyntaxException {
    Path jar = directory.resolve(name);
    var manifest = new Manifest();
    manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
    try (var content = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      for (var one : classes) {
        String entry = one.getName().replace('.', '/') + ".class";
        content.putNextEntry(new JarEntry(entry));
        content.write(
            Files.readAllBytes(
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .resolve(entry)));
        content.closeEntry();
      }
    }
    return jar;
  }
}
