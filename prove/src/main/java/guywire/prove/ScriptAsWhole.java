package guywire.prove;

import guywire.format.input.Command;
import guywire.prove.Subject.HostCommand;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the commands of one file do together, so that each of them can be judged by the others
 * without going through them again.
 */
final class ScriptAsWhole {

  private boolean startsAtBoot;
  private boolean savesPeers;
  private boolean closesAll;
  private final Set<String> closed = new HashSet<>();
  private final Set<String> openedForUdp = new HashSet<>();
  private Optional<String> settings = Optional.empty();

  private ScriptAsWhole() {}

  /** Each file of commands, by its name. */
  static Map<String, ScriptAsWhole> of(List<HostCommand> commands) {
    var scripts = new HashMap<String, ScriptAsWhole>();
    for (var one : commands) {
      scripts
          .computeIfAbsent(one.command().place().file(), _ -> new ScriptAsWhole())
          .add(one.command());
    }
    return scripts;
  }

  private void add(Command command) {
    var arguments = command.arguments();
    switch (command.program()) {
      case "systemctl", "rc-update" ->
          startsAtBoot |= arguments.contains("enable") || arguments.contains("add");
      case "wg-quick" -> savesPeers |= arguments.contains("save");
      case "chmod" -> {
        if (!arguments.isEmpty()
            && arguments.getFirst().matches("0?[4-7][0-7]?0|.*go(-|=)[rwx]*.*")) {
          closed.addAll(arguments.subList(1, arguments.size()));
          closesAll |= arguments.stream().skip(1).anyMatch(path -> path.contains("*"));
        }
      }
      default -> opened(command, "udp").ifPresent(openedForUdp::add);
    }
    if (settings.isEmpty()) {
      settings =
          Stream.of(after(command.words(), ">"), after(command.words(), ">>"))
              .flatMap(Optional::stream)
              .filter(path -> path.contains("sysctl.d/"))
              .findFirst();
    }
  }

  /** Whether it lets a tunnel be started when the host starts. */
  boolean startsAtBoot() {
    return startsAtBoot;
  }

  /** Whether it writes running peers into their file. */
  boolean savesPeers() {
    return savesPeers;
  }

  /** Whether it closes a file to others. */
  boolean closes(String path) {
    if (closesAll || closed.contains(path)) {
      return true;
    }
    for (int i = path.indexOf('/'); i >= 0; i = path.indexOf('/', i + 1)) {
      if (closed.contains(path.substring(i + 1))) {
        return true;
      }
    }
    return false;
  }

  /** Whether it opens a port for UDP. */
  boolean opensForUdp(String port) {
    return openedForUdp.contains(port);
  }

  /** The first file that it writes settings of the kernel into, in a directory of such files. */
  Optional<String> settings() {
    return settings;
  }

  /** The port that a command of a firewall opens. */
  static Optional<String> opened(Command command, String transport) {
    var words = command.arguments();
    String ending = "/" + transport;
    return switch (command.program()) {
      case "ufw", "firewall-cmd" ->
          words.stream()
              .map(word -> word.replaceFirst("^--add-port=", ""))
              .filter(word -> word.matches("[0-9]{1,5}" + ending))
              .map(word -> word.substring(0, word.length() - ending.length()))
              .findFirst();
      case "iptables", "ip6tables" ->
          words.contains(transport) ? after(words, "--dport") : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** The word behind an option. */
  static Optional<String> after(List<String> words, String option) {
    int at = words.indexOf(option);
    return at < 0 || at + 1 >= words.size() ? Optional.empty() : Optional.of(words.get(at + 1));
  }
}
