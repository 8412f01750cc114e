package guywire.prove;

import guywire.network.NodeConfig;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Findings as they are made. The message stands in the bundle under the fault's code, with a word
 * after a dot where a fault shows in several ways; the mend under the same key with {@code .mend}.
 */
final class Report {

  private final Set<Finding> findings = new LinkedHashSet<>();

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
    findings.add(
        new Finding(
            dot < 0 ? key : key.substring(0, dot),
            severity,
            node.map(one -> one.name().text()),
            place,
            Text.of(Report.class, key, arguments),
            Text.of(Report.class, key + ".mend", arguments)));
  }

  /** All of them, each once, in the order found. */
  List<Finding> all() {
    return List.copyOf(findings);
  }
}
