package guywire.network;

import java.util.Optional;

/**
 * A shell command that an imported file wants run. It is shown and modelled, and runs only when the
 * owner of the host says so.
 *
 * @param when at which moment
 * @param command the command as written, {@code %i} standing for the interface
 * @param tunnel the interface whose file it stands in; empty means the node's first
 */
public record Hook(When when, String command, Optional<InterfaceName> tunnel) {

  /**
   * Checks the command.
   *
   * @throws IllegalArgumentException if it has a line break, which in a file would begin a line of
   *     its own, or a zero
   */
  public Hook {
    if (command.indexOf('\n') >= 0 || command.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a hook is one line");
    }
  }

  /** A hook of a node's first interface. */
  public Hook(When when, String command) {
    this(when, command, Optional.empty());
  }

  /** The moment: wg-quick's four keys, or none of them. */
  public enum When {
    PRE_UP("PreUp"),
    POST_UP("PostUp"),
    PRE_DOWN("PreDown"),
    POST_DOWN("PostDown"),
    /** No hook: a script of the host ran it once. */
    SCRIPT("script");

    private final String key;

    When(String key) {
      this.key = key;
    }

    /** The key in a wg-quick file, or what to call it. */
    public String key() {
      return key;
    }
  }
}
