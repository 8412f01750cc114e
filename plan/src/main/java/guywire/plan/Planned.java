package guywire.plan;

import guywire.network.Network;
import guywire.network.text.Finding;
import java.util.List;
import java.util.Optional;

/**
 * What came of planning a definition.
 *
 * @param network the planned network, unless the definition can't work
 * @param findings why it can't, or what is doubtful, by its place in the file
 */
public record Planned(Optional<Network> network, List<Finding> findings) {
  /** Copies the list. */
  public Planned {
    findings = List.copyOf(findings);
  }
}
