package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.format.shell.HookReader;
import guywire.network.Hook;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.NodeConfig;
import guywire.network.Part.Setting;
import guywire.network.Platform;
import guywire.network.Routes;
import guywire.network.text.Severity;
import guywire.prove.HostFacts.Trait;
import guywire.prove.Inspection.InspectedLink;
import guywire.prove.Inspection.InspectedTunnel;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Faults of names, MTU, clocks and hooks: F57 to F62, and hooks that are not understood. */
final class HostFaults {

  /** IPv4, UDP and WireGuard headers; IPv6 takes 20 more (facts of the protocol). */
  private static final int OVERHEAD_IPV4 = 60;

  private static final int OVERHEAD_IPV6 = 80;

  /** What wg-quick and the kernel give an interface on an ordinary line. */
  private static final int USUAL_MTU = 1420;

  private static final int USUAL_LINE_MTU = 1500;

  private static final List<Prefix> MULTICAST =
      List.of(Prefix.parse("224.0.0.0/4"), Prefix.parse("ff00::/8"));

  /** Platforms whose apps run no commands. */
  private static final Set<Platform> APPS =
      EnumSet.of(Platform.IOS, Platform.ANDROID, Platform.MACOS, Platform.WINDOWS);

  private HostFaults() {}

  /** F57: what is found by broadcast or multicast is not found through a tunnel. */
  static void discovery(Inspection in, FaultReport report) {
    for (var link : in.links()) {
      var allowed = link.peer().allowedIps();
      for (int i = 0; i < allowed.size(); i++) {
        // A wide prefix has multicast in it without being about it.
        Prefix prefix = allowed.get(i);
        // Of most prefixes the first word is enough.
        if (prefix.address().isMulticast()
            && MULTICAST.stream().anyMatch(multicast -> multicast.contains(prefix))) {
          report.warning(
              "F57.multicast", link.near().node(), in.allowedIp(link, i), prefix.toString());
        }
      }
    }
    for (var tunnel : in.tunnels()) {
      var domains = tunnel.tunnel().dns().searchDomains();
      if (domains.stream().anyMatch(d -> d.equals("local") || d.endsWith(".local"))) {
        report.warning("F57.local", tunnel.node(), in.place(tunnel, Setting.DNS));
      }
      if (in.facts(tunnel.node()).has(Trait.BROADCAST) && !tunnel.tunnel().peers().isEmpty()) {
        report.info("F57", tunnel.node(), in.place(tunnel), tunnel.name());
      }
    }
  }

  /** F59: all names are asked through the tunnel, though other traffic does not need it. */
  static void soleResolver(Inspection in, FaultReport report) {
    var resolvers = new Resolvers(in.tunnels());
    for (var tunnel : in.tunnels()) {
      var dns = tunnel.tunnel().dns();
      var node = tunnel.node();
      boolean wgQuick = node.platform() == Platform.LINUX;
      if (!dns.servers().isEmpty() && wgQuick && in.facts(node).has(Trait.NO_RESOLVCONF)) {
        report.error("F59.resolvconf", node, in.place(tunnel, Setting.DNS), tunnel.name());
      }
      boolean full = !Routes.marked(tunnel.tunnel(), tunnel.cryptokeys()).isEmpty();
      boolean inside =
          !dns.servers().isEmpty()
              && dns.servers().stream().allMatch(server -> in.isInside(tunnel, server));
      if (!full && inside && in.subject().isRead(node) && !resolvers.isSilent(dns.servers())) {
        // With a search domain the owner wants the network's own names, which only it can answer.
        report.add(
            dns.searchDomains().isEmpty() ? Severity.WARNING : Severity.INFO,
            APPS.contains(node.platform()) ? "F59.app" : "F59",
            node,
            in.place(tunnel, Setting.DNS),
            tunnel.name(),
            dns.servers().getFirst().toString());
      }
    }
  }

  /** Who has which address, and who answers names on which. */
  private static final class Resolvers {

