package guywire.cli;

import guywire.cli.Screen.Style;
import guywire.cli.Table.Cell;
import guywire.network.Spot;
import java.util.ArrayList;
import java.util.List;

/** Who reaches whom as a table: a row for who begins, a column for who is meant. */
final class MatrixView {

  /** Up to this many machines stand in the table one by one; beyond, in groups. */
  static final int MOST_SINGLE = 16;

  /** What to put where a row and a column meet; empty where there is nothing to say. */
  @FunctionalInterface
  interface Signs {
    String of(Spot from, Spot to);
  }

  private MatrixView() {}

  /**
   * Prints the table; where the names are too wide for columns, numbers stand for them, and where
   * that is too wide, too, the columns follow each other in several tables.
   */
  static void print(Screen screen, List<Spot> spots, Signs signs) {
    var cells = new ArrayList<List<String>>();
    for (var from : spots) {
      var row = new ArrayList<String>();
      for (var to : spots) {
        row.add(from.equals(to) ? "" : signs.of(from, to));
      }
      cells.add(row);
    }
    int widest = cells.stream().flatMap(List::stream).mapToInt(Table::width).max().orElse(0);
    int names = spots.stream().mapToInt(s -> Math.max(widest, width(s)) + 2).sum();
    boolean numbered = names + longest(spots) + 4 > screen.width();
    int head = longest(spots) + (numbered ? 6 : 4);
    int column = Math.max(widest, 2) + 2;
    int fit = numbered ? Math.max(1, (screen.width() - head) / column) : spots.size();
    for (int first = 0; first < spots.size(); first += fit) {
      print(screen, spots, cells, numbered, first, Math.min(spots.size(), first + fit));
    }
  }

  private static void print(
      Screen screen,
      List<Spot> spots,
      List<List<String>> cells,
      boolean numbered,
      int first,
      int end) {
    var table = new Table();
    var head = new ArrayList<Cell>();
    head.add(Cell.of(""));
    for (int i = first; i < end; i++) {
      head.add(Cell.of(numbered ? String.valueOf(i + 1) : spots.get(i).toString(), Style.DIM));
    }
    table.row(head);
    for (int i = 0; i < spots.size(); i++) {
      if (cells.get(i).stream().allMatch(String::isEmpty)) {
        continue;
      }
      var row = new ArrayList<Cell>();
      row.add(Cell.of((numbered ? (i + 1) + " " : "") + spots.get(i), Style.DIM));
      cells.get(i).subList(first, end).forEach(sign -> row.add(ReachSigns.cell(sign)));
      table.row(row);
    }
    table.print(screen, "  ");
  }

  private static int width(Spot spot) {
    return Table.width(spot.toString());
  }

  private static int longest(List<Spot> spots) {
    return spots.stream().mapToInt(MatrixView::width).max().orElse(0);
  }
}
