package guywire.lab;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Promise;
import guywire.network.Site;
import guywire.network.Spot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** Makes a {@link LabPlan}. Used once, by one thread. */
/*
 * Every line to the internet is a cable to one router, on whose side all lines have the same
 * addresses (198.19.255.254 and fe80::1), while the other side has its public address alone. So
 * any public address can be anywhere, as on the real internet. What the network leaves open (the
 * public address of a home, the network in a café) is taken from ranges set aside for such use:
 * 198.19.0.0/16 (benchmarks), 100.64.0.0/10 (behind a carrier's NAT), private ones.
 */
final class LabPlanner {

  private static final IpAddress GATEWAY4 = IpAddress.parse("198.19.255.254");
  private static final IpAddress GATEWAY6 = IpAddress.parse("fe80::1");
  private static final IpAddress CUSTOMER6 = IpAddress.parse("fe80::2");
  private static final IpAddress SPARE4 = IpAddress.parse("198.19.0.0");
  private static final IpAddress CARRIER4 = IpAddress.parse("100.64.0.0");
  private static final IpAddress CAFES4 = IpAddress.parse("172.31.0.0");
  private static final IpAddress MORE_CAFES4 = IpAddress.parse("10.213.0.0");

  private static final int FIRST_METRIC = 600;

  private final Network network;
  private final Map<String, PlannedMachine> boxes = new LinkedHashMap<>();
  private final List<Cable> cables = new ArrayList<>();
  private final Map<Name, List<Cable>> roamingCables = new HashMap<>();
  private final Map<Name, Integer> ports = new HashMap<>();
  private int lines;
  private int spares;
  private int carriers;
  private int cafes;

  LabPlanner(Network network) {
    this.network = network;
  }

  LabPlan planned() {
    add(
        new PlannedMachine(
            LabPlan.INTERNET, Optional.empty(), Optional.empty(), true, true, List.of(), "", 0));
    outside();
    network.underlay().sites().forEach(this::site);
    for (NodeConfig node : network.nodes()) {
      Attachment attachment =
          network
              .underlay()
              .attachment(node.name())
              .orElseThrow(() -> new IllegalArgumentException(node.name() + " is nowhere"));
      switch (attachment) {
        case Attachment.Direct direct -> {
          add(PlannedMachine.host(node.name().text(), new Spot.Node(node.name())));
          cables.add(line(node.name().text(), "eth0", direct.addresses(), OptionalInt.empty()));
        }
        case Attachment.InSite inside -> inSite(node.name(), inside);
        case Attachment.Roaming roaming -> roaming(node.name(), roaming);
      }
    }
    return new LabPlan(
        List.copyOf(boxes.values()), cables, roamingCables, new EndpointNames(network).known());
  }

  private void add(PlannedMachine box) {
    if (boxes.put(box.name(), box) != null) {
      throw new IllegalArgumentException("two machines are called " + box.name());
    }
  }

  /** The server outside has every address of the internet that the network talks about. */
  private void outside() {
    Set<IpAddress> addresses = new LinkedHashSet<>();
    addresses.add(Spot.Outside.IPV4);
    addresses.add(Spot.Outside.IPV6);
    network.promises().stream()
        .filter(promise -> promise.to() instanceof Spot.Outside)
        .map(Promise::target)
        .forEach(addresses::add);
    var owned = new HashSet<IpAddress>();
    network.underlay().attachments().stream()
        .flatMap(a -> a instanceof Attachment.Direct d ? d.addresses().stream() : Stream.empty())
        .forEach(owned::add);
    network.nodes().stream()
        .flatMap(node ->
            Stream.concat(
                node.nameServer().stream().flatMap(s -> s.upstream().stream()),
                node.interfaces().stream().flatMap(i -> i.dns().servers().stream())))
        .filter(address -> isElsewhere(address) && !owned.contains(address))
        .forEach(addresses::add);
    add(PlannedMachine.host(LabPlan.OUTSIDE, new Spot.Outside()));
    cables.add(line(LabPlan.OUTSIDE, "eth0", List.copyOf(addresses), OptionalInt.empty()));
  }

  /** Whether an address lies neither in the tunnels nor in a LAN. */
  private boolean isElsewhere(IpAddress address) {
    return privatePrefixes().noneMatch(prefix -> prefix.contains(address));
  }

  private Stream<Prefix> privatePrefixes() {
    return Stream.concat(
        network.underlay().sites().stream().flatMap(s -> s.lans().stream().map(Site.Lan::prefix)),
        network.nodes().stream()
            .flatMap(node -> node.interfaces().stream())
            .flatMap(tunnel ->
                Stream.concat(
                    tunnel.addresses().stream().map(InterfaceAddress::prefix),
                    tunnel.peers().stream()
                        .flatMap(peer -> peer.allowedIps().stream())
                        .filter(prefix -> !prefix.isDefault()))));
  }

