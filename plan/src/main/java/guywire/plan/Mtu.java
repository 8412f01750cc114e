package guywire.plan;

import guywire.address.IpAddress.Family;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.plan.definition.LinkEntry;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Where;
import guywire.plan.definition.SiteEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The MTU of a node's tunnel: what the narrowest of its own links leaves. A larger one at the other
 * end does no harm: what it sends fits its links, so this one's too, and WireGuard takes whatever
 * arrives. Where a packet goes on over a narrower link, the node between them tells the sender
 * (ICMP, RFC 1191 and RFC 8201) and lowers TCP's segment size. So a phone changes itself and its
 * hub, and no other node.
 */
final class Mtu {

  /** WireGuard's 32 bytes, UDP's 8 and IPv4's 20. */
  static final int IPV4_OVERHEAD = 60;

  /** WireGuard's 32 bytes, UDP's 8 and IPv6's 40. */
  static final int IPV6_OVERHEAD = 80;

  /** What fits on an Ethernet line with either family outside; the value everyone expects. */
  private static final int USUAL = 1420;

  private static final int ETHERNET = 1500;

  private Mtu() {}

  /** The MTU of each node's tunnel interface in bytes. */
  static Map<Name, Integer> of(Scene scene) {
    var found = new LinkedHashMap<Name, Integer>();
    for (var node : scene.definition().nodes()) {
      found.put(node.name(), scene.definition().mtu().orElseGet(() -> least(scene, node)));
    }
    return found;
  }

  private static int least(Scene scene, NodeEntry node) {
    return node.mtu()
        .orElseGet(() ->
            scene.neighbours(node.name()).stream()
                .mapToInt(other -> link(scene, node, scene.node(other)))
                .min()
                .orElse(USUAL));
  }

  /** The MTU of a tunnel between two nodes in bytes. */
  static int between(Scene scene, Name one, Name other) {
    return scene
        .definition()
        .mtu()
        .orElseGet(() ->
            Math.min(
                scene.node(one).mtu().orElse(Integer.MAX_VALUE),
                link(scene, scene.node(one), scene.node(other))));
  }

  private static int link(Scene scene, NodeEntry one, NodeEntry other) {
    var said = scene.paths().said(one.name(), other.name()).map(LinkEntry::mtu);
    if (said.isPresent() && said.get().isPresent()) {
      return said.get().getAsInt();
    }
    return Math.min(byLines(scene, one, other), other.mtu().orElse(Integer.MAX_VALUE));
  }

  private static int byLines(Scene scene, NodeEntry one, NodeEntry other) {
    boolean inLan =
        one.site().isPresent()
            && one.site().equals(other.site())
            && scene.dialling().target(one, other).filter(Dialling.Target::inLan).isPresent();
    if (inLan) {
      return USUAL;
    }
    int line = Math.min(line(scene, one), line(scene, other));
    if (line > ETHERNET) {
      return line - IPV6_OVERHEAD;
    }
    return Math.min(USUAL, line - (mayBeIpv6(scene, one, other) ? IPV6_OVERHEAD : IPV4_OVERHEAD));
  }

  /** Datagrams may be IPv6: both have it; or a phone's carrier turns IPv4 into it on the way. */
  private static boolean mayBeIpv6(Scene scene, NodeEntry one, NodeEntry other) {
    return (scene.dialling().families(one.name()).contains(Family.IPV6)
            && scene.dialling().families(other.name()).contains(Family.IPV6))
        || one.where() instanceof Where.Roaming
        || other.where() instanceof Where.Roaming;
  }

  /** What a node's line to the internet carries, in bytes. */
  private static int line(Scene scene, NodeEntry node) {
    return switch (node.where()) {
      case Where.Public direct -> ETHERNET;
      case Where.InSite in ->
          scene
              .site(in.site().name())
              .map(SiteEntry::internet)
              .map(Internet::mtu)
              .orElse(OptionalInt.empty())
              .orElse(ETHERNET);
      case Where.Roaming roaming ->
          roaming.networks().stream()
              .mapToInt(network -> network.mtu().orElse(ETHERNET))
              .min()
              .orElse(ETHERNET);
    };
  }
}
