package guywire.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * Runs, once after a build, commands whose classes the AOT cache shall hold, so that they start
 * fast. What they print is of no interest. What only says or shows something has a small cache, and
 * a server has one of its own ({@link ServeTrainingRun}): thousands of classes that no other
 * command would ever ask for. So have the commands on nodes ({@link NodeTrainingRun}).
 */
public final class TrainingRun {

  private static final List<List<String>> SMALL =
      List.of(
          List.of("--help"),
          List.of("check", "--help"),
          List.of("--lang=zh-CN", "--help"),
          List.of("show"),
          List.of("status"),
          List.of("genkey"));

  private TrainingRun() {}

  /**
   * Runs them.
   *
   * @param words the directory of the examples, for the commands that read a network; none for
   *     those that only say or show something
   */
  public static void main(String[] words) {
    for (var command : words.length == 0 ? SMALL : reading(Path.of(words[0]))) {
      Main.run(Screen.ofProcess(System.getenv()), command.toArray(String[]::new));
    }
  }

  private static List<List<String>> reading(Path examples) {
    String network = examples.resolve("two-homes.yaml").toString();
    String other = examples.resolve("hub-and-spoke.yaml").toString();
    return List.of(
        List.of("check", network),
        List.of("check", network, "--json"),
        List.of("explain", network, "macbook", "nas-a:445"),
        List.of("diff", network, other));
  }
}
