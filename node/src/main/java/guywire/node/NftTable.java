package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import java.util.Map;

/**
 * The one nftables table, of the family inet, that a node has.
 *
 * @param name its name
 * @param text the transaction that makes it; empty if the node needs none
 */
record NftTable(String name, String text) {

  /**
   * The table of a node.
   *
   * @param fullTunnels the firewall marks of the interfaces whose default route is reached by rules
   */
  static NftTable of(NodeConfig config, Map<InterfaceName, Long> fullTunnels) {
    String name = nameFor(config.interfaces().getFirst().name());
    boolean needed = Nftables.isNeeded(config) || !fullTunnels.isEmpty();
    return new NftTable(name, needed ? Nftables.transaction(config, name, fullTunnels) : "");
  }

  /** The name of the table of a node whose first interface this is. */
  static String nameFor(InterfaceName first) {
    // An interface may be named more freely than a table.
    return "guywire-" + first.text().replaceAll("[^A-Za-z0-9_.-]", "_");
  }
}
