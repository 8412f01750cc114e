package guywire.cli;

/** What a command's end means to the program that called it. */
final class ExitCode {

  /** Everything asked for holds. */
  static final int HOLDS = 0;

  /** A promise is broken, or a fault of severity error was found. */
  static final int BROKEN = 1;

  /** The input can't be read, or the command is wrong. */
  static final int UNREADABLE = 2;

  /** This machine can't do it: not root, no TUN, a program is missing. */
  static final int UNABLE = 77;

  /** Nobody reads what is printed any more: what a shell says of a program ended by SIGPIPE. */
  static final int READER_GONE = 141;

  private ExitCode() {}
}
