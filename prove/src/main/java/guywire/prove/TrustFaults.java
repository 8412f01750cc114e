package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.RouteTable;
import guywire.prove.Inspection.InspectedLink;
import guywire.prove.Inspection.InspectedTunnel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Faults of peers that may speak as others: F11 and F70. */
final class TrustFaults {

  private TrustFaults() {}

  /** F70: a peer without others behind it may speak as another node. */
  static void foreignPrefixes(Inspection in, FaultReport report) {
    var addresses = new HashMap<IpAddress, InspectedTunnel>();
    in.tunnels()
        .forEach(
            tunnel -> tunnel.tunnel().addresses().forEach(a -> addresses.put(a.address(), tunnel)));
    var inOrder = new TreeMap<Prefix, List<InspectedTunnel>>();
    for (var tunnel : in.tunnels()) {
      for (var own : tunnel.tunnel().addresses()) {
        inOrder.computeIfAbsent(Prefix.host(own.address()), key -> new ArrayList<>()).add(tunnel);
      }
    }
    for (var link : in.links()) {
      if (link.near().tunnel().table() instanceof RouteTable.FromLan) {
        // Its peers have what they have in the usual tunnels, of which it is said there.
        continue;
      }
      boolean leaf = link.far().filter(far -> far.cryptokeys().peers().size() == 1).isPresent();
      if (!leaf) {
        continue;
      }
      var allowed = link.peer().allowedIps();
      for (int i = 0; i < allowed.size(); i++) {
        wide(in, link, i, inOrder, report);
        var owner = allowed.get(i).isHost() ? addresses.get(allowed.get(i).address()) : null;
        if (owner != null && owner.node() != link.far().get().node() && owner != link.near()) {
          report.warning(
              "F70.foreign",
              link.near().node(),
              in.allowedIp(link, i),
              link.peerName(),
              allowed.get(i).toString(),
              owner.name());
        }
      }
    }
  }

  /** F11: a prefix for a peer without others behind it covers other peers. */
  private static void wide(
      Inspection in,
      InspectedLink link,
      int index,
      NavigableMap<Prefix, List<InspectedTunnel>> inOrder,
      FaultReport report) {
    var prefix = link.peer().allowedIps().get(index);
    if (prefix.isHost() || prefix.isDefault()) {
      return;
    }
    var far = link.far().orElseThrow();
    covered(link, far, prefix, inOrder)
        .ifPresent(own -> {
          var needed = needed(in, far, prefix);
          report.warning(
              "F11",
              link.near().node(),
              in.allowedIp(link, index),
              prefix.toString(),
              link.peerName(),
              own.toString(),
              String.join(", ", needed.stream().map(Prefix::toString).toList()));
          report.proposing(
              new FileEdit.ReplaceAllowed(
                  link.near().node().name(), link.peerName(), link.peer(), prefix, needed));
        });
  }

  /**
   * The first address in a prefix that belongs to another peer than the one that has the prefix.
   */
  private static Optional<IpAddress> covered(
      InspectedLink link,
      InspectedTunnel far,
      Prefix prefix,
      NavigableMap<Prefix, List<InspectedTunnel>> inOrder) {
    for (var entry : inOrder.tailMap(prefix, true).entrySet()) {
      if (!prefix.contains(entry.getKey())) {
        return Optional.empty();
      }
      for (var other : entry.getValue()) {
        boolean third = other.node() != far.node() && other.node() != link.near().node();
        if (third && isPeer(link.near(), other)) {
          return Optional.of(entry.getKey().address());
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isPeer(InspectedTunnel of, InspectedTunnel other) {
    return other
        .tunnel()
        .publicKey()
        .filter(key -> of.cryptokeys().peers().containsKey(key))
        .isPresent();
  }

  /** What of a prefix its peer needs: its addresses, and the LANs behind it. */
  private static List<Prefix> needed(Inspection in, InspectedTunnel tunnel, Prefix prefix) {
    var addresses = tunnel.tunnel().addresses().stream().map(own -> Prefix.host(own.address()));
    var lans =
        in.site(tunnel.node()).stream()
            .flatMap(site -> in.knownLans(site).stream())
            .filter(prefix::contains);
    return Stream.concat(addresses, lans).toList();
  }
}
