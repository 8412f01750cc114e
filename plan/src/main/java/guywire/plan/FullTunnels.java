package guywire.plan;

import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.definition.NodeEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether all traffic of a node can leave where it shall. */
final class FullTunnels {

  private final Scene scene;
  private final Findings findings;

  /** The first node whose traffic a node sends on to an exit behind it. */
  private final Map<Name, NodeEntry> firstBehind = new HashMap<>();

  FullTunnels(Scene scene, Findings findings) {
    this.scene = scene;
    this.findings = findings;
  }

  /** Checks each node that has a full tunnel. */
  void check() {
    for (var node : scene.definition().nodes()) {
      node.fullTunnel().ifPresent(full -> check(node, full.place()));
    }
  }

  private void check(NodeEntry node, Place place) {
    var exit = scene.exit(node);
    if (exit.isEmpty() || exit.get().equals(node.name())) {
      findings.error("D30", place, "exit-missing", node.name());
      return;
    }
    if (scene.paths().next(node.name(), exit.get()).equals(exit)) {
      return;
    }
    var relay = scene.relayTo(node, exit.get());
    if (relay.isEmpty()) {
      findings.error("D30", place, "exit-far", node.name(), exit.get());
    } else {
      behind(node, exit.get(), relay.get(), place);
    }
  }

  /**
   * An exit that a node reaches through another. Allowed IPs are unique on an interface, so that
   * one sends on to one such exit only.
   */
  private void behind(NodeEntry node, Name exit, Name relay, Place place) {
    for (var other : List.of(relay, exit)) {
      if (scene.node(other).fullTunnel().isPresent()) {
        findings.error("D30", place, "exit-in-tunnel", node.name(), exit, other);
        return;
      }
    }
    var first = firstBehind.putIfAbsent(relay, node);
    var taken = Optional.ofNullable(first).flatMap(scene::exit);
    if (first != null && !taken.equals(Optional.of(exit))) {
      findings.error(
          "D30", place, "exit-second", node.name(), exit, relay, taken.orElseThrow(), first.name());
    }
  }
}
