package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.network.config.Spot;
import guywire.network.verify.Matrix;
import guywire.network.verify.Matrix.Group;
import guywire.network.verify.Matrix.Scope;
import guywire.network.verify.Reachability;
import guywire.protocol.IpAddress.Family;
import java.util.List;
import java.util.Optional;

/** Who reaches whom in a large network: a line for each pair of groups that behave alike. */
final class GroupView {

  /** How many members of a group are named before the rest is counted. */
  private static final int NAMED = 4;

  private GroupView() {}

  static void print(Screen screen, Reachability proof) {
    for (var family : Family.values()) {
      Matrix matrix = proof.matrix(family);
      if (!matrix.cells().isEmpty()) {
        print(screen, matrix);
      }
    }
  }

  private static void print(Screen screen, Matrix matrix) {
    screen.line("  " + (matrix.family() == Family.IPV4 ? "IPv4" : "IPv6"));
    var groups = matrix.groups();
    for (int i = 0; i < groups.size(); i++) {
      screen.line(
          "    " + screen.styled(Style.DIM, letter(i)) + "  " + members(screen, groups.get(i)));
    }
    var table = new Table();
    var head = new java.util.ArrayList<Cell>();
    head.add(Cell.of(""));
    for (int i = 0; i < groups.size(); i++) {
      head.add(Cell.of(letter(i), Style.DIM));
    }
    table.row(head);
    for (int from = 0; from < groups.size(); from++) {
      var row = new java.util.ArrayList<Cell>();
      row.add(Cell.of(letter(from), Style.DIM));
      for (int to = 0; to < groups.size(); to++) {
        row.add(cell(screen, matrix, from, to));
      }
      table.row(row);
    }
    table.print(screen, "    ");
  }

  private static Cell cell(Screen screen, Matrix matrix, int from, int to) {
    var apart = matrix.cell(from, to, Scope.APART);
    var together = matrix.cell(from, to, Scope.TOGETHER);
    String signs = sign(apart);
    if (together.isPresent() && !sign(together).equals(signs)) {
      signs = signs.isEmpty() ? sign(together) : screen.say("check.at-home", signs, sign(together));
    }
    return signs.equals("-") ? Cell.of(signs, Style.DIM) : Cell.of(signs);
  }

  private static String sign(Optional<Matrix.Cell> cell) {
    return cell.map(found -> found.sample().certain() ? "ok" : found.sample().works() ? "if" : "-")
        .orElse("");
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
