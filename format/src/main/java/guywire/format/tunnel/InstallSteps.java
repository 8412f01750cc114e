package guywire.format.tunnel;

/**
 * Commands that put a file where a host reads it. What stood there before is kept beside it
 * (wg0.conf becomes wg0.conf.~1~, which no program reads), because it may hold what is nowhere
 * else: a key.
 */
final class InstallSteps {

  private InstallSteps() {}

  /** Copies a file to the same path below the root, with these options of {@code install}. */
  static String copy(String options, String path) {
    return "install --backup=numbered " + options + " " + path + " /" + path;
  }

  /**
   * Copies a file that has no private key, with the one that the host's own file has: the line that
   * begins with {@code property} goes below the heading {@code section}. The key is in no argument,
   * and if the host's file has none, nothing is changed.
   */
  static String keepingKey(String property, String section, String path) {
    String found = "tolower($0) ~ /^[ \\t]*" + property + "[ \\t]*=/";
    String program =
        "NR == FNR { if ("
            + found
            + ") key = $0; next }"
            + " { print } $0 == \"["
            + section
            + "]\" { print key }"
            + " END { exit key == \"\" }";
    String whole = "/" + path;
    return "(umask 077; awk '"
        + program
        + "' "
        + whole
        + " "
        + path
        + " > "
        + whole
        + ".new) && cp -a "
        + whole
        + " "
        + whole
        + ".before && mv "
        + whole
        + ".new "
        + whole;
  }
}
