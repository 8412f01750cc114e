package guywire.lab;

import guywire.address.IpAddress;
import guywire.lab.LabReport.MeasuredCell;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.ShownLans;
import guywire.network.Site;
import guywire.network.Spot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Two machines of the matrix, and the address of the second. */
record ProbedPair(Spot from, Spot to, IpAddress target, ExpectedReach expected) {

  /**
   * Every pair of nodes, hosts and the internet, once for each address family that both ends have:
   * a node is meant by its first tunnel address, a host by its address in the LAN, or by the one
   * that its gateway shows to those outside.
   */
  static List<ProbedPair> all(Network network, Prediction prediction) {
    Map<Spot, Set<IpAddress>> targets = new LinkedHashMap<>();
    for (NodeConfig node : network.nodes()) {
      var addresses = new LinkedHashSet<IpAddress>();
      node.interfaces().stream()
          .flatMap(tunnel -> tunnel.addresses().stream())
          .forEach(address -> addIfFirst(addresses, address.address()));
      targets.put(new Spot.Node(node.name()), addresses);
    }
    for (Site site : network.underlay().sites()) {
      for (Site.LanHost host : site.hosts()) {
        var addresses = new LinkedHashSet<IpAddress>();
        host.addresses().forEach(address -> addIfFirst(addresses, address));
        targets.put(new Spot.Host(site.name(), host.name()), addresses);
      }
    }
    var lans = ShownLans.of(network);
    Set<Spot> senders = Set.copyOf(targets.keySet());
    var outside = new LinkedHashSet<>(List.of(Spot.Outside.IPV4, Spot.Outside.IPV6));
    targets.put(new Spot.Outside(), outside);
    var pairs = new ArrayList<ProbedPair>();
    targets.forEach((from, own) -> {
      if (!senders.contains(from)) {
        return;
      }
      targets.forEach((to, addresses) -> {
        for (IpAddress target : lans.meant(from, to, List.copyOf(addresses))) {
          if (!from.equals(to) && own.stream().anyMatch(a -> a.family() == target.family())) {
            pairs.add(new ProbedPair(from, to, target, prediction.expected(from, to, target)));
          }
        }
      });
    });
    return pairs;
  }

  private static void addIfFirst(Set<IpAddress> addresses, IpAddress address) {
    if (addresses.stream().noneMatch(other -> other.family() == address.family())) {
      addresses.add(address);
    }
  }

  /** Whether the answer is worth waiting for. */
  boolean isHopeful() {
    return expected == ExpectedReach.REACHED;
  }

  MeasuredCell measured(Attempt attempt) {
    return new MeasuredCell(from, to, target, expected, attempt.outcome(), attempt.millis());
  }
}