  /** A line to the internet for a machine with public addresses of its own. */
  private Cable line(String machine, String portName, List<IpAddress> addresses, OptionalInt mtu) {
    Port near = Port.bare(portName).withMtu(mtu);
    Port far = internetPort(mtu);
    for (IpAddress address : addresses) {
      near = near.with(address, address.family().bits());
      far = far.to(Prefix.host(address));
    }
    for (boolean ipv4 : List.of(true, false)) {
      if (addresses.stream().anyMatch(address -> address.isIpv4() == ipv4)) {
        near = toInternet(near, ipv4);
      }
    }
    return new Cable(LabPlan.INTERNET, far, machine, near);
  }

  private Port internetPort(OptionalInt mtu) {
    return Port.bare("line" + lines++).withMtu(mtu).with(GATEWAY4, 32).with(GATEWAY6, 64);
  }

  private static Port toInternet(Port port, boolean ipv4) {
    return ipv4
        ? port.to(Prefix.host(GATEWAY4)).to(Prefix.ALL_IPV4, GATEWAY4)
        : port.with(CUSTOMER6, 64).to(Prefix.ALL_IPV6, GATEWAY6);
  }

  private void site(Site site) {
    boolean isNode = site.routerNode().isPresent();
    String router = site.routerNode().map(Name::text).orElse(site.name() + ".router");
    Port bridge = Port.bare("br-lan");
    for (Site.Lan lan : site.lans()) {
      bridge = bridge.with(lan.router(), lan.prefix().length());
    }
    for (Site.LanRoute route : site.routes()) {
      bridge = bridge.to(route.to(), route.via());
    }
    add(
        new PlannedMachine(
            router,
            site.routerNode().map(Spot.Node::new),
            Optional.of(site.name()),
            forwards(site, Family.IPV4),
            forwards(site, Family.IPV6),
            List.of(bridge),
            AccessRules.of(site.internet(), isNode, site.portForwards()),
            site.internet().mappingSeconds()));
    access(
        router,
        site.name().text(),
        site.internet(),
        site.lans().stream().map(Site.Lan::prefix).toList());
    for (Site.LanHost host : site.hosts()) {
      add(PlannedMachine.host(host.name().text(), new Spot.Host(site.name(), host.name())));
      plugIntoLan(site, host.name().text(), host.addresses());
    }
  }

  /** Whether a site's router forwards: it does, unless it is a node that is said not to. */
  private boolean forwards(Site site, Family family) {
    return site.routerNode()
        .flatMap(network::node)
        .map(node -> family == Family.IPV4 ? node.forwardIpv4() : node.forwardIpv6())
        .filter(Forwarding.OFF::equals)
        .isEmpty();
  }

  /** The line between a router's {@code wan} and the internet, through a carrier's NAT or not. */
  private void access(String router, String label, Internet internet, List<Prefix> lans) {
    IpAddress address = internet.publicAddress().orElseGet(this::spare4);
    if (internet.nat() != Nat.CARRIER) {
      Cable cable = line(router, "wan", List.of(address), internet.mtu());
      Port far = cable.onePort();
      if (internet.nat() == Nat.NONE) {
        for (Prefix lan : lans) {
          if (lan.family() == IpAddress.Family.IPV4) {
            far = far.to(lan, address);
          }
        }
      }
      cables.add(withIpv6(new Cable(cable.one(), far, router, cable.otherPort()), internet, lans));
      return;
    }
    String carrier = label + ".carrier";
    add(
        new PlannedMachine(
            carrier,
            Optional.empty(),
            Name.tryParse(label),
            true,
            true,
            List.of(),
            AccessRules.ofCarrier(),
            internet.mappingSeconds()));
    Cable up = line(carrier, "wan", List.of(address), OptionalInt.empty());
    IpAddress net = CARRIER4.plus(4L * carriers++);
    Port down = Port.bare("down").withMtu(internet.mtu()).with(net.plus(1), 30).with(GATEWAY6, 64);
    Port wan =
        Port.bare("wan")
            .withMtu(internet.mtu())
            .with(net.plus(2), 30)
            .to(Prefix.ALL_IPV4, net.plus(1));
    cables.add(routed(up, internet));
    cables.add(withIpv6(new Cable(carrier, down, router, wan), internet, lans));
  }

