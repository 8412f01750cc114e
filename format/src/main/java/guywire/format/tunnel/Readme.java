package guywire.format.tunnel;

import guywire.format.output.RenderedFile;
import guywire.format.syntax.Notes;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The README.md of a rendered node: numbered steps, each with the commands to type. */
final class Readme {

  private final Locale locale;
  private final StringBuilder text = new StringBuilder();
  private final List<Finding> findings = new ArrayList<>();
  private int steps;

  /** Begins with a title. */
  Readme(Locale locale, String node, String platform) {
    this.locale = locale;
    text.append("# ").append(say("readme.title", node, platform)).append("\n\n");
    text.append(say("readme.secret")).append('\n');
  }

  /** Adds a numbered step and the commands that do it. */
  Readme step(String key, String... commands) {
    return step(Notes.text(key), List.of(commands));
  }

  /** Adds a numbered step and the commands that do it. */
  Readme step(Text what, List<String> commands) {
    text.append('\n').append(++steps).append(". ").append(what.in(locale)).append('\n');
    code(commands);
    return this;
  }

  /** Adds a paragraph. */
  Readme paragraph(String key, Object... arguments) {
    text.append('\n').append(say(key, arguments)).append('\n');
    return this;
  }

  /** Adds what the platform does by halves or not at all. */
  Readme limits(List<Finding> all) {
    all.stream().filter(f -> f.severity() != Severity.INFO).forEach(findings::add);
    return this;
  }

  /** The finished file. */
  RenderedFile file() {
    if (!findings.isEmpty()) {
      text.append("\n## ").append(say("readme.limits")).append("\n\n");
      for (var finding : findings) {
        text.append("- ").append(finding.code()).append(": ");
        text.append(finding.what().in(locale)).append(' ');
        text.append(finding.mend().in(locale)).append('\n');
      }
    }
    return RenderedFile.open("README.md", text.toString());
  }

  private void code(List<String> commands) {
    if (!commands.isEmpty()) {
      text.append("\n   ```\n");
      commands.forEach(command -> text.append("   ").append(command).append('\n'));
      text.append("   ```\n");
    }
  }

  private String say(String key, Object... arguments) {
    return Notes.text(key, arguments).in(locale);
  }
}
