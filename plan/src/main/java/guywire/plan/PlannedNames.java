package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.Prefixes;
import guywire.network.DnsClient;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.NameServer.LanView;
import guywire.network.Site.LanHost;
import guywire.plan.definition.DnsEntry;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Where;
import guywire.plan.definition.SiteEntry;
import java.util.ArrayList;
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
                dns.upstream(),
                views(scene, dns)));
  }

  /**
   * In a LAN that others know by an alias its machines have their own addresses: so they are told
   * to the nodes that stand there, and to its hosts, whose questions come from the alias. Hosts of
   * the server's own LAN ask it directly.
   */
  private static List<LanView> views(Scene scene, DnsEntry dns) {
    var views = new ArrayList<LanView>();
    for (var site : scene.definition().sites()) {
      boolean aliased = !scene.lans(site.name()).equals(scene.realLans(site.name()));
      if (!aliased || scene.gateway(site.name()).isEmpty()) {
        continue;
      }
      var records = new TreeMap<Name, List<IpAddress>>();
      for (var host : scene.surroundings().hosts(site.name())) {
        var real = real(scene, site, host);
        if (!real.isEmpty() && !dns.records().containsKey(host.name())) {
          records.put(host.name(), real);
        }
      }
      var askers = new ArrayList<>(scene.lans(site.name()));
      for (var node : scene.definition().nodes()) {
        if (node.site().equals(Optional.of(site.name()))) {
          askers.addAll(scene.tunnelPrefixes(node.name()));
          if (node.name().equals(dns.server().name())) {
            askers.addAll(scene.realLans(site.name()));
          }
        }
      }
      views.add(new LanView(askers, records));
    }
    return views;
  }

  private static List<IpAddress> real(Scene scene, SiteEntry site, LanHost host) {
    var lans = scene.realLans(site.name());
    return host.addresses().stream().filter(one -> Prefixes.contain(lans, one)).toList();
  }

  /** The addresses of every node, every host that the tunnel reaches, and what was written down. */
  static Map<Name, List<IpAddress>> records(Scene scene, DnsEntry dns) {
    var records = new TreeMap<Name, List<IpAddress>>();
    for (var node : scene.definition().nodes()) {
      records.put(node.name(), scene.tunnelAddresses(node.name()));
    }
    for (var site : scene.definition().sites()) {
      if (scene.gateway(site.name()).isPresent()) {
        for (var host : scene.surroundings().hosts(site.name())) {
          var addresses = scene.known(site.name(), host.addresses());
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
