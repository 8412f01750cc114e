package guywire.recognise;

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
 * What the owner of the files must know, as it is found. A message stands in this package's bundle
 * under its key, what to do about it under the key with {@code .mend}.
 *
 * <p>Not safe for use by several threads.
 */
final class RecognitionNotes {

  private final Set<Finding> findings = new LinkedHashSet<>();

  /** Something that no file says was assumed. */
  void assumed(Member member, String key, Object... arguments) {
    add("A01", Severity.INFO, Optional.of(member.name().text()), member.place(), key, arguments);
  }

  /** Something that only the owner knows is missing. */
  void asked(Member member, String key, Object... arguments) {
    add("A03", Severity.WARNING, Optional.of(member.name().text()), member.place(), key, arguments);
  }

  /** Something in the files has no place in a definition. */
  void leftOut(Member member, Place place, String key, Object... arguments) {
    add("A10", Severity.INFO, Optional.of(member.name().text()), place, key, arguments);
  }

  /** The files contradict each other or themselves; one of two ways was taken. */
  void settled(Member member, Place place, String key, Object... arguments) {
    add("A11", Severity.WARNING, Optional.of(member.name().text()), place, key, arguments);
  }

  /** Something about all files together. */
  void about(Place place, String key, Object... arguments) {
    add("A11", Severity.WARNING, Optional.empty(), place, key, arguments);
  }

  /** What the reader or the planner of the definition says. */
  void add(Finding finding) {
    findings.add(finding);
  }

  List<Finding> all() {
    return new ArrayList<>(findings);
  }

  /** A message of this package. */
  static Text text(String key, Object... arguments) {
    return Text.of(RecognitionNotes.class, key, arguments);
  }

  private void add(
      String code,
      Severity severity,
      Optional<String> node,
      Place place,
      String key,
      Object... arguments) {
    findings.add(
        new Finding(
            code, severity, node, place, text(key, arguments), text(key + ".mend", arguments)));
  }
}
