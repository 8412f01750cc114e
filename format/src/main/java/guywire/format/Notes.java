package guywire.format;

import guywire.network.text.Finding;
import guywire.network.text.Place;
import guywire.network.text.Severity;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Findings about one node as they are collected. A message stands in this package's bundle under
 * its key, the mend under the key with {@code .mend}; both get the same arguments.
 *
 * <p>Not safe for use by several threads.
 */
final class Notes {

  /** A file full of nonsense is described by its first lines. */
  private static final int MOST = 1000;

  private final Optional<String> node;
  private final Set<Finding> findings = new LinkedHashSet<>();

  /** None yet, about this node. */
  Notes(String node) {
    this.node = Optional.of(node);
  }

  void error(String code, Place place, String key, Object... arguments) {
    add(Severity.ERROR, code, place, key, arguments);
  }

  void warning(String code, Place place, String key, Object... arguments) {
    add(Severity.WARNING, code, place, key, arguments);
  }

  void info(String code, Place place, String key, Object... arguments) {
    add(Severity.INFO, code, place, key, arguments);
  }

  /** All of them, each once, in the order found. */
  List<Finding> all() {
    return new ArrayList<>(findings);
  }

  private void add(Severity severity, String code, Place place, String key, Object... arguments) {
    if (findings.size() < MOST) {
      findings.add(
          new Finding(
              code,
              severity,
              node,
              place,
              Text.of(Notes.class, key, arguments),
              Text.of(Notes.class, key + ".mend", arguments)));
    }
  }
}
