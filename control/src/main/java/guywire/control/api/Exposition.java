package guywire.control.api;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers as Prometheus reads them: its text format, version 0.0.4. Families are told in the order
 * in which they were first named, each with all its samples. For one thread.
 */
final class Exposition {

  /** What the answer's header says. */
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Map<String, StringBuilder> families = new LinkedHashMap<>();

  /** A number that goes up and down. */
  void gauge(String name, String help, double value, String... labels) {
    add(name, "gauge", help, value, labels);
  }

  /** A number that only grows, until the program that counts begins anew. */
  void counter(String name, String help, double value, String... labels) {
    add(name, "counter", help, value, labels);
  }

  /** Adds a sample; labels are names and values in turn. */
  private void add(String name, String type, String help, double value, String... labels) {
    var family =
        families.computeIfAbsent(
            name,
            _ ->
                new StringBuilder(
                    "# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type)));
    family.append(name);
    for (int i = 0; i + 1 < labels.length; i += 2) {
      family.append(i == 0 ? "{" : ",").append(labels[i]).append("=\"");
      family.append(escaped(labels[i + 1])).append('"');
    }
    family.append(labels.length > 0 ? "} " : " ").append(number(value)).append('\n');
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1L << 53
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  /** All of it. */
  String text() {
    return String.join("", families.values());
  }
}
