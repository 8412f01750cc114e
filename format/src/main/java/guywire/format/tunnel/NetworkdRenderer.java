package guywire.format.tunnel;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.Lines;
import guywire.format.syntax.Notes;
import guywire.network.InterfaceName;
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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Writes for systemd-networkd: a {@code .netdev} and a {@code .network} for each tunnel. Routes are
 * written one by one, because {@code RouteTable} is younger than many an installed systemd; a
 * default route gets a table and the two rules that wg-quick would make.
 */
public final class NetworkdRenderer implements Renderer {

  private static final String DIRECTORY = "etc/systemd/network/";

  /** Before the rules that other programs add at the end (32766 is the main table's own). */
  private static final int SUPPRESS_PRIORITY = 32764;

  private static final int MARK_PRIORITY = 32765;

  /** Names that the kernel takes and systemd does not (ifname_valid in its socket-util.c). */
  private static final Pattern REFUSED = Pattern.compile("[0-9]+|all|default");

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    var notes = new Notes(node.name().text());
    var limits = new PlatformLimits(node, notes, "systemd-networkd").hooks().uniquePeers();
    var files = new ArrayList<RenderedFile>();
    var readme = new Readme(locale, node.name().text(), "systemd-networkd");
    var install = new ArrayList<String>();
    for (var tunnel : node.interfaces()) {
      if (REFUSED.matcher(tunnel.name().text()).matches()) {
        notes.error("F67", Place.PLANNED, "networkd.name", tunnel.name().text());
      }
      String stem = DIRECTORY + "50-" + tunnel.name();
      files.add(RenderedFile.secret(stem + ".netdev", netdev(tunnel, notes)));
      files.add(RenderedFile.open(stem + ".network", network(node, tunnel, limits)));
      if (tunnel.privateKey().isEmpty()) {
        notes.warning("F66", Place.PLANNED, "networkd.no-key", tunnel.name().text());
        keepKey(install, "/" + keyFile(tunnel.name()), "/" + stem + ".netdev");
      }
      install.add(InstallSteps.copy("-o root -g systemd-network -m 640", stem + ".netdev"));
      install.add(InstallSteps.copy("-m 644", stem + ".network"));
    }
    otherRoutes(node, notes);
    readme.step("networkd.readme.install", install.toArray(String[]::new));
    new LinuxHost(node, notes).addTo(files, readme);
    readme.step(
        "networkd.readme.start",
        "systemctl enable systemd-networkd",
        "systemctl restart systemd-networkd");
    readme.paragraph("networkd.readme.later");
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  private static String keyFile(InterfaceName tunnel) {
    return DIRECTORY + tunnel + ".key";
  }

  /** The key gets a file of its own before the file that may hold it is replaced. */
  private static void keepKey(List<String> install, String keyFile, String netdev) {
    install.add(
        "test -s "
            + keyFile
            + " || (umask 027; sed -n 's/^[ \\t]*PrivateKey[ \\t]*=[ \\t]*//p' "
            + netdev
            + " > "
            + keyFile
            + ")");
    install.add("chgrp systemd-network " + keyFile);
    install.add("wg pubkey < " + keyFile);
  }

  private static String netdev(TunnelInterface tunnel, Notes notes) {
    var lines = new Lines().add("[NetDev]").set("Name", tunnel.name()).set("Kind", "wireguard");
    tunnel.mtu().ifPresent(mtu -> lines.set("MTUBytes", mtu));
    lines.gap().add("[WireGuard]");
    tunnel
        .privateKey()
        .ifPresentOrElse(
            key -> lines.set("PrivateKey", key.base64()),
            () -> lines.set("PrivateKeyFile", "/" + keyFile(tunnel.name())));
    tunnel.listenPort().ifPresent(port -> lines.set("ListenPort", port));
    long mark = mark(tunnel);
    if (mark != 0) {
      lines.set("FirewallMark", mark);
    }
    if (tunnel.table() instanceof RouteTable.Number(long number)) {
      lines.set("RouteTable", number);
    }
    for (var peer : tunnel.peers()) {
      lines.gap().add("[WireGuardPeer]");
      peer(peer, lines);
    }
    if (tunnel.listenPort().isEmpty()
        && tunnel.peers().stream().allMatch(p -> p.endpoint().isEmpty())) {
      notes.warning("F25", Place.PLANNED, "networkd.no-port", tunnel.name().text());
    }
    return lines.toString();
  }

