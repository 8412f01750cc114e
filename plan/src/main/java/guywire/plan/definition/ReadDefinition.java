package guywire.plan.definition;

import guywire.network.text.Finding;
import java.util.List;
import java.util.Optional;

/**
 * What came of reading a definition.
 *
 * @param definition the definition, if there was no error in it
 * @param findings everything that is wrong or doubtful, by its place in the file
 */
public record ReadDefinition(Optional<Definition> definition, List<Finding> findings) {
  /** Copies the list. */
  public ReadDefinition {
    findings = List.copyOf(findings);
  }
}
