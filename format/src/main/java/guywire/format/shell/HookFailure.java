package guywire.format.shell;

import guywire.format.syntax.Notes;
import guywire.network.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Commands that fail whatever the host is like: what their own programs refuse to read. Measured
 * with iptables 1.8.9.
 */
final class HookFailure {

  /** The options of iptables that stand alone. */
  private static final Set<String> ALONE =
      Set.of("-w", "--wait", "-v", "--verbose", "-n", "--numeric", "!", "-4", "-6", "-f");

  /** The options that take two words. */
  private static final Set<String> WITH_TWO = Set.of("--tcp-flags", "--match-set");

  private HookFailure() {}

  /** Why a command surely fails; empty where it may work. */
  static Optional<Text> of(String program, List<String> words) {
    return program.matches("ip6?tables(-legacy|-nft)?") ? iptables(words) : Optional.empty();
  }

  private static Optional<Text> iptables(List<String> words) {
    String chain = "";
    boolean transport = false;
    boolean port = false;
    String device = "";
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String next = i + 1 < words.size() ? words.get(i + 1) : "";
      switch (word) {
        case "-A", "--append", "-D", "--delete", "-I", "--insert" -> {
          chain = next;
          i++;
          if (!word.equals("-A") && i + 1 < words.size() && isNumber(words.get(i + 1))) {
            i++;
          }
        }
        case "-i", "--in-interface", "-o", "--out-interface" -> {
          boolean wrong =
              word.contains("i") && !word.startsWith("--o")
                  ? Set.of("POSTROUTING", "OUTPUT").contains(chain)
                  : Set.of("PREROUTING", "INPUT").contains(chain);
          device = wrong ? word : device;
          i++;
        }
        case "-p", "--protocol", "--proto" -> {
          transport = true;
          i++;
        }
        case "--dport", "--sport", "--dports", "--sports" -> {
          port = !transport || port;
          i++;
        }
        case "-P",
            "--policy",
            "-N",
            "--new-chain",
            "-F",
            "--flush",
            "-X",
            "-S",
            "-L",
            "-E",
            "-R" -> {
          return Optional.empty();
        }
        default -> {
          if (word.startsWith("-")) {
            i += WITH_TWO.contains(word) ? 2 : ALONE.contains(word) ? 0 : takesWord(next) ? 1 : 0;
          } else if (!word.equals("!")) {
            return Optional.of(text("hook.bad-word", word));
          }
        }
      }
    }
    if (!device.isEmpty()) {
      return Optional.of(text("hook.bad-device", device, chain));
    }
    return port ? Optional.of(text("hook.port-without-transport")) : Optional.empty();
  }

  /** Whether what follows an option that is not known here may be its value. */
  private static boolean takesWord(String next) {
    return !next.isEmpty() && !next.startsWith("-");
  }

  private static boolean isNumber(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static Text text(String key, Object... arguments) {
    return Notes.text(key, arguments);
  }
}
