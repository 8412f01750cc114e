package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.Name;
import guywire.network.Site;
import guywire.network.Site.Lan;
import guywire.network.Site.LanHost;
import guywire.network.Site.LanRoute;
import guywire.network.Site.PortForward;
import guywire.network.Underlay;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.definition.Definition;
import guywire.plan.definition.NodeEntry;
import guywire.plan.definition.NodeEntry.Duty;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.NodeEntry.Where;
import guywire.plan.definition.SiteEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The world beneath the tunnels, filled in where the definition leaves it open: LAN addresses of
 * nodes, one machine to try in a LAN without named hosts, an IPv6 LAN where the site has IPv6.
 */
final class UnderlayDefaults {

  /** Where the derived machine of a LAN is looked for first: outside what most routers hand out. */
  private static final int USUAL_HOST = 100;

  private final Definition definition;
  private final Findings findings;
  private final Set<Name> names = new HashSet<>();
  private final Map<Name, List<NodeEntry>> members = new HashMap<>();
  private final Map<Name, List<Lan>> lans = new LinkedHashMap<>();
  private final Map<Name, List<IpAddress>> lanAddresses = new HashMap<>();
  private final Map<Name, List<LanHost>> hosts = new LinkedHashMap<>();

  private UnderlayDefaults(Definition definition, Findings findings) {
    this.definition = definition;
    this.findings = findings;
    definition.groups().forEach(group -> names.add(group.name()));
    for (var node : definition.nodes()) {
      names.add(node.name());
      node.site()
          .ifPresent(site -> members.computeIfAbsent(site, key -> new ArrayList<>()).add(node));
    }
    for (var site : definition.sites()) {
      names.add(site.name());
      site.hosts().forEach(host -> names.add(host.name()));
    }
  }

  /** Fills in the surroundings of a definition. */
  static UnderlayDefaults of(Definition definition, Findings findings) {
    var surroundings = new UnderlayDefaults(definition, findings);
    definition.sites().forEach(surroundings::fill);
    surroundings.checkPublic();
    return surroundings;
  }

  private void fill(SiteEntry site) {
    var all = new ArrayList<Lan>();
    site.lans().forEach(lan -> all.add(new Lan(lan.prefix(), lan.router())));
    site.internet()
        .ipv6()
        .filter(prefix -> all.stream().noneMatch(lan -> prefix.contains(lan.prefix())))
        .map(prefix -> Prefix.around(prefix.address(), 64))
        .ifPresent(prefix -> all.add(new Lan(prefix, prefix.address().plus(1))));
    lans.put(site.name(), all);
    var taken = new HashMap<IpAddress, Place>();
    all.forEach(lan -> taken.put(lan.router(), site.place()));
    site.virtualAddresses().forEach(placed -> take(taken, placed.value(), placed.place()));
    for (var host : site.hosts()) {
      host.addresses().forEach(address -> take(taken, address, host.place()));
    }
    for (var node : members(site.name())) {
      fixed(site, node).forEach(placed -> take(taken, placed.value(), placed.place()));
    }
    for (var node : members(site.name())) {
      lanAddresses.put(node.name(), lanAddresses(site, node, all, taken));
    }
    hosts.put(site.name(), hosts(site, all, taken));
  }

  private List<NodeEntry> members(Name site) {
    return members.getOrDefault(site, List.of());
  }

  private List<Placed<IpAddress>> fixed(SiteEntry site, NodeEntry node) {
    var fixed = new ArrayList<Placed<IpAddress>>();
    if (node.where() instanceof Where.InSite in) {
      for (var placed : in.lanAddresses()) {
        if (site.lans().stream().anyMatch(lan -> lan.prefix().contains(placed.value()))) {
          fixed.add(placed);
        } else {
          var prefixes = site.lans().stream().map(lan -> lan.prefix().toString()).toList();
          findings.error(
              "D22",
              placed.place(),
              "lan-address-outside",
              placed.value(),
              site.name(),
              String.join(", ", prefixes));
        }
      }
    }
    return fixed;
  }

  private void take(Map<IpAddress, Place> taken, IpAddress address, Place place) {
    var earlier = taken.putIfAbsent(address, place);
    if (earlier != null) {
      findings.error("D23", place, "address-twice", address, String.valueOf(earlier.line()));
    }
  }

  private List<IpAddress> lanAddresses(
      SiteEntry site, NodeEntry node, List<Lan> all, Map<IpAddress, Place> taken) {
    if (node.where() instanceof Where.InSite in && in.duty() instanceof Duty.Router) {
      return all.stream().map(Lan::router).toList();
    }
    var fixed = fixed(site, node).stream().map(Placed::value).toList();
    var addresses = new ArrayList<IpAddress>(fixed);
    for (var family : Family.values()) {
      if (addresses.stream().noneMatch(address -> address.family() == family)) {
        firstOf(all, family)
            .map(lan -> free(lan, taken.keySet(), 2))
            .ifPresent(address -> {
              addresses.add(address);
              taken.put(address, node.place());
            });
      }
    }
    return addresses;
  }

