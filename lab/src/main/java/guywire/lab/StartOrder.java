package guywire.lab;

import guywire.network.Attachment;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * In which order nodes are set up: first who is called, then who calls. A node that is called
 * before it is there answers only the caller's next try, which comes 5 s later.
 */
final class StartOrder {

  private final Network network;
  private final Map<Name, Set<Name>> calls = new HashMap<>();

  private StartOrder(Network network) {
    this.network = network;
    var owners = new HashMap<PublicKey, Name>();
    for (NodeConfig node : network.nodes()) {
      node.interfaces().forEach(t -> t.publicKey().ifPresent(key -> owners.put(key, node.name())));
    }
    for (NodeConfig node : network.nodes()) {
      var called = new HashSet<Name>();
      node.interfaces().stream()
          .flatMap(tunnel -> tunnel.peers().stream())
          .filter(peer -> peer.endpoint().isPresent())
          .map(peer -> owners.get(peer.publicKey()))
          .filter(owner -> owner != null && !owner.equals(node.name()))
          .forEach(called::add);
      calls.put(node.name(), called);
    }
  }

  /** The nodes in groups, each of which can be set up at once. */
  static List<List<NodeConfig>> of(Network network) {
    var order = new StartOrder(network);
    var left = new ArrayList<>(network.nodes());
    var groups = new ArrayList<List<NodeConfig>>();
    while (!left.isEmpty()) {
      List<NodeConfig> group = order.next(left);
      groups.add(group);
      left.removeAll(group);
    }
    return groups;
  }

  private List<NodeConfig> next(List<NodeConfig> left) {
    Set<Name> names = new HashSet<>();
    left.forEach(node -> names.add(node.name()));
    List<NodeConfig> calledOnly =
        left.stream()
            .filter(node ->
                calls.getOrDefault(node.name(), Set.of()).stream().noneMatch(names::contains))
            .toList();
    if (!calledOnly.isEmpty()) {
      return calledOnly;
    }
    // They call each other: those with public addresses need no call of their own to be reached.
    List<NodeConfig> direct =
        left.stream()
            .filter(node ->
                network.underlay().attachment(node.name()).orElse(null)
                    instanceof Attachment.Direct)
            .toList();
    return direct.isEmpty() ? List.copyOf(left) : direct;
  }
}
