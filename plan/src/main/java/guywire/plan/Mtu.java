package guywire.plan;

import guywire.address.IpAddress.Family;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Where;
import guywire.plan.definition.SiteEntry;
import java.util.OptionalInt;

/**
 * The MTU of the tunnels: what the narrowest line leaves. Both ends of a tunnel need the same value
 * and an interface has one for all of its peers, so a whole network has one.
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

  /** The MTU of every tunnel interface of the network. */
  static int of(Scene scene) {
    var byHand = scene.definition().mtu();
    if (byHand.isPresent()) {
      return byHand.getAsInt();
    }
    int least = Integer.MAX_VALUE;
    for (var node : scene.definition().nodes()) {
      for (Name other : scene.neighbours(node.name())) {
        least = Math.min(least, link(scene, node, scene.node(other)));
      }
    }
    return least == Integer.MAX_VALUE ? USUAL : least;
  }

  private static int link(Scene scene, NodeEntry one, NodeEntry other) {
    var byHand = scene.paths().said(one.name(), other.name()).map(link -> link.mtu());
    if (byHand.isPresent() && byHand.get().isPresent()) {
      return byHand.get().getAsInt();
    }
    if (one.mtu().isPresent() || other.mtu().isPresent()) {
      return Math.min(one.mtu().orElse(Integer.MAX_VALUE), other.mtu().orElse(Integer.MAX_VALUE));
    }
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
