package guywire.format.shell;

import guywire.format.input.Command;
import guywire.format.input.SourceFile;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads what a shell script runs, or what a guide in Markdown tells people to type. Nothing is run
 * and no variable expanded. Files that a script writes by a here-document or by {@code echo} are
 * files of its host.
 */
public final class ScriptReader {

  /** What a script or guide says. */
  public record Script(List<Command> commands, List<SourceFile> files) {}

  private static final Pattern HERE =
      Pattern.compile("<<-?\\s*(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\\1");

  private static final Pattern INTO = Pattern.compile("(?:>>?|\\btee (?:-a )?)\\s*([^\\s<>|;&]+)");

  /** The heading of a table as {@code iptables-save} writes it. */
  private static final Pattern SAVED =
      Pattern.compile("(?m)^\\*(?:filter|nat|mangle|raw|security)\\s*$");

  /** A line that sets something in the kernel. */
  private static final Pattern SETTING = Pattern.compile("-?net[./][\\w./-]+\\s*=\\s*\\S+\\s*");

  /** A path in running text, such as `/etc/sysctl.conf`. */
  private static final Pattern PATH = Pattern.compile("(/etc/[A-Za-z0-9._/@-]*[A-Za-z0-9])");

  /** Programs that begin a command where a guide has lost its line breaks. */
  private static final Set<String> BEGINNINGS =
      Set.of("ping", "wg", "modprobe", "iptables", "ip6tables", "sysctl", "echo", "dmesg", "ufw");

  /** Lines of a here-document longer than this are no configuration. */
  private static final int MOST_LINES = 20_000;

  /** So many commands of a script are looked at; more are not made by people. */
  private static final int MOST_COMMANDS = 5000;

  /** A script writes no more files than this. */
  private static final int MOST_FILES = 200;

  private final SourceFile file;
  private final boolean markdown;
  private final List<Command> commands = new ArrayList<>();
  private final List<SourceFile> files = new ArrayList<>();

  private ScriptReader(SourceFile file) {
    this.file = file;
    this.markdown = isGuide(file);
  }

  /** Whether a file is a guide, which belongs to no host. */
  static boolean isGuide(SourceFile file) {
    return file.lastName().matches("(?i).*\\.(md|markdown)");
  }

  /** Reads a script or guide. */
  public static Script read(SourceFile file) {
    var reader = new ScriptReader(file);
    var lines = file.content().split("\r?\n", -1);
    if (reader.markdown) {
      reader.guide(lines);
    } else if (SAVED.matcher(file.content()).find()) {
      reader.saved(lines);
    } else {
      reader.shell(lines, 0, lines.length);
    }
    return new Script(List.copyOf(reader.commands), List.copyOf(reader.files));
  }

  /**
   * Of a guide the fenced blocks count, and of its text the last path that was named; of one
   * without such blocks every line, as prose does no harm.
   */
  private void guide(String[] lines) {
    if (List.of(lines).stream().noneMatch(line -> line.strip().startsWith("```"))) {
      shell(lines, 0, lines.length);
      return;
    }
    Optional<String> path = Optional.empty();
    for (int i = 0; i < lines.length; i++) {
      String text = lines[i].strip();
      if (!text.startsWith("```")) {
        var named = PATH.matcher(text);
        while (named.find()) {
          path = Optional.of(named.group(1));
        }
        continue;
      }
      int end = i + 1;
      while (end < lines.length && !lines[end].strip().startsWith("```")) {
        end++;
      }
      block(lines, i + 1, end, path);
      path = Optional.empty();
      i = end;
    }
  }

  /** What {@code iptables-save} wrote, as the commands that make it. */
  private void saved(String[] lines) {
    boolean six =
        file.lastName().matches(".*(v6|6tables).*")
            || List.of(lines).stream().anyMatch(line -> line.matches(".*-[sd] [0-9a-f]*:.*"));
    String program = six ? "ip6tables" : "iptables";
    String table = "filter";
    for (int i = 0; i < lines.length && commands.size() < MOST_COMMANDS; i++) {
      String text = lines[i].strip().replaceFirst("^\\[[0-9]+:[0-9]+\\] ", "");
      var words = new ArrayList<>(List.of(program, "-t", table));
      var said = ShellWords.commands(text.startsWith("#") ? "" : text);
      if (text.startsWith("*")) {
        table = text.substring(1);
      } else if (text.startsWith(":")) {
        var chain = text.substring(1).split("\\s+");
        boolean own = chain.length < 2 || chain[1].equals("-");
        words.addAll(own ? List.of("-N", chain[0]) : List.of("-P", chain[0], chain[1]));
        if (own || table.equals("filter") || !chain[1].equals("ACCEPT")) {
          commands.add(new Command(new Place(file.name(), i + 1, 1), words));
        }
      } else if (text.startsWith("-") && said.size() == 1) {
        words.addAll(said.getFirst());
        commands.add(new Command(new Place(file.name(), i + 1, 1), words));
      }
    }
  }

