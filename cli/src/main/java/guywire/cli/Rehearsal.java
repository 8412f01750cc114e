package guywire.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * Runs, once after a build, commands whose classes the AOT cache shall hold, so that they start
 * fast. What they print is of no interest. A server has a cache of its own ({@link
 * ServeRehearsal}): thousands of classes that no other command would ever ask for.
 */
public final class Rehearsal {

  private Rehearsal() {}

  /**
   * Runs them.
   *
   * @param words the directory of the examples
   */
  public static void main(String[] words) {
    String network = Path.of(words[0], "two-homes.yaml").toString();
    String other = Path.of(words[0], "hub-and-spoke.yaml").toString();
    var commands =
        List.of(
            List.of("--help"),
            List.of("check", "--help"),
            List.of("--lang=zh-CN", "--help"),
            List.of("show"),
            List.of("check", network),
            List.of("check", network, "--json"),
            List.of("explain", network, "macbook", "nas-a:445"),
            List.of("diff", network, other),
            List.of("genpsk"));
    for (var command : commands) {
      Main.run(Screen.ofProcess(System.getenv()), command.toArray(String[]::new));
    }
    System.exit(0);
  }
}
