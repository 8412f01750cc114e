package guywire.cli;

import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The page of the manual about a command, made of its help, in the language of man(7): so it says
 * what {@code --help} says.
 *
 * @param line the command
 * @param locale the language that the command was made for
 */
record ManualPage(CommandLine line, Locale locale) {

  /** The page's name, such as {@code guywire-check}. */
  String name() {
    return line.getCommandSpec().qualifiedName("-");
  }

  /** The whole page. */
  String text() {
    var spec = line.getCommandSpec();
    var text = new StringBuilder();
    String title = name().toUpperCase(Locale.ROOT);
    text.append(".TH ").append(roff(title)).append(" 1 \"\" \"Guywire\" \"Guywire\"\n.nh\n.ad l\n");
    section(text, "name");
    text.append(roff(name())).append(" \\- ").append(roff(Completion.headline(spec))).append('\n');
    section(text, "synopsis");
    text.append(".B ").append(roff(spec.qualifiedName())).append('\n');
    text.append(roff(synopsis(spec))).append('\n');
    var footer = footer(spec);
    boolean isRoot = spec.parent() == null;
    description(text, isRoot ? List.of() : footer.stream().takeWhile(l -> !isExamples(l)).toList());
    options(text, spec);
    if (isRoot) {
      section(text, "commands");
      line.getSubcommands()
          .values()
          .forEach(sub -> {
            String page = sub.getCommandSpec().qualifiedName("-");
            text.append(".TP\n.BR ").append(roff(page)).append(" (1)\n");
            text.append(roff(Completion.headline(sub.getCommandSpec()))).append('\n');
          });
    }
    var examples = footer.stream().dropWhile(l -> !isRoot && !isExamples(l)).skip(1).toList();
    if (!examples.isEmpty()) {
      section(text, "examples");
      text.append(".nf\n");
      examples.forEach(l -> text.append(roff(l.strip())).append('\n'));
      text.append(".fi\n");
    }
    section(text, "exit");
    text.append(roff(say("exit-codes"))).append('\n');
    section(text, "see");
    text.append(isRoot ? "" : ".BR guywire (1),\n").append(".BR guywire-tunnel (8),\n.BR wg (8)\n");
    return text.toString();
  }

  private String say(String key) {
    return Text.of(ManualPage.class, "manual." + key).in(locale);
  }

  private void section(StringBuilder text, String key) {
    text.append(".SH ").append(say(key)).append('\n');
  }

  /** What stands behind the command's name in its synopsis, in one line. */
  private String synopsis(CommandSpec spec) {
    String all = line.getHelp().synopsis(0).replaceAll("\\s+", " ").strip();
    return all.substring(Math.min(all.length(), spec.qualifiedName().length())).strip();
  }

  private static List<String> footer(CommandSpec spec) {
    var lines = new ArrayList<String>();
    for (String part : spec.usageMessage().footer()) {
      lines.addAll(Arrays.asList(part.replace("%n", "\n").replace("%%", "%").split("\n")));
    }
    while (!lines.isEmpty() && lines.getFirst().isBlank()) {
      lines.removeFirst();
    }
    return lines;
  }

  /** The line that the examples of a help begin with, in each language. */
  private static boolean isExamples(String line) {
    return line.matches("(Examples?:|示例：)");
  }

  private void description(StringBuilder text, List<String> lines) {
    if (lines.stream().allMatch(String::isBlank)) {
      return;
    }
    section(text, "description");
    lines.forEach(l -> text.append(l.isBlank() ? ".PP" : roff(l.strip())).append('\n'));
  }

  private void options(StringBuilder text, CommandSpec spec) {
    section(text, "options");
    for (var word : spec.positionalParameters()) {
      text.append(".TP\n.I ").append(roff(word.paramLabel())).append('\n');
      text.append(roff(Completion.purpose(word))).append('\n');
    }
    for (var option : spec.options()) {
      text.append(".TP\n\\fB").append(roff(String.join(", ", option.names()))).append("\\fR");
      if (option.arity().max() > 0) {
        text.append("=\\fI").append(roff(option.paramLabel())).append("\\fR");
      }
      text.append('\n').append(roff(Completion.purpose(option))).append('\n');
    }
  }

  /** Text in which nothing is a request or an escape of man(7). */
  private static String roff(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