  /** Adds the site's IPv6 prefix to its line, if it has one. */
  private static Cable withIpv6(Cable cable, Internet internet, List<Prefix> lans) {
    Cable routed = routed(cable, internet);
    boolean lanHasIt =
        internet.ipv6().filter(ipv6 -> lans.stream().anyMatch(ipv6::contains)).isPresent();
    return internet
        .ipv6()
        .filter(ipv6 -> !lanHasIt)
        .map(ipv6 -> routed.otherPort().with(ipv6.address().plus(1), 128))
        .map(near -> new Cable(routed.one(), routed.onePort(), routed.other(), near))
        .orElse(routed);
  }

  /** The line with routes for the site's IPv6 prefix, of which the near end has no address. */
  private static Cable routed(Cable cable, Internet internet) {
    return internet
        .ipv6()
        .map(ipv6 ->
            new Cable(
                cable.one(),
                cable.onePort().to(ipv6, CUSTOMER6),
                cable.other(),
                toInternet(cable.otherPort(), false)))
        .orElse(cable);
  }

  private void inSite(Name node, Attachment.InSite inside) {
    Site site =
        network
            .underlay()
            .site(inside.site())
            .orElseThrow(
                () -> new IllegalArgumentException(node + " is in no site: " + inside.site()));
    if (!site.routerNode().equals(Optional.of(node))) {
      add(PlannedMachine.host(node.text(), new Spot.Node(node)));
      plugIntoLan(site, node.text(), inside.addresses());
    }
  }

  private void plugIntoLan(Site site, String machine, List<IpAddress> addresses) {
    String router = site.routerNode().map(Name::text).orElse(site.name() + ".router");
    Port near = Port.bare("eth0");
    var defaults = new HashSet<IpAddress.Family>();
    for (IpAddress address : addresses) {
      Site.Lan lan =
          site.lans().stream()
              .filter(candidate -> candidate.prefix().contains(address))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      machine + " has the address " + address + ", in no LAN of its site"));
      near = near.with(address, lan.prefix().length());
      if (defaults.add(address.family())) {
        near = near.to(new Prefix(address.family().any(), 0), lan.router());
      }
    }
    int number = ports.merge(site.name(), 1, Integer::sum);
    cables.add(new Cable(router, Port.bare("lan" + number).in("br-lan"), machine, near));
  }

  private void roaming(Name node, Attachment.Roaming roaming) {
    add(PlannedMachine.host(node.text(), new Spot.Node(node)));
    var plugged = new ArrayList<Cable>();
    int number = 1;
    for (Internet internet : roaming.networks()) {
      plugged.add(roamingNetwork(node, number++, internet));
    }
    roamingCables.put(node, List.copyOf(plugged));
    cables.add(plugged.getFirst());
  }

  private Cable roamingNetwork(Name node, int number, Internet internet) {
    Optional<IpAddress> ipv6 = internet.ipv6().map(p -> p.address().plus(0x100L + number));
    // Each has an interface of its own; the later is preferred, as Wi-Fi is to mobile data.
    String port = "eth" + (number - 1);
    int metric = FIRST_METRIC - number;
    if (internet.nat() == Nat.NONE) {
      var addresses = new ArrayList<IpAddress>();
      addresses.add(internet.publicAddress().orElseGet(this::spare4));
      ipv6.ifPresent(addresses::add);
      Cable cable = line(node.text(), port, addresses, internet.mtu());
      return new Cable(
          cable.one(), cable.onePort(), cable.other(), cable.otherPort().withMetric(metric));
    }
    Prefix lan = freeLan();
    String router = node + ".network" + number;
    add(
        new PlannedMachine(
            router,
            Optional.empty(),
            Optional.empty(),
            true,
            true,
            List.of(),
            AccessRules.of(internet, false, List.of()),
            internet.mappingSeconds()));
    access(router, router, internet, List.of());
    Port far = Port.bare("lan").with(lan.address().plus(1), lan.length()).with(GATEWAY6, 64);
    Port near =
        Port.bare(port)
            .withMetric(metric)
            .with(lan.address().plus(100), lan.length())
            .to(Prefix.ALL_IPV4, lan.address().plus(1));
    if (ipv6.isPresent()) {
      near = near.with(ipv6.get(), 128).to(Prefix.ALL_IPV6, GATEWAY6);
      far = far.to(Prefix.host(ipv6.get()));
    }
    return new Cable(router, far, node.text(), near);
  }

  private IpAddress spare4() {
    return SPARE4.plus(256L + ++spares);
  }

  /** The LAN of a foreign network: one that meets none of this network's prefixes. */
  private Prefix freeLan() {
    List<Prefix> taken = privatePrefixes().toList();
    while (true) {
      IpAddress range = cafes < 256 ? CAFES4 : MORE_CAFES4;
      Prefix lan = Prefix.around(range.plus(256L * (cafes++ % 256)), 24);
      if (cafes > 512 || taken.stream().noneMatch(lan::overlaps)) {
        return lan;
      }
    }
  }
}
