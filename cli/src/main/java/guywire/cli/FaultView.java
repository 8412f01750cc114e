package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.network.catalogue.Catalogue;
import guywire.network.catalogue.Catalogue.Entry;
import guywire.network.text.Text;
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
    var all = Catalogue.entries();
    return Catalogue.of(code)
        .orElseThrow(() ->
            Refusal.unreadable(
                "explain-no-code", code, all.getFirst().code(), all.getLast().code()));
  }

  static void print(Screen screen, Entry entry) {
    var locale = screen.locale();
    screen.line(
        screen.styled(Style.STRONG, entry.code())
            + " "
            + screen.say(entry.severity().word())
            + "  "
            + entry.name().in(locale));
    item(screen, "fault.notice", entry.notice());
    item(screen, "fault.cause", entry.cause());
    item(screen, "mend", entry.mend());
    item(screen, "fault.seen", entry.sight().text());
    entry.unseen().ifPresent(why -> FindingsView.paragraph(screen, "    ", why.in(locale)));
  }

  private static void item(Screen screen, String label, Text text) {
    String indent = "    " + screen.say(label) + "  ";
    FindingsView.paragraph(screen, indent, text.in(screen.locale()));
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