    private final Map<IpAddress, Set<Name>> silent = new HashMap<>();
    private final Map<IpAddress, Set<Name>> answering = new HashMap<>();

    Resolvers(List<InspectedTunnel> tunnels) {
      var seen = new HashSet<Name>();
      for (var tunnel : tunnels) {
        var node = tunnel.node();
        if (seen.add(node.name())) {
          node.nameServer()
              .map(NameServer::listen)
              .orElse(List.of())
              .forEach(address -> add(answering, address, node));
        }
        if (node.platform() != Platform.OPENWRT) {
          tunnel.tunnel().addresses().forEach(own -> add(silent, own.address(), node));
        }
      }
    }

    private static void add(Map<IpAddress, Set<Name>> to, IpAddress address, NodeConfig node) {
      to.computeIfAbsent(address, of -> new HashSet<>()).add(node.name());
    }

    /** Whether one of these addresses is that of a node that answers no names, which is F58. */
    boolean isSilent(List<IpAddress> servers) {
      var answer = new HashSet<Name>();
      servers.forEach(server -> answer.addAll(answering.getOrDefault(server, Set.of())));
      return servers.stream()
          .anyMatch(server -> !answer.containsAll(silent.getOrDefault(server, Set.of())));
    }
  }

  /** OpenWrt answers names on every interface unless told not to. */
  private static boolean answers(NodeConfig node, IpAddress server) {
    return node.platform() == Platform.OPENWRT
        || node.nameServer().map(one -> one.listen().contains(server)).orElse(false);
  }

  /** F58. */
  static void resolvers(Inspection in, FaultReport report) {
    var owners = new HashMap<IpAddress, NodeConfig>();
    for (var tunnel : in.tunnels()) {
      tunnel.tunnel().addresses().forEach(a -> owners.put(a.address(), tunnel.node()));
    }
    for (var tunnel : in.tunnels()) {
      var dns = tunnel.tunnel().dns();
      boolean full = !Routes.marked(tunnel.tunnel(), tunnel.cryptokeys()).isEmpty();
      if (full && dns.servers().isEmpty()) {
        report.add(
            in.subject().isRead(tunnel.node()) ? Severity.WARNING : Severity.INFO,
            "F58.none",
            tunnel.node(),
            AddressFaults.allTraffic(in, tunnel),
            tunnel.name());
      }
      if (dns.servers().isEmpty() && !dns.searchDomains().isEmpty()) {
        report.warning(
            "F58.search-only",
            tunnel.node(),
            in.place(tunnel, Setting.DNS),
            String.join(", ", dns.searchDomains()));
      }
      for (var server : dns.servers()) {
        resolver(in, tunnel, server, owners, report);
      }
    }
  }

  private static void resolver(
      Inspection in,
      InspectedTunnel tunnel,
      IpAddress server,
      Map<IpAddress, NodeConfig> owners,
      FaultReport report) {
    var place = in.place(tunnel, Setting.DNS);
    var node = owners.get(server);
    boolean inside = in.isInside(tunnel, server);
    boolean onLan =
        in.site(tunnel.node()).stream()
            .flatMap(site -> site.lans().stream())
            .anyMatch(lan -> lan.prefix().contains(server));
    if (node != null) {
      if (!answers(node, server)) {
        report.warning(
            "F58", tunnel.node(), place, server.toString(), node.name().text(), tunnel.name());
      }
    } else if (World.isPrivate(server) && !inside && !onLan) {
      report.error("F58.unrouted", tunnel.node(), place, server.toString(), tunnel.name());
    }
  }

