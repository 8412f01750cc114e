package guywire.cli;

import guywire.control.Backup;
import guywire.guard.UnsafeFileException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code guywire backup}: all that a server keeps, in one file, while it runs. */
@Command(name = "backup", mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {

  private final Screen screen;

  @Option(names = "--data", required = true, paramLabel = "DIR", descriptionKey = "backup.data")
  private Path data = Path.of("");

  @Parameters(index = "0", paramLabel = "FILE", descriptionKey = "backup.file")
  private Path file = Path.of("");

  BackupCommand(Screen screen) {
    this.screen = screen;
  }

  @Override
  public Integer call() throws IOException {
    attempt(() -> Backup.make(data, file));
    screen.tell("backup.done", file.toString());
    return ExitCode.HOLDS;
  }

  /** What makes a backup, or uses one. */
  interface Work {
    void run() throws IOException, Backup.Refused;
  }

  /** Does it; what it refuses is told in one line. */
  static void attempt(Work work) throws IOException {
    try {
      work.run();
    } catch (Backup.Refused e) {
      throw new Refusal(ExitCode.UNREADABLE, e.text());
    } catch (UnsafeFileException e) {
      throw Refusal.unsafe(e);
    } catch (NoSuchFileException e) {
      throw Refusal.unreadable("no-file", String.valueOf(e.getFile()));
    }
  }
}
