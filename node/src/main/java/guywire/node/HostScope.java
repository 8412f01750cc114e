package guywire.node;

import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.json.NodeId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is worth looking at on a host: all that a node has there, and all that it shall have.
 *
 * @param node the node
 * @param config what it shall be; empty if it shall be nothing any more
 * @param ledger what is claimed on the host
 */
record HostScope(NodeId node, Optional<NodeConfig> config, Ledger ledger) {

  List<Thing> claimed() {
    return ledger.claims(node).stream().map(Claim::thing).toList();
  }

  <T extends Thing> List<T> claimed(Class<T> kind) {
    return claimed().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The node's interfaces, those it has and those it shall have. */
  Set<InterfaceName> interfaces() {
    var names = new LinkedHashSet<InterfaceName>();
    Stream.concat(
            config.stream().flatMap(c -> c.interfaces().stream()).map(tunnel -> tunnel.name()),
            claimed(Thing.Link.class).stream().map(Thing.Link::name))
        .forEach(names::add);
    return names;
  }

  /** What stands there, in the node's own words: what was given, if that reads back like this. */
  String inOwnWords(Thing thing, String readBack) {
    return ledger
        .claim(node, thing)
        .filter(claim -> claim.readBack().equals(Optional.of(readBack)))
        .map(Claim::content)
        .orElse(readBack);
  }
}
