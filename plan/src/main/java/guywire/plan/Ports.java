package guywire.plan;

import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Where;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The UDP ports that nodes listen on: only where someone dials, and never the same for two nodes
 * behind one router, where the second would lose its mapping to the first.
 */
final class Ports {

  /** The port everyone knows for WireGuard. */
  private static final int USUAL = 51820;

  private Ports() {}

  /** The port of each node that has a fixed one. */
  static Map<Name, Integer> assign(Scene scene, Findings findings) {
    var ports = new LinkedHashMap<Name, Integer>();
    var taken = new HashMap<String, Map<Integer, Place>>();
    for (var node : scene.definition().nodes()) {
      node.listen()
          .ifPresent(listen -> {
            ports.put(node.name(), listen.value());
            var earlier =
                taken
                    .computeIfAbsent(behind(node), key -> new HashMap<>())
                    .putIfAbsent(listen.value(), listen.place());
            if (earlier != null) {
              findings.error(
                  "D25",
                  listen.place(),
                  "port-twice",
                  String.valueOf(listen.value()),
                  String.valueOf(earlier.line()));
            }
          });
    }
    for (var node : scene.definition().nodes()) {
      if (!ports.containsKey(node.name()) && isDialled(scene, node)) {
        var used = taken.computeIfAbsent(behind(node), key -> new HashMap<>());
        int port = USUAL;
        while (used.containsKey(port)) {
          port++;
        }
        used.put(port, node.place());
        ports.put(node.name(), port);
      }
    }
    return ports;
  }

  /** What two nodes share that may not share a port: a site, or nothing. */
  private static String behind(NodeEntry node) {
    return node.where() instanceof Where.InSite in
        ? "site " + in.site().name()
        : "node " + node.name();
  }

  private static boolean isDialled(Scene scene, NodeEntry node) {
    return scene.dialling().isOpen(node)
        || scene.neighbours(node.name()).stream()
            .anyMatch(other -> scene.dialling().target(scene.node(other), node).isPresent());
  }
}
