package guywire.cli;

import guywire.guard.UnsafeFileException;
import guywire.network.text.Text;

/** A command that ends early: one line for its user, and the exit code. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Text line;
  private final int exitCode;

  Refusal(int exitCode, Text line) {
    super(line.toString());
    this.line = line;
    this.exitCode = exitCode;
  }

  /** Wrong input: {@link ExitCode#UNREADABLE}. */
  static Refusal unreadable(String key, Object... arguments) {
    return new Refusal(ExitCode.UNREADABLE, Text.of(Refusal.class, key, arguments));
  }

  /** A file or directory that others could have put there or could change. */
  static Refusal unsafe(UnsafeFileException refusal) {
    return new Refusal(ExitCode.UNREADABLE, Text.of(refusal));
  }

  Text line() {
    return line;
  }

  int exitCode() {
    return exitCode;
  }
}
