package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small programs in C, for what Java can't ask of the kernel. */
final class CProgram {

  private CProgram() {}

  /**
   * Compiles a program that lies beside the tests.
   *
   * @return the path of the executable, in this directory
   */
  static String compile(String name, Path directory) throws IOException {
    Path source = directory.resolve(name + ".c");
    try (InputStream text = CProgram.class.getResourceAsStream(name + ".c")) {
      assertThat(text).isNotNull();
      Files.copy(text, source);
    }
    String program = directory.resolve(name).toString();
    Shell.run("gcc", "-O2", "-Wall", "-o", program, source.toString());
    return program;
  }
}
