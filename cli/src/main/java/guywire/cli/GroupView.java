package guywire.cli;

import guywire.address.IpAddress.Family;
import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.network.Spot;
import guywire.prove.Matrix;
import guywire.prove.Matrix.Group;
import guywire.prove.Matrix.PairScope;
import guywire.prove.Reachability;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who reaches whom in a large network: a line for each pair of groups that behave alike. */
final class GroupView {

  /** How many members of a group are named before the rest is counted. */
  private static final int NAMED = 4;

  /** A table of more groups than this is read by nobody. */
  private static final int MOST_GROUPS = 40;

  private GroupView() {}

  /** What to say of the pairs of two groups; empty where there is nothing to say. */
  @FunctionalInterface
  interface Signs {
    String of(Matrix matrix, Matrix.Cell cell);
  }

  static void print(Screen screen, Reachability proof, Signs signs) {
    for (var family : Family.values()) {
      Matrix matrix = proof.matrix(family);
      if (!matrix.cells().isEmpty()) {
        print(screen, matrix, signs);
      }
    }
  }

  private static void print(Screen screen, Matrix matrix, Signs meaning) {
    screen.line("  " + (matrix.family() == Family.IPV4 ? "IPv4" : "IPv6"));
    var groups = matrix.groups();
    int shown = Math.min(groups.size(), MOST_GROUPS);
    for (int i = 0; i < shown; i++) {
      screen.line(
          "    " + screen.styled(Style.DIM, letter(i)) + "  " + members(screen, groups.get(i)));
    }
    if (shown < groups.size()) {
      screen.line("    " + screen.say("check.more-groups", groups.size() - shown + ""));
    }
    var signs = signs(matrix, shown, meaning);
    var table = new Table();
    var head = new ArrayList<Cell>();
    head.add(Cell.of(""));
    for (int i = 0; i < shown; i++) {
      head.add(Cell.of(letter(i), Style.DIM));
    }
    table.row(head);
    for (int from = 0; from < shown; from++) {
      var row = new ArrayList<Cell>();
      row.add(Cell.of(letter(from), Style.DIM));
      for (int to = 0; to < shown; to++) {
        row.add(
            cell(
                screen,
                signs.getOrDefault(new Pairs(from, to, PairScope.APART), ""),
                signs.getOrDefault(new Pairs(from, to, PairScope.TOGETHER), "")));
      }
      table.row(row);
    }
    table.print(screen, "    ");
  }

  /** Some pairs of spots of two groups. */
  private record Pairs(int from, int to, PairScope scope) {}

  private static Map<Pairs, String> signs(Matrix matrix, int shown, Signs meaning) {
    var signs = new HashMap<Pairs, String>();
    for (var cell : matrix.cells()) {
      if (cell.from() < shown && cell.to() < shown) {
        signs.put(new Pairs(cell.from(), cell.to(), cell.scope()), meaning.of(matrix, cell));
      }
    }
    return signs;
  }

  private static Cell cell(Screen screen, String apart, String together) {
    String signs = apart;
    if (!together.isEmpty() && !together.equals(apart)) {
      signs = apart.isEmpty() ? together : screen.say("check.at-home", apart, together);
    }
    return ReachSigns.cell(signs);
  }

  private static String members(Screen screen, Group group) {
    List<String> names = group.spots().stream().map(Spot::toString).toList();
    if (names.size() <= NAMED + 1) {
      return String.join(", ", names);
    }
    return screen.say(
        "check.and-more", String.join(", ", names.subList(0, NAMED)), names.size() - NAMED + "");
  }

  /** A, B, ... Z, A2, B2, ... */
  private static String letter(int index) {
    return (char) ('A' + index % 26) + (index < 26 ? "" : String.valueOf(index / 26 + 1));
  }
}
