package guywire.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measured values by measure and program, and their medians as a Markdown table. */
final class Results {

  private final List<String> programs;
  private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();

  /** An empty table with a column for each program, the first one compared with the second. */
  Results(List<String> programs) {
    this.programs = List.copyOf(programs);
  }

  void record(String program, String measure, double value) {
    values
        .computeIfAbsent(measure, name -> new LinkedHashMap<>())
        .computeIfAbsent(program, name -> new ArrayList<>())
        .add(value);
  }

  /** The median of what was recorded, or NaN. */
  double median(String program, String measure) {
    List<Double> found = values.getOrDefault(measure, Map.of()).getOrDefault(program, List.of());
    return Quantiles.of(found.stream().mapToDouble(Double::doubleValue).toArray()).median();
  }

  /** The table, a row for each measure. */
  String table(int runs) {
    var text = new StringBuilder();
    text.append("| median of ").append(runs).append(" | ").append(String.join(" | ", programs));
    text.append(" | ratio |\n|---").append("|---".repeat(programs.size() + 1)).append("|\n");
    for (String measure : values.keySet()) {
      text.append("| ").append(measure);
      for (String program : programs) {
        text.append(" | ").append(number(median(program, measure)));
      }
      double ratio = median(programs.getFirst(), measure) / median(programs.get(1), measure);
      text.append(" | ").append(number(ratio)).append(" |\n");
    }
    return text.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value)
        ? "-"
        : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }
}
