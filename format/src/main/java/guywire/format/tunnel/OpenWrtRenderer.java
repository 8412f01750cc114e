package guywire.format.tunnel;

import guywire.address.IpAddress.Family;
import guywire.format.firewall.OpenWrtFirewall;
import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.DomainName;
import guywire.format.syntax.Lines;
import guywire.format.syntax.Notes;
import guywire.format.syntax.UciScript;
import guywire.network.DnsClient;
import guywire.network.Forwarding;
import guywire.network.NameServer;
import guywire.network.NatRule;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Writes for OpenWrt 22.03 and later (fw4): a batch for {@code uci}, and a script that clears what
 * an earlier batch made, loads it and puts it to work.
 */
public final class OpenWrtRenderer implements Renderer {

  static final String BATCH = "guywire.uci";
  static final String NETMAP = "etc/nftables.d/20-guywire-netmap.nft";

  /** Names of UCI sections; netifd wants them short, because it adds prefixes. */
  private static final Pattern SECTION = Pattern.compile("[A-Za-z0-9_]{1,11}");

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    var notes = new Notes(node.name().text());
    var limits = new PlatformLimits(node, notes, "OpenWrt").hooks();
    for (var tunnel : node.interfaces()) {
      if (!SECTION.matcher(tunnel.name().text()).matches()) {
        notes.error("F67", Place.PLANNED, "openwrt.name", tunnel.name().text());
        return new Rendering(List.of(), notes.all());
      }
    }
    if (node.forwardIpv4() == Forwarding.OFF || node.forwardIpv6() == Forwarding.OFF) {
      notes.info("F43", Place.PLANNED, "openwrt.forwards");
    }
    var script = new UciScript();
    node.interfaces().forEach(tunnel -> tunnel(script, tunnel, limits, notes));
    routes(script, node, notes);
    script.commit("network");
    new OpenWrtFirewall(node, notes).addTo(script);
    script.commit("firewall");
    node.nameServer().ifPresent(server -> nameServer(script, server, notes));
    var files = new ArrayList<RenderedFile>();
    files.add(RenderedFile.secret(BATCH, script.toString()));
    files.add(RenderedFile.open("setup.sh", setup(node)));
    if (node.nat().stream().anyMatch(NatRule.Map.class::isInstance)) {
      files.add(RenderedFile.open(NETMAP, Nftables.prefixMaps(node)));
    }
    files.add(readme(node, locale, notes));
    return new Rendering(files, notes.all());
  }

  private static void tunnel(
      UciScript script, TunnelInterface tunnel, PlatformLimits limits, Notes notes) {
    String path = "network." + tunnel.name();
    script.section(path, "interface").option(path, "proto", "wireguard");
    tunnel.privateKey().ifPresent(key -> script.option(path, "private_key", key.base64()));
    if (tunnel.privateKey().isEmpty()) {
      notes.warning("F66", Place.PLANNED, "openwrt.no-key", tunnel.name().text());
    }
    tunnel.listenPort().ifPresent(port -> script.option(path, "listen_port", port));
    tunnel.addresses().forEach(address -> script.item(path, "addresses", address));
    tunnel.mtu().ifPresent(mtu -> script.option(path, "mtu", mtu));
    if (tunnel.firewallMark() != 0) {
      script.option(path, "fwmark", "0x" + Long.toHexString(tunnel.firewallMark()));
    }
    if (tunnel.table() instanceof RouteTable.Number(long number)) {
      script.option(path, "ip4table", number).option(path, "ip6table", number);
    }
    dns(script, path, tunnel.dns(), limits.searchDomains(tunnel));
    int count = 0;
    for (var peer : tunnel.peers()) {
      peer(script, tunnel, peer, ++count);
    }
  }

  private static void dns(UciScript script, String path, DnsClient dns, List<String> domains) {
    dns.servers().forEach(server -> script.item(path, "dns", server));
    domains.forEach(domain -> script.item(path, "dns_search", domain));
  }

  private static void peer(UciScript script, TunnelInterface tunnel, PeerConfig peer, int count) {
    String path = "network." + tunnel.name() + "_peer" + count;
    script.section(path, "wireguard_" + tunnel.name());
    peer.name().ifPresent(name -> script.option(path, "description", name));
    script.option(path, "public_key", peer.publicKey());
    peer.presharedKey().ifPresent(key -> script.option(path, "preshared_key", key.base64()));
    // One prefix an item: of a list in one item only the first becomes a route.
    peer.allowedIps().forEach(prefix -> script.item(path, "allowed_ips", prefix));
    boolean routes =
        !(tunnel.table() instanceof RouteTable.Off || tunnel.table() instanceof RouteTable.Onward);
    script.option(path, "route_allowed_ips", routes ? 1 : 0);
    peer.endpoint()
        .ifPresent(endpoint ->
            script
                .option(path, "endpoint_host", endpoint.host())
                .option(path, "endpoint_port", endpoint.port()));
    if (peer.keepaliveSeconds() > 0) {
      script.option(path, "persistent_keepalive", peer.keepaliveSeconds());
    }
  }

  private static void routes(UciScript script, NodeConfig node, Notes notes) {
    int count = 0;
    for (var route : node.routes()) {
      var device = route.device();
      boolean ofTunnel =
          node.interfaces().stream().anyMatch(t -> device.filter(t.name()::equals).isPresent());
      if (device.isPresent() && !ofTunnel) {
        notes.warning("F66", Place.PLANNED, "openwrt.other-route", RouteText.of(route));
        continue;
      }
      route(script, route, ++count);
    }
    for (var tunnel : node.interfaces()) {
      count = Onwards.of(tunnel).map(exit(script, count)).orElse(count);
    }
  }

  /** Every route by itself, and the rules; netifd has a word for each of {@code ip rule}'s. */
  private static Function<Onwards, Integer> exit(UciScript script, int before) {
    return onwards -> {
      int count = before;
      for (var route : onwards.routes()) {
        route(script, route, ++count);
      }
      for (var route : onwards.exits()) {
        route(script, route, ++count);
        script.option("network.guywire_route" + count, "table", onwards.table());
      }
      for (var rule : onwards.rules()) {
        String path = "network.guywire_rule" + ++count;
        script.section(path, rule.family() == Family.IPV4 ? "rule" : "rule6");
        rule.from().ifPresent(from -> script.option(path, "src", from));
        rule.table().ifPresent(table -> script.option(path, "lookup", table));
        rule.suppressed().ifPresent(l -> script.option(path, "suppress_prefixlength", l));
        rule.priority().ifPresent(priority -> script.option(path, "priority", priority));
      }
      return count;
    };
  }

  private static void route(UciScript script, Route route, int count) {
    String path = "network.guywire_route" + count;
    script.section(path, route.to().family() == Family.IPV4 ? "route" : "route6");
    // Without an interface the next hop is in the LAN: the uplink's routes are not ours.
    script.option(path, "interface", route.device().map(Object::toString).orElse("lan"));
    script.option(path, "target", route.to());
    route.via().ifPresent(via -> script.option(path, "gateway", via));
    route.metric().ifPresent(metric -> script.option(path, "metric", metric));
  }

  private static void nameServer(UciScript script, NameServer server, Notes notes) {
    if (!server.domain().isEmpty() && !DomainName.is(server.domain())) {
      notes.error(
          "F58", Place.PLANNED, "linux.domain", server.domain().replaceAll("\\p{Cntrl}", " "));
      return;
    }
    if (!server.upstream().isEmpty()) {
      notes.info("F58", Place.PLANNED, "openwrt.upstream");
    }
    if (!server.views().isEmpty()) {
      notes.info("F58", Place.PLANNED, "names.views");
    }
    int count = 0;
    for (var entry : new TreeMap<>(server.records()).entrySet()) {
      for (var address : entry.getValue()) {
        String path = "dhcp.guywire_name" + ++count;
        String suffix = server.domain().isEmpty() ? "" : "." + server.domain();
        script.section(path, "domain").option(path, "name", entry.getKey().label() + suffix);
        script.option(path, "ip", address);
      }
    }
    script.commit("dhcp");
  }

  /** Clears what an earlier batch made and nothing else, then loads this one. */
  private static String setup(NodeConfig node) {
    var lines = new Lines().add("#!/bin/sh").add("set -e").add("cd \"$(dirname \"$0\")\"");
    backUp(lines);
    for (var tunnel : node.interfaces()) {
      clear(lines, tunnel);
      lines.add("while uci -q delete 'network.@wireguard_" + tunnel.name() + "[0]'; do :; done");
    }
    lines.add("for file in network firewall dhcp; do");
    lines.add(
        "  for section in $(uci -q show $file | sed -n"
            + " \"s/^$file\\.\\(guywire_[A-Za-z0-9_]*\\)=.*/\\1/p\"); do");
    lines.add("    uci -q delete $file.$section");
    lines.add("  done");
    lines.add("done");
    lines.add("uci batch < " + BATCH);
    if (node.nat().stream().anyMatch(NatRule.Map.class::isInstance)) {
      lines.add("mkdir -p /etc/nftables.d").add("cp " + NETMAP + " /" + NETMAP);
    } else {
      lines.add("rm -f /" + NETMAP);
    }
    lines.add("/etc/init.d/network reload");
    node.interfaces().forEach(tunnel -> lines.add("ifup " + tunnel.name()));
    lines.add("/etc/init.d/firewall restart");
    if (node.nameServer().isPresent()) {
      lines.add("/etc/init.d/dnsmasq restart");
    }
    return lines.toString();
  }

  /** What the router has now stays beside the script. */
  private static void backUp(Lines lines) {
    lines.add("before=before-$(date +%Y%m%d-%H%M%S)");
    lines.add("(umask 077; mkdir -p $before)");
    lines.add("for file in network firewall dhcp; do");
    lines.add("  [ ! -f /etc/config/$file ] || cp -p /etc/config/$file $before/");
    lines.add("done");
  }

  /** Takes the tunnel's section away; a key that only the router has stays in it. */
  private static void clear(Lines lines, TunnelInterface tunnel) {
    String section = "network." + tunnel.name();
    if (tunnel.privateKey().isPresent()) {
      lines.add("uci -q delete " + section + " || true");
      return;
    }
    lines.add(
        "for option in $(uci -q show "
            + section
            + " | sed -n 's/^"
            + section.replace(".", "\\.")
            + "\\.\\([a-z0-9_]*\\)=.*/\\1/p'); do");
    lines.add("  [ $option = private_key ] || uci -q delete " + section + ".$option");
    lines.add("done");
  }

  private static RenderedFile readme(NodeConfig node, Locale locale, Notes notes) {
    var readme = new Readme(locale, node.name().text(), "OpenWrt");
    readme.step(
        "openwrt.readme.packages",
        "opkg update && opkg install kmod-wireguard wireguard-tools luci-proto-wireguard",
        "apk update && apk add kmod-wireguard wireguard-tools luci-proto-wireguard");
    readme.step(
        "openwrt.readme.copy",
        "ssh root@ROUTER 'umask 077; mkdir -p /root/guywire'",
        "scp -rO . root@ROUTER:/root/guywire/");
    readme.step("openwrt.readme.run", "ssh root@ROUTER sh /root/guywire/setup.sh");
    readme.paragraph("openwrt.readme.later");
    boolean named =
        node.interfaces().stream()
            .flatMap(tunnel -> tunnel.peers().stream())
            .anyMatch(p -> p.endpoint().isPresent() && p.endpoint().get().address().isEmpty());
    if (named) {
      readme.step(
          Notes.text("openwrt.readme.watchdog"),
          List.of(
              "echo '* * * * * /usr/bin/wireguard_watchdog' >> /etc/crontabs/root",
              "/etc/init.d/cron restart"));
    }
    return readme.limits(notes.all()).file();
  }
}
