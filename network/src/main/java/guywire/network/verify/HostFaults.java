package guywire.network.verify;

import guywire.network.config.Internet;
import guywire.network.config.NodeConfig;
import guywire.network.config.Part.Setting;
import guywire.network.config.Routes;
import guywire.network.format.HookEffect;
import guywire.network.text.Severity;
import guywire.network.verify.HostFacts.Trait;
import guywire.network.verify.Inspection.Link;
import guywire.network.verify.Inspection.Tunnel;
import guywire.protocol.IpAddress;
import java.util.HashMap;
import java.util.Map;

/** Faults of resolvers, MTU, clocks and hooks: F58 to F62, and hooks that are not understood. */
final class HostFaults {

  /** IPv4, UDP and WireGuard headers; IPv6 takes 20 more (facts of the protocol). */
  private static final int OVERHEAD_IPV4 = 60;

  private static final int OVERHEAD_IPV6 = 80;

  private static final int USUAL_LINE_MTU = 1500;

  private HostFaults() {}

  /** F58 and F59. */
  static void resolvers(Inspection in, Report report) {
    var owners = new HashMap<IpAddress, NodeConfig>();
    for (var tunnel : in.tunnels()) {
      tunnel.tunnel().addresses().forEach(a -> owners.put(a.address(), tunnel.node()));
    }
    for (var tunnel : in.tunnels()) {
      var dns = tunnel.tunnel().dns();
      boolean full = !Routes.of(tunnel.tunnel(), tunnel.cryptokeys()).marked().isEmpty();
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
      Tunnel tunnel,
      IpAddress server,
      Map<IpAddress, NodeConfig> owners,
      Report report) {
    var place = in.place(tunnel, Setting.DNS);
    var node = owners.get(server);
    boolean inside =
        tunnel.cryptokeys().owners().keySet().stream().anyMatch(p -> p.contains(server))
            || tunnel.tunnel().addresses().stream().anyMatch(a -> a.prefix().contains(server));
    boolean onLan =
        in.site(tunnel.node()).stream()
            .flatMap(site -> site.lans().stream())
            .anyMatch(lan -> lan.prefix().contains(server));
    if (node != null) {
      boolean answers = node.nameServer().map(one -> one.listen().contains(server)).orElse(false);
      if (!answers) {
        report.warning(
            "F58", tunnel.node(), place, server.toString(), node.name().text(), tunnel.name());
      }
    } else if (World.isPrivate(server) && !inside && !onLan) {
      report.error("F58.unrouted", tunnel.node(), place, server.toString(), tunnel.name());
    }
  }

  /** F60 and F61. */
  static void mtu(Inspection in, Report report) {
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
          unequal(in, link, own.getAsInt(), report);
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

  private static void unequal(Inspection in, Link link, int own, Report report) {
    var other = link.far().orElseThrow().tunnel().mtu();
    if (other.isPresent() && other.getAsInt() < own) {
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

  private static int line(Inspection in, Tunnel tunnel) {
    int said = in.facts(tunnel.node()).interfaceMtu().orElse(USUAL_LINE_MTU);
    return in.line(tunnel.node()).map(Internet::mtu).map(mtu -> mtu.orElse(said)).orElse(said);
  }

  /** F62. */
  static void clock(Inspection in, Report report) {
    for (var node : in.nodes()) {
      if (in.facts(node).has(Trait.NO_CLOCK)) {
        report.error("F62", node, in.subject().place(node), node.name().text());
      }
    }
  }

  /** F74: commands of which nothing is known but that they run. */
  static void hooksNotUnderstood(Inspection in, Report report) {
    for (var node : in.nodes()) {
      for (var effect : in.effects(node)) {
        if (effect instanceof HookEffect.NotUnderstood) {
          report.info(
              "F74",
              node,
              in.hook(node, effect.source().hook()),
              effect.source().when().key(),
              shown(effect.source().command()));
        }
      }
    }
  }

  /** A command may hold a key; what looks like one is not shown. */
  private static String shown(String command) {
    String hidden = command.replaceAll("[A-Za-z0-9+/]{42,}=?", "(key)");
    return hidden.length() > 80 ? hidden.substring(0, 80) + "..." : hidden;
  }
}
