package guywire.network.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Findings as they are collected, so that all of them can be told at once. A message and its mend
 * stand in the owner's bundle under {@code key} and {@code key.mend}, with the same arguments.
 *
 * <p>Not safe for use by several threads.
 */
public final class Findings {

  private final Class<?> owner;
  private final List<Finding> findings = new ArrayList<>();

  /** None yet; messages come from the bundle beside {@code owner}. */
  public Findings(Class<?> owner) {
    this.owner = owner;
  }

  /** Adds an error. */
  public void error(String code, Place place, String key, Object... arguments) {
    add(code, Severity.ERROR, place, key, arguments);
  }

  /** Adds a warning. */
  public void warning(String code, Place place, String key, Object... arguments) {
    add(code, Severity.WARNING, place, key, arguments);
  }

  /** Whether an error is among them. */
  public boolean hasErrors() {
    return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
  }

  /** All, each once, by their place in the file. */
  public List<Finding> sorted() {
    return findings.stream()
        .distinct()
        .sorted(
            Comparator.comparing((Finding finding) -> finding.place().file())
                .thenComparing(finding -> finding.place().line())
                .thenComparing(finding -> finding.place().column()))
        .toList();
  }

  private void add(String code, Severity severity, Place place, String key, Object... arguments) {
    findings.add(
        new Finding(
            code,
            severity,
            Optional.empty(),
            place,
            Text.of(owner, key, arguments),
            Text.of(owner, key + ".mend", arguments)));
  }
}
