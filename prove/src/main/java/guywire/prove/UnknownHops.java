package guywire.prove;

import guywire.address.Prefix;
import guywire.network.Doubt;
import guywire.network.Doubt.Stage;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.Route;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Routes of a node's files that take what a tunnel would carry, by a hop of which nobody knows
 * whether it is on a link: the kernel makes them only then.
 */
final class UnknownHops {

  private UnknownHops() {}

  /** What of a node's routes depends on its links. */
  static List<Doubt> of(NodeConfig node, SetUp setUp, Function<Part, Place> places) {
    var doubts = new ArrayList<Doubt>();
    if (node.routes().stream().noneMatch(route -> isOpen(route, node, setUp))) {
      return doubts;
    }
    var carried = carried(node);
    for (int i = 0; i < node.routes().size(); i++) {
      var route = node.routes().get(i);
      if (isOpen(route, node, setUp) && carried.any(route.to())) {
        var place = places.apply(new Part.Entry(Listing.ROUTES, i));
        var match = PacketMatch.ANY.to(List.of(route.to()));
        String what = "route " + route.to() + " via " + route.via().orElseThrow();
        doubts.add(
            new Doubt(node.name(), Stage.ROUTING, 0, match, Optional.empty(), false, place, what));
      }
    }
    return doubts;
  }

  /** The prefixes that a node's tunnels have or carry. */
  private static Overlaps<Prefix> carried(NodeConfig node) {
    var carried = new Overlaps<Prefix>();
    for (var tunnel : node.interfaces()) {
      tunnel.addresses().forEach(own -> carried.add(own.prefix(), own.prefix()));
      for (var peer : tunnel.peers()) {
        peer.allowedIps().stream()
            .filter(prefix -> !prefix.isDefault())
            .forEach(prefix -> carried.add(prefix, prefix));
      }
    }
    return carried;
  }

  private static boolean isOpen(Route route, NodeConfig node, SetUp setUp) {
    return route.via().filter(via -> !setUp.hasLinkTo(via)).isPresent()
        && !route.to().isDefault()
        && node.interfaces().stream()
            .noneMatch(tunnel -> route.device().equals(Optional.of(tunnel.name())));
  }
}
