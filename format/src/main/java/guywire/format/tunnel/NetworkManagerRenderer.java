package guywire.format.tunnel;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.Lines;
import guywire.format.syntax.Notes;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes keyfiles for NetworkManager, one connection for each tunnel. It routes allowed IPs by
 * itself, a default route the way wg-quick does.
 */
public final class NetworkManagerRenderer implements Renderer {

  /** The main table by its number, the only name for it that a rule's text takes. */
  private static final String MAIN = String.valueOf(NetworkdRouting.MAIN);

  static final String DIRECTORY = "etc/NetworkManager/system-connections/";

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    var notes = new Notes(node.name().text());
    var limits = new PlatformLimits(node, notes, "NetworkManager").hooks().uniquePeers();
    var files = new ArrayList<RenderedFile>();
    var readme = new Readme(locale, node.name().text(), "NetworkManager");
    var install = new ArrayList<String>();
    var start = new ArrayList<String>();
    for (var tunnel : node.interfaces()) {
      String path = DIRECTORY + tunnel.name() + ".nmconnection";
      files.add(RenderedFile.secret(path, keyfile(node, tunnel, limits, notes)));
      install.add(
          tunnel.privateKey().isPresent()
              ? InstallSteps.copy("-o root -g root -m 600", path)
              : InstallSteps.keepingKey("private-key", "wireguard", path));
      start.add("nmcli connection load /" + path);
      start.add("nmcli connection up " + tunnel.name());
      if (tunnel.privateKey().isEmpty()) {
        notes.warning("F66", Place.PLANNED, "nm.no-key", tunnel.name().text());
      }
      if (tunnel.mtu().isEmpty()) {
        notes.info("F60", Place.PLANNED, "nm.mtu", tunnel.name().text());
      }
    }
    for (var route : node.routes()) {
      if (node.interfaces().stream()
          .noneMatch(t -> route.device().filter(t.name()::equals).isPresent())) {
        notes.warning("F66", Place.PLANNED, "nm.other-route", RouteText.of(route));
      }
    }
    readme.step("nm.readme.install", install.toArray(String[]::new));
    new LinuxHost(node, notes).addTo(files, readme);
    readme.step("nm.readme.start", start.toArray(String[]::new));
    readme.paragraph("nm.readme.later");
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  private static String keyfile(
      NodeConfig node, TunnelInterface tunnel, PlatformLimits limits, Notes notes) {
    var lines = new Lines().add("[connection]").set("id", tunnel.name()).set("type", "wireguard");
    lines.set("interface-name", tunnel.name()).set("autoconnect", "true");
    lines.gap().add("[wireguard]");
    tunnel.privateKey().ifPresent(key -> lines.set("private-key", key.base64()));
    lines.set("private-key-flags", 0);
    tunnel.listenPort().ifPresent(port -> lines.set("listen-port", port));
    if (tunnel.firewallMark() != 0) {
      lines.set("fwmark", tunnel.firewallMark());
    }
    tunnel.mtu().ifPresent(mtu -> lines.set("mtu", mtu));
    boolean sendsOn = tunnel.table() instanceof RouteTable.Onward;
    lines.set("peer-routes", !(tunnel.table() instanceof RouteTable.Off) && !sendsOn);
    if (tunnel.table() instanceof RouteTable.Number || sendsOn) {
      lines.set("ip4-auto-default-route", 0).set("ip6-auto-default-route", 0);
    }
    tunnel.peers().forEach(peer -> peer(lines, peer));
    var domains = limits.searchDomains(tunnel);
    for (var family : Family.values()) {
      ip(lines, node, tunnel, family, domains);
      boolean addressed =
          tunnel.addresses().stream().anyMatch(own -> own.address().family() == family);
      boolean asked = tunnel.dns().servers().stream().anyMatch(s -> s.family() == family);
      if (asked && !addressed) {
        notes.error("F58", Place.PLANNED, "nm.dns-family", tunnel.name().text(), family.name());
      }
    }
    return lines.toString();
  }

  private static void peer(Lines lines, PeerConfig peer) {
    lines.gap().add("[wireguard-peer." + peer.publicKey() + "]");
    peer.name().ifPresent(name -> lines.add("# " + name));
    peer.endpoint().ifPresent(endpoint -> lines.set("endpoint", endpoint));
    peer.presharedKey()
        .ifPresent(key -> lines.set("preshared-key", key.base64()).set("preshared-key-flags", 0));
    if (peer.keepaliveSeconds() > 0) {
      lines.set("persistent-keepalive", peer.keepaliveSeconds());
    }
    if (!peer.allowedIps().isEmpty()) {
      lines.set("allowed-ips", list(peer.allowedIps()));
    }
  }

  private static void ip(
      Lines lines, NodeConfig node, TunnelInterface tunnel, Family family, List<String> domains) {
    boolean isIpv4 = family == Family.IPV4;
    lines.gap().add(isIpv4 ? "[ipv4]" : "[ipv6]");
    var addresses =
        tunnel.addresses().stream().filter(a -> a.address().family() == family).toList();
    if (addresses.isEmpty()) {
      lines.set("method", "disabled");
      return;
    }
    lines.set("method", "manual");
    for (int i = 0; i < addresses.size(); i++) {
      lines.set("address" + (i + 1), addresses.get(i));
    }
    var servers = tunnel.dns().servers().stream().filter(s -> s.family() == family).toList();
    if (!servers.isEmpty()) {
      lines.set("dns", list(servers));
    }
    var searched = new ArrayList<>(domains);
    if (!servers.isEmpty() && Routes.of(tunnel).marked().contains(family)) {
      searched.add("~");
    }
    if (!searched.isEmpty()) {
      lines.set("dns-search", list(searched));
    }
    if (tunnel.table() instanceof RouteTable.Number(long number)) {
      lines.set("route-table", number);
    }
    int count = Onwards.of(tunnel).map(onwards -> exit(lines, onwards, family)).orElse(0);
    for (Route route : node.routes()) {
      boolean here = route.device().filter(tunnel.name()::equals).isPresent();
      if (here && route.to().family() == family) {
        lines.set("route" + ++count, route(route));
        if (tunnel.table() instanceof RouteTable.Number) {
          // Without it the route follows route-table.
          lines.set("route" + count + "_options", "table=" + NetworkdRouting.MAIN);
        }
      }
    }
  }

  /** Every route by itself, and the rules; how many routes there are. */
  private static int exit(Lines lines, Onwards onwards, Family family) {
    int count = 0;
    for (var route : onwards.routes()) {
      if (route.to().family() == family) {
        lines.set("route" + ++count, route(route));
      }
    }
    for (var route : onwards.exits()) {
      if (route.to().family() == family) {
        lines.set("route" + ++count, route(route));
        lines.set("route" + count + "_options", "table=" + onwards.table());
      }
    }
    int number = 0;
    for (var rule : onwards.rules()) {
      if (rule.family() == family) {
        lines.set("routing-rule" + ++number, Onwards.words(rule, MAIN));
      }
    }
    return count;
  }

  /** {@code prefix[,next hop[,metric]]}; a metric alone needs the next hop that means none. */
  private static String route(Route route) {
    Prefix to = route.to();
    if (route.via().isEmpty() && route.metric().isEmpty()) {
      return to.toString();
    }
    String via = route.via().map(Object::toString).orElse(to.family().any().toString());
    return to + "," + via + (route.metric().isPresent() ? "," + route.metric().getAsInt() : "");
  }

  private static String list(List<?> values) {
    return String.join("", values.stream().map(value -> value + ";").toList());
  }
}
