package guywire.cli;

import guywire.cli.Screen.Style;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Rows of cells in columns as wide as their widest cell; a Chinese character is two wide. */
final class Table {

  /** One cell: its text and, on a terminal, its style. */
  record Cell(String text, Optional<Style> style) {
    static Cell of(String text) {
      return new Cell(text, Optional.empty());
    }

    static Cell of(String text, Style style) {
      return new Cell(text, Optional.of(style));
    }
  }

  private final List<List<Cell>> rows = new ArrayList<>();

  Table row(Cell... cells) {
    rows.add(List.of(cells));
    return this;
  }

  Table row(List<Cell> cells) {
    rows.add(List.copyOf(cells));
    return this;
  }

  Table row(String... cells) {
    rows.add(Arrays.stream(cells).map(Cell::of).toList());
    return this;
  }

  /**
   * Prints the rows, each behind {@code indent}; the last column is not padded, and goes on in a
   * line of its own where it does not fit.
   */
  void print(Screen screen, String indent) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    var widths = new int[columns];
    for (var row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], width(row.get(i).text()));
      }
    }
    for (var row : rows) {
      print(screen, indent, row, widths);
    }
  }

  private static void print(Screen screen, String indent, List<Cell> row, int[] widths) {
    var line = new StringBuilder(indent);
    int used = width(indent);
    for (int i = 0; i < row.size(); i++) {
      Cell cell = row.get(i);
      boolean last = i == row.size() - 1;
      if (last && i > 1 && used + width(cell.text()) > screen.width()) {
        screen.line(line.toString().stripTrailing());
        line = new StringBuilder(indent).append(" ".repeat(widths[0] + 4));
      }
      line.append(cell.style().map(style -> screen.styled(style, cell.text())).orElse(cell.text()));
      if (!last) {
        line.append(" ".repeat(widths[i] - width(cell.text()) + 2));
        used += widths[i] + 2;
      }
    }
    screen.line(line.toString().stripTrailing());
  }

  /** How many columns of a terminal the text takes (East Asian wide characters take two). */
  static int width(String text) {
    return text.codePoints().map(Table::width).sum();
  }

  private static int width(int character) {
    var block = Character.UnicodeBlock.of(character);
    boolean wide =
        Character.isIdeographic(character)
            || block == Character.UnicodeBlock.CJK_SYMBOLS_AND_PUNCTUATION
            || block == Character.UnicodeBlock.HALFWIDTH_AND_FULLWIDTH_FORMS;
    return wide ? 2 : 1;
  }
}
