package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.network.text.Text;
import guywire.prove.catalogue.Catalogue;
import guywire.prove.catalogue.Catalogue.Entry;
import java.util.LinkedHashMap;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** An entry of the catalogue of faults, for who looks up a code. */
final class FaultView {

  private FaultView() {}

  /** Whether a word is the code of a fault. */
  static boolean isCode(String word) {
    return word.matches("(?i)F[0-9]{2}");
  }

  /**
   * The entry of a code.
   *
   * @throws Refusal if there is none
   */
  static Entry entry(String code) {
    return Catalogue.of(code).orElseThrow(() -> noCode(code));
  }

  /** What to say of a code that is none. */
  static Refusal noCode(String code) {
    var all = Catalogue.entries();
    return Refusal.unreadable("explain-no-code", code, all.getFirst().code(), all.getLast().code());
  }

  static void print(Screen screen, Entry entry) {
    var locale = screen.locale();
    screen.line(
        screen.styled(Style.STRONG, entry.code())
            + " "
            + screen.say(entry.severity().word())
            + "  "
            + entry.name().in(locale));
    var items = new LinkedHashMap<String, Text>();
    items.put(screen.say("fault.notice"), entry.notice());
    items.put(screen.say("fault.cause"), entry.cause());
    items.put(screen.say("mend"), entry.mend());
    items.put(screen.say("fault.seen"), entry.sight().text());
    int widest = items.keySet().stream().mapToInt(Table::width).max().orElse(0);
    items.forEach((label, text) -> {
      String indent = "    " + label + " ".repeat(widest - Table.width(label)) + "  ";
      FindingsView.paragraph(screen, indent, text.in(locale));
    });
    entry.unseen().ifPresent(why -> FindingsView.paragraph(screen, "    ", why.in(locale)));
  }

  static ObjectNode json(Entry entry, Locale locale) {
    var node = Json.object();
    node.put("code", entry.code());
    node.put("severity", entry.severity().word());
    node.put("name", entry.name().in(locale));
    node.put("notice", entry.notice().in(locale));
    node.put("cause", entry.cause().in(locale));
    node.put("mend", entry.mend().in(locale));
    node.put("seen", entry.sight().name().toLowerCase(Locale.ROOT));
    return node;
  }
}
