package guywire.network.format;

import guywire.network.config.NodeConfig;
import guywire.network.config.Places;
import guywire.network.text.Finding;
import java.util.List;

/**
 * What the files of one node say.
 *
 * @param node the node, as WireGuard and the host would understand the files
 * @param places where its parts stand in them
 * @param findings what is wrong with the files as such, or could not be understood; a part that
 *     can't be read is reported here and left out of the node
 */
public record Imported(NodeConfig node, Places places, List<Finding> findings) {

  /** Copies the list. */
  public Imported {
    findings = List.copyOf(findings);
  }
}