  private void block(String[] lines, int from, int to, Optional<String> path) {
    boolean settings = false;
    boolean other = false;
    boolean tunnel = false;
    for (int i = from; i < to; i++) {
      String text = lines[i].strip();
      boolean setting = SETTING.matcher(text).matches();
      settings |= setting;
      other |= !setting && !text.isEmpty() && !text.startsWith("#");
      tunnel |= text.matches("(?i)\\[ *(Interface|Peer) *\\].*");
    }
    if (settings && !other) {
      written(path.orElse("sysctl.conf"), lines, from, to);
    } else if (!tunnel) {
      shell(lines, from, to);
    }
  }

  private void shell(String[] lines, int from, int to) {
    for (int i = from; i < to; i++) {
      int first = i;
      var line = new StringBuilder(lines[i]);
      while (line.length() > 0 && line.charAt(line.length() - 1) == '\\' && i + 1 < to) {
        line.setLength(line.length() - 1);
        line.append(' ').append(lines[++i].strip());
      }
      String text = withoutComment(withoutPrompt(line.toString().strip()));
      var here = HERE.matcher(text);
      if (here.find()) {
        int end = i + 1;
        while (end < to && end - i < MOST_LINES && !lines[end].strip().equals(here.group(2))) {
          end++;
        }
        var into = INTO.matcher(text);
        if (into.find()) {
          written(into.group(1), lines, i + 1, end);
        }
        commands(here.replaceAll(""), first);
        i = end;
      } else {
        commands(text, first);
      }
    }
  }

  private void commands(String text, int line) {
    var place = new Place(file.name(), line + 1, 0);
    if (commands.size() >= MOST_COMMANDS) {
      return;
    }
    for (var words : ShellWords.commands(text)) {
      for (var command : markdown ? separated(words) : List.of(words)) {
        commands.add(new Command(place, command));
        appended(command, line);
      }
    }
  }

  /** Several commands that stand in one line of a guide without anything between them. */
  private static List<List<String>> separated(List<String> words) {
    var all = new ArrayList<List<String>>();
    int begin = 0;
    boolean written = false;
    for (int i = 1; i < words.size(); i++) {
      String last = words.get(i - 1);
      boolean sudo = words.get(begin).equals("sudo");
      String program = words.get(sudo && i > begin + 1 ? begin + 1 : begin);
      written |= last.equals(">");
      if (!written
          && BEGINNINGS.contains(program)
          && BEGINNINGS.contains(words.get(i))
          && !last.equals("sudo")) {
        all.add(words.subList(begin, i));
        begin = i;
      }
    }
    all.add(words.subList(begin, words.size()));
    return all;
  }

  /** A setting that {@code echo} writes into a file. */
  private void appended(List<String> words, int line) {
    int arrow = Math.max(words.indexOf(">"), words.indexOf(">>"));
    boolean echo = words.getFirst().equals("echo") || words.getFirst().equals("printf");
    if (echo && arrow == 2 && arrow + 1 < words.size() && files.size() < MOST_FILES) {
      String path = words.get(arrow + 1);
      if (SETTING.matcher(words.get(1)).matches() && !path.startsWith("/proc/")) {
        files.add(file(path, "\n".repeat(line) + words.get(1) + "\n"));
      }
    }
  }

  /** Lines that become a file, at the same line numbers; not if they hold shell variables. */
  private void written(String path, String[] lines, int from, int to) {
    if (files.size() >= MOST_FILES) {
      return;
    }
    var content = new StringBuilder("\n".repeat(from));
    for (int i = from; i < to; i++) {
      if (lines[i].matches(".*\\$[{(A-Za-z_].*")) {
        return;
      }
      content.append(lines[i]).append('\n');
    }
    files.add(file(path, content.toString()));
  }

  private SourceFile file(String path, String content) {
    return new SourceFile(file.name(), content, path, OptionalInt.empty());
  }

  private static String withoutPrompt(String text) {
    return text.startsWith("$ ") ? text.substring(2) : text;
  }

  /** A comment begins at a # that follows nothing or a space; a quoted one does not begin any. */
  private static String withoutComment(String text) {
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '#' && (i == 0 || Character.isWhitespace(text.charAt(i - 1)))) {
        return text.substring(0, i).strip();
      }
    }
    return text;
  }
}
