package guywire.plan;

import guywire.network.Name;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Where;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The UDP ports that nodes listen on: only where someone dials, and never the same for two nodes
 * behind one router, where the second would lose its mapping to the first.
 *
 * @param usual the port of each node's usual tunnel, where it has a fixed one
 * @param spare the ports of its other tunnels, by relay; where it has a fixed one
 */
record Ports(Map<Name, Integer> usual, Map<Name, Map<Name, Integer>> spare) {

  /** The port everyone knows for WireGuard. */
  private static final int USUAL = 51820;

  /** The port of a node's usual tunnel, or 0 if it takes any. */
  int of(Name node) {
    return usual.getOrDefault(node, 0);
  }

  /** The port of a node's tunnel through a relay, or 0 if it takes any. */
  int of(Name node, Name relay) {
    return spare.getOrDefault(node, Map.of()).getOrDefault(relay, 0);
  }

  /** Chooses them. */
  static Ports assign(Scene scene, Findings findings) {
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
        ports.put(node.name(), free(taken, node));
      }
    }
    var spare = new LinkedHashMap<Name, Map<Name, Integer>>();
    for (var plane : scene.planes().all()) {
      var ends = new ArrayList<>(plane.members());
      ends.add(plane.relay());
      for (var name : ends) {
        var node = scene.node(name);
        // Whoever is told where the other is must still find him at that port after a restart.
        if (scene.dialling().isOpenOnAnyPort(node) || !scene.planes().met(plane, name).isEmpty()) {
          spare
              .computeIfAbsent(name, key -> new LinkedHashMap<>())
              .put(plane.relay(), free(taken, node));
        }
      }
    }
    return new Ports(ports, spare);
  }

  private static int free(Map<String, Map<Integer, Place>> taken, NodeEntry node) {
    var used = taken.computeIfAbsent(behind(node), key -> new HashMap<>());
    int port = USUAL;
    while (used.containsKey(port)) {
      port++;
    }
    used.put(port, node.place());
    return port;
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