  private List<LanHost> hosts(SiteEntry site, List<Lan> all, Map<IpAddress, Place> taken) {
    if (!site.hosts().isEmpty()) {
      return site.hosts().stream().map(host -> new LanHost(host.name(), host.addresses())).toList();
    }
    var addresses = new ArrayList<IpAddress>();
    for (var family : Family.values()) {
      firstOf(all, family)
          .map(lan -> free(lan, taken.keySet(), USUAL_HOST))
          .ifPresent(addresses::add);
    }
    return addresses.isEmpty() ? List.of() : List.of(new LanHost(freeName(site), addresses));
  }

  /** SITE-host, or SITE-host-2 and so on if that is taken. */
  private Name freeName(SiteEntry site) {
    String stem = site.name().text();
    stem = stem.substring(0, Math.min(52, stem.length())) + "-host";
    var name = new Name(stem);
    for (int i = 2; !names.add(name); i++) {
      name = new Name(stem + "-" + i);
    }
    return name;
  }

  private static Optional<Lan> firstOf(List<Lan> lans, Family family) {
    return lans.stream().filter(lan -> lan.prefix().family() == family).findFirst();
  }

  /** The first free address from an offset on, round the end of the LAN if need be. */
  private static IpAddress free(Lan lan, Set<IpAddress> taken, int offset) {
    int bits = lan.prefix().family().bits() - lan.prefix().length();
    long size = bits >= 16 ? 1 << 16 : 1L << bits;
    for (long i = 0; i < size; i++) {
      long at = (offset + i) % size;
      var address = lan.prefix().address().plus(at);
      if (at > 0 && at < size - 1 && !taken.contains(address)) {
        return address;
      }
    }
    return lan.prefix().address().plus(size - 2);
  }

  /** Public addresses belong to one node or site each. */
  private void checkPublic() {
    var owners = new HashMap<IpAddress, Place>();
    for (var site : definition.sites()) {
      site.internet().publicAddress().ifPresent(address -> take(owners, address, site.place()));
    }
    for (var node : definition.nodes()) {
      if (node.where() instanceof Where.Public direct) {
        direct.addresses().forEach(placed -> take(owners, placed.value(), placed.place()));
      }
    }
  }

  /** All LANs of a site. */
  List<Lan> lans(Name site) {
    return lans.getOrDefault(site, List.of());
  }

  /** The addresses of a node in its site's LANs. */
  List<IpAddress> lanAddresses(Name node) {
    return lanAddresses.getOrDefault(node, List.of());
  }

  /** The machines to try in a site. */
  List<LanHost> hosts(Name site) {
    return hosts.getOrDefault(site, List.of());
  }

  /**
   * The underlay, with the static routes that gateways need and the ports that forwards lead to.
   */
  Underlay underlay(Map<Name, List<LanRoute>> routes, Map<Name, Integer> ports) {
    var sites = new ArrayList<Site>();
    for (var site : definition.sites()) {
      var router =
          members(site.name()).stream()
              .filter(node ->
                  node.where() instanceof Where.InSite in && in.duty() instanceof Duty.Router)
              .map(NodeEntry::name)
              .findFirst();
      sites.add(
          new Site(
              site.name(),
              lans(site.name()),
              site.internet(),
              router,
              hosts(site.name()),
              routes.getOrDefault(site.name(), List.of()),
              forwards(site, ports)));
    }
    return new Underlay(sites, definition.nodes().stream().map(this::attachment).toList());
  }

  private List<PortForward> forwards(SiteEntry site, Map<Name, Integer> ports) {
    var forwards = new ArrayList<PortForward>();
    for (var forward : site.forwards()) {
      var node = forward.node().name();
      lanAddresses(node).stream()
          .filter(IpAddress::isIpv4)
          .findFirst()
          .ifPresent(to ->
              forwards.add(
                  new PortForward(
                      forward.publicPort(), to, ports.getOrDefault(node, forward.publicPort()))));
    }
    return forwards;
  }

  private Attachment attachment(NodeEntry node) {
    return switch (node.where()) {
      case Where.Public direct ->
          new Attachment.Direct(
              node.name(), direct.addresses().stream().map(Placed::value).toList());
      case Where.InSite in ->
          new Attachment.InSite(node.name(), in.site().name(), lanAddresses(node.name()));
      case Where.Roaming roaming -> new Attachment.Roaming(node.name(), roaming.networks());
    };
  }
}