  private static void peer(PeerConfig peer, Lines lines) {
    peer.name().ifPresent(name -> lines.add("# " + name));
    lines.set("PublicKey", peer.publicKey());
    peer.presharedKey().ifPresent(key -> lines.set("PresharedKey", key.base64()));
    peer.allowedIps().forEach(prefix -> lines.set("AllowedIPs", prefix));
    peer.endpoint().ifPresent(endpoint -> lines.set("Endpoint", endpoint));
    if (peer.keepaliveSeconds() > 0) {
      lines.set("PersistentKeepalive", peer.keepaliveSeconds());
    }
  }

  private static String network(NodeConfig node, TunnelInterface tunnel, PlatformLimits limits) {
    var lines = new Lines().add("[Match]").set("Name", tunnel.name()).gap().add("[Network]");
    tunnel.addresses().forEach(address -> lines.set("Address", address));
    tunnel.dns().servers().forEach(server -> lines.set("DNS", server));
    var routes = Routes.of(tunnel);
    var domains = new ArrayList<>(limits.searchDomains(tunnel));
    if (!tunnel.dns().servers().isEmpty()) {
      lines.set("DNSDefaultRoute", "yes");
      if (!routes.marked().isEmpty()) {
        domains.add("~.");
      }
    }
    if (!domains.isEmpty()) {
      lines.set("Domains", String.join(" ", domains));
    }
    if (tunnel.table() instanceof RouteTable.Auto || tunnel.table() instanceof RouteTable.Onward) {
      routes
          .installed()
          .forEach(prefix ->
              route(
                  lines,
                  new Route(
                      prefix, Optional.empty(), Optional.of(tunnel.name()), OptionalInt.empty()),
                  0));
    }
    for (var route : node.routes()) {
      if (route.device().filter(tunnel.name()::equals).isPresent()) {
        route(lines, route, 0);
      }
    }
    for (var family : Family.values()) {
      if (routes.marked().contains(family)) {
        defaultRoute(lines, tunnel, family);
      }
    }
    Onwards.of(tunnel).ifPresent(onwards -> exit(lines, onwards));
    return lines.toString();
  }

  private static void exit(Lines lines, Onwards onwards) {
    onwards.exits().forEach(route -> route(lines, route, onwards.table()));
    for (var rule : onwards.rules()) {
      lines.gap().add("[RoutingPolicyRule]");
      rule.from().ifPresent(from -> lines.set("From", from));
      rule.table().ifPresent(table -> lines.set("Table", table));
      rule.suppressed().ifPresent(length -> lines.set("SuppressPrefixLength", length));
      rule.priority().ifPresent(priority -> lines.set("Priority", priority));
    }
  }

  private static void defaultRoute(Lines lines, TunnelInterface tunnel, Family family) {
    long table = mark(tunnel);
    var all = new Prefix(family.any(), 0);
    route(
        lines,
        new Route(all, Optional.empty(), Optional.of(tunnel.name()), OptionalInt.empty()),
        table);
    String word = family == Family.IPV4 ? "ipv4" : "ipv6";
    lines.gap().add("[RoutingPolicyRule]").set("Family", word).set("Table", "main");
    lines.set("SuppressPrefixLength", 0).set("Priority", SUPPRESS_PRIORITY);
    lines.gap().add("[RoutingPolicyRule]").set("Family", word).set("FirewallMark", table);
    lines.set("InvertRule", "yes").set("Table", table).set("Priority", MARK_PRIORITY);
  }

  private static void route(Lines lines, Route route, long table) {
    lines.gap().add("[Route]").set("Destination", route.to());
    route.via().ifPresent(via -> lines.set("Gateway", via));
    if (route.via().isEmpty() && route.to().family() == Family.IPV4) {
      lines.set("Scope", "link");
    }
    route.metric().ifPresent(metric -> lines.set("Metric", metric));
    if (table != 0) {
      lines.set("Table", table);
    }
  }

  /** The mark as it will be: a default route needs one. */
  private static long mark(TunnelInterface tunnel) {
    boolean needed = tunnel.firewallMark() == 0 && !Routes.of(tunnel).marked().isEmpty();
    return needed ? Routes.USUAL_MARK : tunnel.firewallMark();
  }

  private static void otherRoutes(NodeConfig node, Notes notes) {
    List<InterfaceName> tunnels = node.interfaces().stream().map(TunnelInterface::name).toList();
    for (var route : node.routes()) {
      if (route.device().filter(tunnels::contains).isEmpty()) {
        notes.warning("F66", Place.PLANNED, "networkd.other-route", RouteText.of(route));
      }
    }
  }
}
