package guywire.lab;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.Route;
import guywire.network.Site;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * Changes a planned network as people change theirs by hand: mostly it breaks, at times it only
 * becomes another. Tunnels and peers are {@link BreakingTunnels}'s; here are hosts and places.
 */
final class Breaking {

  /** The port of a node that a port forward of ours leads on from. */
  static final int FORWARDED_PORT = 2222;

  private final SplittableRandom random;
  private final List<String> broken = new ArrayList<>();
  private Network network;

  Breaking(Network network, SplittableRandom random) {
    this.network = network;
    this.random = random;
  }

  Network network() {
    return network;
  }

  List<String> broken() {
    return List.copyOf(broken);
  }

  void breakSomething() {
    int what = random.nextInt(20);
    if (what < 10) {
      new BreakingTunnels(network, random).change(this::changed);
    } else if (what < 17) {
      var nodes = new ArrayList<>(network.nodes());
      int at = random.nextInt(nodes.size());
      nodes.set(at, host(nodes.get(at)));
      network = Altered.nodes(network, nodes);
    } else {
      place();
    }
  }

  private void changed(Network now, String what) {
    network = now;
    broken.add(what);
  }

  private NodeConfig host(NodeConfig node) {
    var firewall = node.firewall();
    String tunnel = node.interfaces().getFirst().name().text();
    switch (random.nextInt(11)) {
      case 0 -> {
        broken.add(node.name() + " does not forward");
        return Altered.forwarding(node, Forwarding.OFF, Forwarding.OFF);
      }
      case 1 -> {
        boolean ipv4 = random.nextBoolean();
        broken.add(node.name() + " does not forward " + (ipv4 ? "IPv4" : "IPv6"));
        return Altered.forwarding(
            node,
            ipv4 ? Forwarding.OFF : node.forwardIpv4(),
            ipv4 ? node.forwardIpv6() : Forwarding.OFF);
      }
      case 2 -> {
        broken.add(node.name() + " drops what it should forward");
        return Altered.firewall(
            node,
            new Firewall(
                firewall.input(), firewall.inputDefault(), List.of(), Verdict.DROP, false));
      }
      case 3 -> {
        broken.add(node.name() + " lets in answers only");
        var answers = PacketMatch.ANY.of(PacketMatch.Connections.ESTABLISHED);
        return Altered.firewall(
            node,
            new Firewall(
                List.of(new FilterRule(answers, Verdict.ACCEPT, "answers")),
                random.nextBoolean() ? Verdict.DROP : Verdict.REJECT,
                firewall.forward(),
                firewall.forwardDefault(),
                firewall.clampMss()));
      }
      case 4 -> {
        broken.add(node.name() + " forwards only what comes in by its tunnel");
        var fromTunnel = PacketMatch.ANY.comingIn(InterfaceMatch.of(new InterfaceName(tunnel)));
        return Altered.firewall(
            node,
            new Firewall(
                firewall.input(),
                firewall.inputDefault(),
                List.of(new FilterRule(fromTunnel, Verdict.ACCEPT, "tunnel")),
                Verdict.DROP,
                false));
      }
      case 5 -> {
        broken.add(node.name() + " rewrites no addresses");
        return Altered.nat(node, List.of());
      }
      case 6 -> {
        broken.add(node.name() + " masquerades all that leaves its tunnel");
        var out = PacketMatch.ANY.goingOut(InterfaceMatch.of(new InterfaceName(tunnel)));
        return Altered.nat(node, List.of(new NatRule.Masquerade(out)));
      }
      case 7 -> {
        broken.add(node.name() + " masquerades all that leaves by another interface");
        var out = PacketMatch.ANY.goingOut(InterfaceMatch.not(new InterfaceName(tunnel)));
        var nat = new ArrayList<>(node.nat());
        nat.add(new NatRule.Masquerade(out));
        return Altered.nat(node, nat);
      }
      case 8, 9 -> {
        return forwarding(node, tunnel);
      }
      default -> {
        var prefixes =
            network.nodes().stream()
                .flatMap(other -> other.interfaces().stream())
                .flatMap(other -> other.peers().stream())
                .flatMap(peer -> peer.allowedIps().stream())
                .filter(prefix -> !prefix.isDefault() && !isOwnLan(network, node, prefix))
                .toList();
        if (prefixes.isEmpty()) {
          return node;
        }
        Prefix to = prefixes.get(random.nextInt(prefixes.size()));
        broken.add(node.name() + " routes " + to + " into its tunnel");
        return Altered.route(
            node,
            new Route(
                to, Optional.empty(), Optional.of(new InterfaceName(tunnel)), OptionalInt.empty()));
      }
    }
  }