  /** F60 and F61. */
  static void mtu(Inspection in, FaultReport report) {
    var least = leastOfPeers(in);
    for (var link : in.links()) {
      var own = link.near().tunnel().mtu();
      if (own.isPresent() && link.far().isPresent()) {
        int path = Math.min(line(in, link.near()), line(in, link.far().get()));
        int overhead =
            link.peer().endpoint().flatMap(e -> e.address()).map(a -> !a.isIpv4()).orElse(false)
                ? OVERHEAD_IPV6
                : OVERHEAD_IPV4;
        if (own.getAsInt() > path - overhead) {
          report.error(
              "F60",
              link.near().node(),
              in.place(link.near(), Setting.MTU),
              link.near().name(),
              String.valueOf(own.getAsInt()),
              link.peerName(),
              String.valueOf(path),
              String.valueOf(path - overhead));
        } else {
          unequal(in, link, own.getAsInt(), least, report);
        }
      }
    }
    for (var tunnel : in.tunnels()) {
      var line = in.facts(tunnel.node()).interfaceMtu();
      if (line.isPresent() && line.getAsInt() > USUAL_LINE_MTU && tunnel.tunnel().mtu().isEmpty()) {
        report.warning(
            "F61",
            tunnel.node(),
            in.place(tunnel),
            tunnel.name(),
            String.valueOf(line.getAsInt()),
            String.valueOf(line.getAsInt() - OVERHEAD_IPV6));
      }
    }
  }

  /** The least MTU among the peers of each interface; 0 if the file of one of them is not there. */
  private static Map<InspectedTunnel, Integer> leastOfPeers(Inspection in) {
    var least = new HashMap<InspectedTunnel, Integer>();
    for (var link : in.links()) {
      int far = link.far().map(f -> f.tunnel().mtu().orElse(USUAL_MTU)).orElse(0);
      least.merge(link.near(), far, Math::min);
    }
    return least;
  }

  /** An end whose MTU is smaller for another peer's sake has no narrow line on this way. */
  private static void unequal(
      Inspection in,
      InspectedLink link,
      int own,
      Map<InspectedTunnel, Integer> least,
      FaultReport report) {
    var far = link.far().orElseThrow();
    var other = far.tunnel().mtu();
    if (other.isPresent()
        && other.getAsInt() < own
        && other.getAsInt() < least.getOrDefault(far, own)) {
      report.warning(
          "F60.unequal",
          link.near().node(),
          in.place(link.near(), Setting.MTU),
          link.near().name(),
          String.valueOf(own),
          link.peerName(),
          String.valueOf(other.getAsInt()));
    }
  }

  private static int line(Inspection in, InspectedTunnel tunnel) {
    int said = in.facts(tunnel.node()).interfaceMtu().orElse(USUAL_LINE_MTU);
    return in.line(tunnel.node()).map(Internet::mtu).map(mtu -> mtu.orElse(said)).orElse(said);
  }

  /** F62. */
  static void clock(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      if (in.facts(node).has(Trait.NO_CLOCK)) {
        report.error("F62", node, in.subject().place(node), node.name().text());
      }
    }
  }

  /** Whether it hangs on the host what a command does, or whether it works. */
  private static boolean isOfHost(HookEffect effect) {
    return effect instanceof HookEffect.Rule
        || effect instanceof HookEffect.Routes
        || effect instanceof HookEffect.Setting
        || effect instanceof HookEffect.Presumes
        || effect instanceof HookEffect.Filters filters
            && filters.change() == HookEffect.Change.DELETE;
  }

  /** F74: commands of which nothing is known but that they run. */
  static void hooksNotUnderstood(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      for (var effect : in.effects(node)) {
        boolean unclear =
            effect instanceof HookEffect.Unclear && effect.source().when() != Hook.When.SCRIPT;
        boolean doubted = isOfHost(effect) && in.isDoubted(node, effect.source().hook());
        if (unclear || doubted || effect instanceof HookEffect.NotUnderstood) {
          boolean ends =
              HookModel.isUp(effect)
                  && effect instanceof HookEffect.NotUnderstood
                  && !effect.source().forgiven()
                  && HookReader.asks(effect.source().command());
          report.info(
              ends ? "F74.ends" : "F74",
              node,
              in.hook(node, effect.source().hook()),
              effect.source().when().key(),
              HookModel.shown(effect.source().command()));
        }
      }
    }
  }
}
