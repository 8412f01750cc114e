package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.network.Spot;
import java.util.ArrayList;
import java.util.List;

/** Who reaches whom as a table: a row for who begins, a column for who is meant. */
final class MatrixView {

  /** What stands in a cell. */
  enum Mark {
    REACHED("ok", Style.GOOD),
    /** Some of the addresses of the other end are reached, others not. */
    PARTLY("part", Style.WARN),
    BLOCKED("-", Style.DIM),
    /** Reached only if something holds that no file says. */
    DEPENDS("if", Style.WARN),
    /** Packets and proof disagree. */
    DISAGREES("!!", Style.BAD),
    NONE("", Style.DIM);

    private final String sign;
    private final Style style;

    Mark(String sign, Style style) {
      this.sign = sign;
      this.style = style;
    }
  }

  /** What to put where a row and a column meet. */
  @FunctionalInterface
  interface Marks {
    Mark of(Spot from, Spot to);
  }

  private static final int WIDTH = 100;

  private MatrixView() {}

  /** Prints the table; where the names are too wide for columns, numbers stand for them. */
  static void print(Screen screen, List<Spot> spots, Marks marks) {
    int names = spots.stream().mapToInt(spot -> Table.width(spot.toString())).sum();
    boolean numbered = names + 2 * spots.size() + longest(spots) + 2 > WIDTH;
    var table = new Table();
    var head = new ArrayList<Cell>();
    head.add(Cell.of(""));
    for (int i = 0; i < spots.size(); i++) {
      head.add(Cell.of(numbered ? String.valueOf(i + 1) : spots.get(i).toString(), Style.DIM));
    }
    table.row(head);
    for (int i = 0; i < spots.size(); i++) {
      Spot from = spots.get(i);
      if (spots.stream().allMatch(to -> to.equals(from) || marks.of(from, to) == Mark.NONE)) {
        continue;
      }
      var row = new ArrayList<Cell>();
      row.add(Cell.of((numbered ? (i + 1) + " " : "") + from, Style.DIM));
      for (var to : spots) {
        Mark mark = from.equals(to) ? Mark.NONE : marks.of(from, to);
        row.add(Cell.of(mark.sign, mark.style));
      }
      table.row(row);
    }
    table.print(screen, "  ");
  }

  private static int longest(List<Spot> spots) {
    return spots.stream().mapToInt(spot -> Table.width(spot.toString())).max().orElse(0);
  }
}