  /** A port forward on a node: from its tunnel to a host in its LAN, or to any host there is. */
  private NodeConfig forwarding(NodeConfig node, String tunnel) {
    var hosts =
        network.underlay().sites().stream()
            .flatMap(site -> site.hosts().stream())
            .flatMap(host -> host.addresses().stream())
            .filter(IpAddress::isIpv4)
            .toList();
    if (hosts.isEmpty()) {
      return node;
    }
    IpAddress to = hosts.get(random.nextInt(hosts.size()));
    broken.add("%s passes tcp/%d on to %s".formatted(node.name(), FORWARDED_PORT, to));
    var match =
        PacketMatch.ANY
            .comingIn(InterfaceMatch.of(new InterfaceName(tunnel)))
            .carrying(Transport.TCP, List.of(PortRange.of(FORWARDED_PORT)));
    var nat = new ArrayList<>(node.nat());
    nat.add(new NatRule.Destination(match, to, OptionalInt.empty()));
    return Altered.nat(node, nat);
  }

  private void place() {
    var sites = new ArrayList<>(network.underlay().sites());
    if (sites.isEmpty()) {
      return;
    }
    int at = random.nextInt(sites.size());
    Site site = sites.get(at);
    sites.set(at, place(site));
    network = Altered.underlay(network, sites, network.underlay().attachments());
  }

  private Site place(Site site) {
    Internet line = site.internet();
    switch (random.nextInt(5)) {
      case 0 -> {
        if (line.nat() != Nat.NONE) {
          Nat nat = random.nextBoolean() ? Nat.CARRIER : Nat.RANDOM_PORTS;
          broken.add(site.name() + " has come behind " + nat);
          return Altered.internet(
              site,
              new Internet(
                  nat,
                  nat == Nat.CARRIER ? Optional.empty() : line.publicAddress(),
                  line.ipv6(),
                  line.mtu(),
                  line.mappingSeconds()));
        }
      }
      case 1 -> {
        if (line.publicAddress().isPresent()) {
          broken.add(site.name() + " has another public address");
          var address = Optional.of(IpAddress.parse("192.0.2.200"));
          return Altered.internet(
              site,
              new Internet(line.nat(), address, line.ipv6(), line.mtu(), line.mappingSeconds()));
        }
      }
      case 2 -> {
        if (!site.portForwards().isEmpty()) {
          broken.add(site.name() + " forwards no port");
          return Altered.forwards(site, List.of());
        }
      }
      case 3 -> {
        if (!site.portForwards().isEmpty()) {
          broken.add(site.name() + " forwards to another port");
          return Altered.forwards(
              site,
              site.portForwards().stream()
                  .map(f -> new Site.PortForward(f.publicPort(), f.to(), f.port() + 1))
                  .toList());
        }
      }
      default -> {
        if (!site.routes().isEmpty()) {
          broken.add(site.name() + " has no static routes");
          return Altered.routes(site, List.of());
        }
      }
    }
    return site;
  }

  /**
   * Whether a node is plugged into this very prefix: then the kernel refuses a second route for it,
   * and neither Guywire nor wg-quick sets the node up at all.
   */
  static boolean isOwnLan(Network network, NodeConfig node, Prefix prefix) {
    return network.underlay().attachment(node.name()).stream()
        .filter(Attachment.InSite.class::isInstance)
        .map(Attachment.InSite.class::cast)
        .flatMap(in -> network.underlay().site(in.site()).stream())
        .flatMap(site -> site.lans().stream())
        .anyMatch(lan -> lan.prefix().equals(prefix));
  }

  /** The public address of the site a node is in. */
  static Optional<IpAddress> publicAddress(Network network, NodeConfig node) {
    return network.underlay().attachment(node.name()).stream()
        .filter(Attachment.InSite.class::isInstance)
        .map(Attachment.InSite.class::cast)
        .flatMap(in -> network.underlay().site(in.site()).stream())
        .flatMap(site -> site.internet().publicAddress().stream())
        .findFirst();
  }
}
