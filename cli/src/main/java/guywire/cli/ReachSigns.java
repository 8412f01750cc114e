package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.prove.Reach;
import guywire.prove.Reach.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the cells of one table say of who reaches whom, and the legend of what they say: {@code ok}
 * for everything, {@code -} for nothing, the services where only some are open (by a number where
 * they are many), {@code if} and {@code part}.
 */
final class ReachSigns {

  static final String ALL = "ok";
  static final String NONE = "-";

  /** Services in more columns than this stand in the legend. */
  private static final int WIDEST = 8;

  private final Screen screen;
  private final Map<String, String> notes = new LinkedHashMap<>();
  private boolean depends;
  private boolean partly;
  private boolean disagrees;
  private boolean unmeasured;

  ReachSigns(Screen screen) {
    this.screen = screen;
  }

  /** The sign for a pair, from what is open at each of its addresses. */
  String sign(List<Reach> reaches) {
    if (reaches.isEmpty()) {
      return "";
    }
    if (reaches.stream().anyMatch(reach -> reach.extent() == Extent.DEPENDS)) {
      return depends();
    }
    var open = reaches.stream().map(ReachSigns::open).distinct().toList();
    return open.size() == 1 ? services(open.getFirst()) : partly();
  }

  private static String open(Reach reach) {
    return switch (reach.extent()) {
      case ALL -> ALL;
      case NONE -> NONE;
      case SOME, DEPENDS -> reach.services();
    };
  }

  /** The sign for these services, which are short enough or get a number. */
  String services(String services) {
    return Table.width(services) <= WIDEST
        ? services
        : notes.computeIfAbsent(services, _ -> "*" + (notes.size() + 1));
  }

  /** Reached only if something holds that no file says. */
  String depends() {
    depends = true;
    return "if";
  }

  /** One address is reached by something that another is not. */
  String partly() {
    partly = true;
    return "part";
  }

  /** Packets and proof disagree. */
  String disagrees() {
    disagrees = true;
    return "!!";
  }

  /** It was not possible to tell. */
  String unmeasured() {
    unmeasured = true;
    return "?";
  }

  /** The cell of a sign. */
  static Cell cell(String sign) {
    return switch (sign) {
      case ALL -> Cell.of(sign, Style.GOOD);
      case NONE, "" -> Cell.of(sign, Style.DIM);
      case "!!" -> Cell.of(sign, Style.BAD);
      default -> Cell.of(sign, Style.WARN);
    };
  }

  /** Prints what the signs mean that are not plain. */
  void legend() {
    var lines = new ArrayList<String>();
    notes.forEach((services, sign) -> lines.add(sign + "  " + services));
    if (depends) {
      lines.add("if  " + screen.say("sign.if"));
    }
    if (partly) {
      lines.add("part  " + screen.say("sign.part"));
    }
    if (disagrees) {
      lines.add("!!  " + screen.say("sign.disagrees"));
    }
    if (unmeasured) {
      lines.add("?  " + screen.say("sign.unmeasured"));
    }
    for (String line : lines) {
      int gap = line.indexOf("  ") + 2;
      FindingsView.paragraph(screen, "  " + line.substring(0, gap), line.substring(gap));
    }
  }
}
