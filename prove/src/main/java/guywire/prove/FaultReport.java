package guywire.prove;

import guywire.network.NodeConfig;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Findings as they are made. The message stands in the bundle under the fault's code, with a word
 * after a dot where a fault shows in several ways; the mend under the same key with {@code .mend}.
 */
final class FaultReport {

  private final Map<Finding, List<Mend>> findings = new LinkedHashMap<>();
  private final Map<Finding, Integer> details = new HashMap<>();
  private Optional<Finding> last = Optional.empty();

  void error(String key, NodeConfig node, Place place, Object... arguments) {
    add(Severity.ERROR, key, node, place, arguments);
  }

  void warning(String key, NodeConfig node, Place place, Object... arguments) {
    add(Severity.WARNING, key, node, place, arguments);
  }

  void info(String key, NodeConfig node, Place place, Object... arguments) {
    add(Severity.INFO, key, node, place, arguments);
  }

  /** Adds a finding of a severity that its caller chose. */
  void add(Severity severity, String key, NodeConfig node, Place place, Object... arguments) {
    add(severity, key, Optional.of(node), place, arguments);
  }

  /** Adds a finding that may be about no node in particular. */
  void add(
      Severity severity, String key, Optional<NodeConfig> node, Place place, Object... arguments) {
    int dot = key.indexOf('.');
    var finding =
        new Finding(
            dot < 0 ? key : key.substring(0, dot),
            severity,
            node.map(one -> one.name().text()),
            place,
            Text.of(FaultReport.class, key, arguments),
            Text.of(FaultReport.class, key + ".mend", arguments));
    findings.putIfAbsent(finding, List.of());
    last = Optional.of(finding);
  }

  /** An argument of the finding just added that a mend changes, though the fault be the same. */
  void changing(int argument) {
    last.ifPresent(finding -> details.put(finding, argument));
  }

  /** What the mend of the finding just added comes to; it is said only if it is proven. */
  void proposing(FileEdit... edits) {
    last.ifPresent(finding -> findings.put(finding, List.of(Mend.of(finding.mend(), edits))));
  }

  /** The mends of the finding just added, of which the first that is proven is said. */
  void proposing(Function<Finding, List<Mend>> mends) {
    last.ifPresent(finding -> findings.put(finding, mends.apply(finding)));
  }

  /** All of them, each once, in the order found. */
  List<Finding> all() {
    return List.copyOf(findings.keySet());
  }

  /** What a finding proposes, the best first; nothing if that changes no configuration. */
  List<Mend> mends(Finding finding) {
    return findings.getOrDefault(finding, List.of());
  }

  /** Whether there is a finding like this one: the same fault at the same place. */
  boolean has(Finding finding) {
    return findings.keySet().stream()
        .anyMatch(one ->
            one.what().key().equals(finding.what().key())
                && one.node().equals(finding.node())
                && one.place().equals(finding.place())
                && isSame(one.what(), finding.what(), details.getOrDefault(one, -1)));
  }

  private static boolean isSame(Text one, Text other, int except) {
    return IntStream.range(0, one.arguments().size())
        .filter(i -> i != except)
        .allMatch(i -> one.arguments().get(i).equals(other.arguments().get(i)));
  }
}
