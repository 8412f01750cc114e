package guywire.cli;

import guywire.cli.Screen.Style;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The code of what can be wrong with what was given: D.. in a definition, A.. with files and facts.
 *
 * @param code the code in upper case
 */
record InputCode(String code) {

  /** Of definitions all but these, up to the last. */
  private static final Set<Integer> NONE = Set.of(0, 12, 13, 14, 15, 16, 17, 18, 19, 33);

  private static final int LAST = 38;

  /** Of files and facts, with how much each matters at most. */
  private static final Map<String, String> OF_FILES =
      Map.of("A01", "info", "A02", "error", "A03", "error", "A10", "info", "A11", "warning");

  /** Whether a word looks like such a code. */
  static boolean is(String word) {
    return word.matches("(?i)[DA][0-9]{2}");
  }

  /**
   * The code in a word.
   *
   * @throws Refusal if there is no such code
   */
  static InputCode of(String word) {
    var code = new InputCode(word.toUpperCase(Locale.ROOT));
    int number = Integer.parseInt(word.substring(1));
    boolean known =
        code.isOfFiles()
            ? OF_FILES.containsKey(code.code())
            : number <= LAST && !NONE.contains(number);
    if (!known) {
      throw FaultView.noCode(word);
    }
    return code;
  }

  private boolean isOfFiles() {
    return code.startsWith("A");
  }

  void print(Screen screen) {
    screen.line(
        screen.styled(Style.STRONG, code)
            + " "
            + screen.say(severity())
            + "  "
            + screen.say("code." + code));
    FindingsView.paragraph(
        screen, "    ", screen.say(isOfFiles() ? "code.where-files" : "code.where"));
  }

  ObjectNode json(Screen screen) {
    var node = Json.object();
    node.put("code", code);
    node.put("severity", severity());
    node.put("name", screen.say("code." + code));
    return node;
  }

  private String severity() {
    return OF_FILES.getOrDefault(code, code.equals("D36") ? "warning" : "error");
  }
}
