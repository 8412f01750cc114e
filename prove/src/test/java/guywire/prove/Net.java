package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Attachment;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.Hook;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Internet.Nat;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.Promise;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Site;
import guywire.network.Spot;
import guywire.network.TunnelInterface;
import guywire.network.Underlay;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Builds small networks for tests, in the fewest words. */
final class Net {

  static final InterfaceName WG0 = new InterfaceName("wg0");

  private static final Map<String, PrivateKey> KEYS = new ConcurrentHashMap<>();
  private static final Map<String, PublicKey> PUBLIC_KEYS = new ConcurrentHashMap<>();

  private final Map<String, NodeBuilder> nodes = new LinkedHashMap<>();
  private final Map<String, SiteBuilder> sites = new LinkedHashMap<>();
  private final List<Promise> promises = new ArrayList<>();

  /** A key that depends on nothing but the name. */
  static PrivateKey key(String name) {
    return KEYS.computeIfAbsent(name, n -> PrivateKey.generate(new Random(n.hashCode())));
  }

  /** Its public key; making one takes a while, so each is made once. */
  static PublicKey publicKey(String name) {
    return PUBLIC_KEYS.computeIfAbsent(name, n -> key(n).publicKey());
  }

  NodeBuilder node(String name) {
    return nodes.computeIfAbsent(name, key -> new NodeBuilder(name));
  }

  SiteBuilder site(String name) {
    return sites.computeIfAbsent(name, key -> new SiteBuilder(name));
  }

  Net promise(Promise promise) {
    promises.add(promise);
    return this;
  }

  Network build() {
    return new Network(
        new Name("test"),
        new Underlay(
            sites.values().stream().map(SiteBuilder::build).toList(),
            nodes.values().stream().map(NodeBuilder::attachment).toList()),
        nodes.values().stream().map(NodeBuilder::build).toList(),
        promises);
  }

  Reachability reachability() {
    return Reachability.of(build());
  }

  static Spot node(Name name) {
    return new Spot.Node(name);
  }

  static Spot spot(String name) {
    return new Spot.Node(new Name(name));
  }

  static Spot host(String site, String name) {
    return new Spot.Host(new Name(site), new Name(name));
  }

  static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  /** A site under construction: behind a NAT that keeps ports, unless told otherwise. */
  static final class SiteBuilder {
    private final String name;
    private final List<Site.Lan> lans = new ArrayList<>();
    private final List<Site.LanHost> hosts = new ArrayList<>();
    private final List<Site.LanRoute> routes = new ArrayList<>();
    private final List<Site.PortForward> forwards = new ArrayList<>();
    private Optional<Name> router = Optional.empty();
    private Nat nat = Nat.KEEPS_PORTS;
    private Optional<IpAddress> publicAddress = Optional.empty();
    private Optional<Prefix> ipv6 = Optional.empty();

    SiteBuilder(String name) {
      this.name = name;
    }

    SiteBuilder lan(String prefix) {
      var parsed = Prefix.parse(prefix);
      lans.add(new Site.Lan(parsed, parsed.address().plus(1)));
      return this;
    }

    SiteBuilder host(String host, String address) {
      hosts.add(new Site.LanHost(new Name(host), List.of(ip(address))));
      return this;
    }

    SiteBuilder route(String to, String via) {
      routes.add(new Site.LanRoute(Prefix.parse(to), ip(via)));
      return this;
    }

    SiteBuilder forward(int publicPort, String to, int port) {
      forwards.add(new Site.PortForward(publicPort, ip(to), port));
      return this;
    }

    SiteBuilder router(String node) {
      router = Optional.of(new Name(node));
      return this;
    }

    SiteBuilder nat(Nat kind) {
      nat = kind;
      return this;
    }

    SiteBuilder at(String address) {
      publicAddress = Optional.of(ip(address));
      return this;
    }

    SiteBuilder ipv6(String prefix) {
      ipv6 = Optional.of(Prefix.parse(prefix));
      return this;
    }

    Site build() {
      return new Site(
          new Name(name),
          lans,
          new Internet(
              nat, publicAddress, ipv6, OptionalInt.empty(), Internet.USUAL_MAPPING_SECONDS),
          router,
          hosts,
          routes,
          forwards);
    }
  }

  /** A node under construction: roaming behind a NAT, unless told otherwise. */
  static final class NodeBuilder {
    private final String name;
    private final List<PeerConfig> peers = new ArrayList<>();
    private final List<InterfaceAddress> addresses = new ArrayList<>();
    private final List<NatRule> nat = new ArrayList<>();
    private final List<Route> routes = new ArrayList<>();
    private final List<Hook> hooks = new ArrayList<>();
    private Attachment attachment;
    private OptionalInt port = OptionalInt.empty();
    private Forwarding forwarding = Forwarding.OFF;
    private Firewall firewall = Firewall.OPEN;
    private RouteTable table = new RouteTable.Auto();
    private DnsClient dns = DnsClient.NONE;
    private OptionalInt mtu = OptionalInt.empty();
    private Platform platform = Platform.LINUX;
    private final List<TunnelInterface> more = new ArrayList<>();
    private String keyName;
    private long mark;

