package guywire.format.syntax;

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
 * Findings about one node as they are collected. A message stands in the room's bundle under its
 * key, the mend under the key with {@code .mend}; both get the same arguments.
 *
 * <p>Not safe for use by several threads.
 */
public final class Notes {

  /** All packages of the room say what they say from one bundle, at its door. */
  private static final String BUNDLE = "guywire.format.messages";

  /** A file full of nonsense is described by its first lines. */
  private static final int MOST = 1000;

  private final Optional<String> node;
  private final Set<Finding> findings = new LinkedHashSet<>();

  /** None yet, about this node. */
  public Notes(String node) {
    this.node = Optional.of(node);
  }

  /** A message of this room. */
  public static Text text(String key, Object... arguments) {
    return new Text(BUNDLE, key, List.of(arguments));
  }

  /** Adds what keeps a node from doing what was asked. */
  public void error(String code, Place place, String key, Object... arguments) {
    add(Severity.ERROR, code, place, key, arguments);
  }

  /** Adds what may not be what was meant. */
  public void warning(String code, Place place, String key, Object... arguments) {
    add(Severity.WARNING, code, place, key, arguments);
  }

  /** Adds what is good to know. */
  public void info(String code, Place place, String key, Object... arguments) {
    add(Severity.INFO, code, place, key, arguments);
  }

  /** All of them, each once, in the order found. */
  public List<Finding> all() {
    return new ArrayList<>(findings);
  }

  private void add(Severity severity, String code, Place place, String key, Object... arguments) {
    if (findings.size() < MOST) {
      findings.add(
          new Finding(
              code, severity, node, place, text(key, arguments), text(key + ".mend", arguments)));
    }
  }
}
