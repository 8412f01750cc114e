package guywire.plan;

import guywire.address.IpAddress;
import guywire.network.DnsClient;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.plan.definition.DnsEntry;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Where;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The network's names: who serves them, who asks, and what the answers are. */
final class PlannedNames {

  /** The port of DNS (RFC 1035 section 4.2). */
  static final int PORT = 53;

  private PlannedNames() {}

  /** The resolver settings of a node. */
  static DnsClient client(Scene scene, NodeEntry node) {
    return scene
        .definition()
        .dns()
        .filter(dns -> isClient(scene, node))
        .map(
            dns -> new DnsClient(scene.tunnelAddresses(dns.server().name()), List.of(dns.domain())))
        .orElse(DnsClient.NONE);
  }

  /** Whether a node uses the name server: those named, or else who roams or sends all through. */
  static boolean isClient(Scene scene, NodeEntry node) {
    var dns = scene.definition().dns();
    if (dns.isEmpty() || dns.get().server().name().equals(node.name())) {
      return false;
    }
    return dns.get()
        .clients()
        .map(refs -> scene.members().nodes(refs).contains(node.name()))
        .orElse(node.where() instanceof Where.Roaming || node.fullTunnel().isPresent());
  }

  /** The name server that a node runs. */
  static Optional<NameServer> server(Scene scene, NodeEntry node) {
    return scene
        .definition()
        .dns()
        .filter(dns -> dns.server().name().equals(node.name()))
        .map(dns ->
            new NameServer(
                scene.tunnelAddresses(node.name()),
                dns.domain(),
                records(scene, dns),
                dns.upstream()));
  }

  /** The addresses of every node, every host that the tunnel reaches, and what was written down. */
  static Map<Name, List<IpAddress>> records(Scene scene, DnsEntry dns) {
    var records = new TreeMap<Name, List<IpAddress>>();
    for (var node : scene.definition().nodes()) {
      records.put(node.name(), scene.tunnelAddresses(node.name()));
    }
    for (var site : scene.definition().sites()) {
      if (scene.gateway(site.name()).isPresent()) {
        var lans = scene.lans(site.name());
        for (var host : scene.surroundings().hosts(site.name())) {
          var addresses =
              host.addresses().stream()
                  .filter(address -> lans.stream().anyMatch(lan -> lan.contains(address)))
                  .toList();
          if (!addresses.isEmpty()) {
            records.put(host.name(), addresses);
          }
        }
      }
    }
    records.putAll(dns.records());
    return records;
  }
}