    NodeBuilder(String name) {
      this.name = name;
      this.keyName = name;
      this.attachment =
          new Attachment.Roaming(
              new Name(name),
              List.of(
                  new Internet(
                      Nat.KEEPS_PORTS,
                      Optional.empty(),
                      Optional.empty(),
                      OptionalInt.empty(),
                      Internet.USUAL_MAPPING_SECONDS)));
    }

    NodeBuilder at(String... publicAddresses) {
      attachment =
          new Attachment.Direct(
              new Name(name), List.of(publicAddresses).stream().map(Net::ip).toList());
      return this;
    }

    NodeBuilder in(String site, String... addresses) {
      attachment =
          new Attachment.InSite(
              new Name(name), new Name(site), List.of(addresses).stream().map(Net::ip).toList());
      return this;
    }

    /** Has another's key. */
    NodeBuilder keyOf(String other) {
      keyName = other;
      return this;
    }

    /** Is known by this public key only; its private key stays on the device. */
    NodeBuilder withoutKey() {
      keyName = "";
      return this;
    }

    NodeBuilder mark(long wanted) {
      mark = wanted;
      return this;
    }

    /** A second interface. */
    NodeBuilder also(TunnelInterface tunnel) {
      more.add(tunnel);
      return this;
    }

    /** A peer with any public key. */
    NodeBuilder peerKey(PublicKey key, String... allowed) {
      peers.add(
          new PeerConfig(
              Optional.empty(),
              key,
              Optional.empty(),
              Optional.empty(),
              List.of(allowed).stream().map(Prefix::parse).toList(),
              0));
      return this;
    }

    NodeBuilder address(String address) {
      var parsed = InterfaceAddress.tryParse(address).orElseThrow();
      if (!addresses.contains(parsed)) {
        addresses.add(parsed);
      }
      return this;
    }

    NodeBuilder listen(int listenPort) {
      port = OptionalInt.of(listenPort);
      return this;
    }

    NodeBuilder forwards() {
      forwarding = Forwarding.ON;
      return this;
    }

    NodeBuilder forwarding(Forwarding wanted) {
      forwarding = wanted;
      return this;
    }

    NodeBuilder firewall(Firewall wanted) {
      firewall = wanted;
      return this;
    }

    NodeBuilder table(RouteTable wanted) {
      table = wanted;
      return this;
    }

    NodeBuilder dns(DnsClient wanted) {
      dns = wanted;
      return this;
    }

    NodeBuilder mtu(int wanted) {
      mtu = OptionalInt.of(wanted);
      return this;
    }

    NodeBuilder platform(Platform wanted) {
      platform = wanted;
      return this;
    }

    NodeBuilder hook(Hook.When when, String command) {
      hooks.add(new Hook(when, command));
      return this;
    }

    NodeBuilder route(Route route) {
      routes.add(route);
      return this;
    }

    NodeBuilder nat(NatRule rule) {
      nat.add(rule);
      return this;
    }

    /** Source NAT of what comes out of the tunnel and leaves by anything else. */
    NodeBuilder masquerades() {
      return nat(
          new NatRule.Masquerade(
              PacketMatch.ANY.comingIn(InterfaceMatch.of(WG0)).goingOut(InterfaceMatch.not(WG0))));
    }

    /** A peer without endpoint or keepalive. */
    NodeBuilder peer(String peer, String... allowed) {
      return peer(peer, "", 0, allowed);
    }

    NodeBuilder peer(String peer, String endpoint, int keepalive, String... allowed) {
      return peer(peer, endpoint, keepalive, Optional.empty(), allowed);
    }

    NodeBuilder peer(
        String peer,
        String endpoint,
        int keepalive,
        Optional<PresharedKey> presharedKey,
        String... allowed) {
      int colon = endpoint.lastIndexOf(':');
      peers.add(
          new PeerConfig(
              Optional.of(new Name(peer)),
              publicKey(peer),
              presharedKey,
              endpoint.isEmpty()
                  ? Optional.empty()
                  : Optional.of(
                      new EndpointAddress(
                          endpoint.substring(0, colon).replace("[", "").replace("]", ""),
                          Integer.parseInt(endpoint.substring(colon + 1)))),
              List.of(allowed).stream().map(Prefix::parse).toList(),
              keepalive));
      return this;
    }

    Attachment attachment() {
      return attachment;
    }

    NodeConfig build() {
      var tunnel =
          new TunnelInterface(
              WG0,
              keyName.isEmpty() ? Optional.empty() : Optional.of(key(keyName)),
              Optional.empty(),
              addresses,
              port,
              mark,
              mtu,
              table,
              dns,
              peers);
      var tunnels = new ArrayList<TunnelInterface>(List.of(tunnel));
      tunnels.addAll(more);
      return new NodeConfig(
          new Name(name),
          platform,
          tunnels,
          routes,
          forwarding,
          forwarding,
          firewall,
          nat,
          Optional.empty(),
          hooks);
    }
  }
}
