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
@Command(name = "backup", resourceBundle = "guywire.cli.help", mixinStandardHelpOptions = true)
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
    try {
      Backup.make(data, file);
      screen.tell("backup.done", file.toString());
      return ExitCode.HOLDS;
    } catch (Backup.Refused e) {
      throw new Refusal(ExitCode.UNREADABLE, e.text());
    } catch (UnsafeFileException e) {
      throw Refusal.unsafe(e);
    } catch (NoSuchFileException e) {
      throw Refusal.unreadable("no-file", String.valueOf(e.getFile()));
    }
  }
}
