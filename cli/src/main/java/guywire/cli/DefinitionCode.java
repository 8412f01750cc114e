package guywire.cli;

import guywire.cli.Screen.Style;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The code of what can be wrong in a definition.
 *
 * @param code the code in upper case
 */
record DefinitionCode(String code) {

  /** All but these, up to the last. */
  private static final Set<Integer> NONE = Set.of(0, 12, 13, 14, 15, 16, 17, 18, 19, 33);

  private static final int LAST = 38;

  /** Whether a word looks like such a code. */
  static boolean is(String word) {
    return word.matches("(?i)D[0-9]{2}");
  }

  /**
   * The code in a word.
   *
   * @throws Refusal if there is no such code
   */
  static DefinitionCode of(String word) {
    int number = Integer.parseInt(word.substring(1));
    if (number > LAST || NONE.contains(number)) {
      throw Refusal.unreadable("explain-no-code", word, "F01", "F74");
    }
    return new DefinitionCode(word.toUpperCase(Locale.ROOT));
  }

  void print(Screen screen) {
    screen.line(
        screen.styled(Style.STRONG, code)
            + " "
            + screen.say(severity())
            + "  "
            + screen.say("code." + code));
    FindingsView.paragraph(screen, "    ", screen.say("code.where"));
  }

  ObjectNode json(Screen screen) {
    var node = Json.object();
    node.put("code", code);
    node.put("severity", severity());
    node.put("name", screen.say("code." + code));
    return node;
  }

  private String severity() {
    return code.equals("D36") ? "warning" : "error";
  }
}
