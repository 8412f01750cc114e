package guywire.format.tunnel;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.firewall.RouterOsFirewall;
import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.DomainName;
import guywire.format.syntax.Notes;
import guywire.format.syntax.RouterOsScript;
import guywire.format.syntax.RouterOsScript.Item;
import guywire.network.Forwarding;
import guywire.network.NameServer;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Writes a script for RouterOS 7. It first removes what an earlier run made, known by the tunnel's
 * name or by comments that begin with {@code guywire}, and can so be run again.
 *
 * <p>RouterOS makes no routes from allowed addresses: each is written.
 */
public final class RouterOsRenderer implements Renderer {

  static final String SCRIPT = "guywire.rsc";

  private static final String OURS = RouterOsScript.OURS;

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    var notes = new Notes(node.name().text());
    var limits = new PlatformLimits(node, notes, "RouterOS").hooks().uniquePeers().marks();
    var script = new RouterOsScript();
    script.comment("RouterOS 7, Guywire node " + node.name());
    clear(script, node);
    for (var tunnel : node.interfaces()) {
      tunnel(script, tunnel, notes);
      limits.searchDomains(tunnel);
    }
    routes(script, node, notes);
    new RouterOsFirewall(node, script).write();
    resolver(script, node, notes);
    if (node.forwardIpv4() == Forwarding.OFF || node.forwardIpv6() == Forwarding.OFF) {
      notes.info("F43", Place.PLANNED, "routeros.forwards");
    }
    var files = new ArrayList<RenderedFile>();
    files.add(RenderedFile.secret(SCRIPT, script.toString()));
    var readme = new Readme(locale, node.name().text(), "RouterOS 7");
    readme.step(
        "routeros.readme.backup", "ssh admin@ROUTER /export show-sensitive file=before-guywire");
    readme.step("routeros.readme.copy", "scp " + SCRIPT + " admin@ROUTER:");
    readme.step(
        "routeros.readme.run",
        "ssh admin@ROUTER /import file-name=" + SCRIPT,
        "ssh admin@ROUTER /file/remove " + SCRIPT);
    readme.paragraph("routeros.readme.later");
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  private static void clear(RouterOsScript script, NodeConfig node) {
    script.comment("remove what an earlier run made");
    for (var tunnel : node.interfaces()) {
      String name = RouterOsScript.word(tunnel.name().text());
      script.command("/interface/wireguard/peers/remove [find interface=" + name + "]");
      for (var menu : List.of("/ip/address", "/ipv6/address")) {
        script.command(menu + "/remove [find interface=" + name + "]");
      }
      if (tunnel.privateKey().isPresent()) {
        script.command("/interface/wireguard/remove [find name=" + name + "]");
      }
    }
    for (var menu :
        List.of(
            "/ip/route",
            "/ipv6/route",
            "/routing/rule",
            "/ip/firewall/filter",
            "/ipv6/firewall/filter",
            "/ip/firewall/nat",
            "/ipv6/firewall/nat",
            "/ip/firewall/mangle",
            "/ipv6/firewall/mangle",
            "/ip/firewall/address-list",
            "/ipv6/firewall/address-list",
            "/ip/dns/static")) {
      script.command(menu + "/remove [find comment~\"^" + OURS + "\"]");
    }
  }

  private static void tunnel(RouterOsScript script, TunnelInterface tunnel, Notes notes) {
    script.comment("tunnel " + tunnel.name());
    String name = RouterOsScript.word(tunnel.name().text());
    boolean here = tunnel.privateKey().isPresent();
    if (!here) {
      // Taken away, it would take the only copy of its key along.
      script.command(
          ":if ([:len [/interface/wireguard/find name=%s]] = 0) do={/interface/wireguard/add name=%s}"
              .formatted(name, name));
    }
    var item =
        here
            ? new Item("/interface/wireguard")
            : Item.change("/interface/wireguard", "[find name=" + name + "]");
    item.with("name", tunnel.name());
    tunnel.listenPort().ifPresent(port -> item.with("listen-port", port));
    tunnel.mtu().ifPresent(mtu -> item.with("mtu", mtu));
    tunnel.privateKey().ifPresent(key -> item.with("private-key", key.base64()));
    script.add(item);
    if (tunnel.privateKey().isEmpty()) {
      notes.warning("F66", Place.PLANNED, "routeros.no-key", tunnel.name().text());
    }
    if (tunnel.listenPort().isEmpty()) {
      notes.info("F25", Place.PLANNED, "routeros.port", tunnel.name().text());
    }
    var seen = new HashSet<Prefix>();
    for (var peer : tunnel.peers()) {
      peer.allowedIps().stream()
          .filter(prefix -> !seen.add(prefix))
          .forEach(
              prefix -> notes.error("F10", Place.PLANNED, "routeros.overlap", prefix.toString()));
      script.add(peer(tunnel, peer, notes));
    }
    for (var address : tunnel.addresses()) {
      boolean isIpv4 = address.address().isIpv4();
      var added = new Item(isIpv4 ? "/ip/address" : "/ipv6/address").with("address", address);
      script.add(
          isIpv4
              ? added.with("interface", tunnel.name())
              : added.with("interface", tunnel.name()).with("advertise", "no"));
    }
  }

  private static Item peer(TunnelInterface tunnel, PeerConfig peer, Notes notes) {
    var item = new Item("/interface/wireguard/peers").with("interface", tunnel.name());
    peer.name().ifPresent(name -> item.with("comment", name));
    item.with("public-key", peer.publicKey());
    peer.presharedKey().ifPresent(key -> item.with("preshared-key", key.base64()));
    if (peer.allowedIps().isEmpty()) {
      notes.error("F66", Place.PLANNED, "routeros.no-allowed", peer.publicKey().toString());
    } else {
      var allowed = peer.allowedIps().stream().map(Prefix::toString).toList();
      item.with("allowed-address", String.join(",", allowed));
    }
    peer.endpoint()
        .ifPresent(endpoint ->
            item.with("endpoint-address", endpoint.host()).with("endpoint-port", endpoint.port()));
    if (peer.keepaliveSeconds() > 0) {
      item.with("persistent-keepalive", peer.keepaliveSeconds() + "s");
    }
    return item;
  }

  private static void routes(RouterOsScript script, NodeConfig node, Notes notes) {
    script.comment("routes");
    for (var tunnel : node.interfaces()) {
      var device = Optional.of(tunnel.name());
      var routes = Routes.of(tunnel);
      Optional<String> table = Optional.empty();
      if (tunnel.table() instanceof RouteTable.Number(long number)) {
        table = Optional.of(OURS + number);
        script.command(
            ":if ([:len [/routing/table/find name=%1$s]] = 0) do={/routing/table/add name=%1$s fib}"
                .formatted(table.get()));
      }
      for (var prefix : routes.installed()) {
        script.add(route(new Route(prefix, Optional.empty(), device, OptionalInt.empty()), table));
      }
      if (!routes.marked().isEmpty()) {
        fullTunnel(script, tunnel, routes);
        notes.warning("F17", Place.PLANNED, "routeros.full", tunnel.name().text());
      }
      Onwards.of(tunnel).ifPresent(onwards -> exit(script, tunnel, onwards));
    }
    node.routes().forEach(route -> script.add(route(route, Optional.empty())));
  }

  /** A table for the default route of an exit behind the tunnel, used by its clients alone. */
  private static void exit(RouterOsScript script, TunnelInterface tunnel, Onwards onwards) {
    String table = OURS + "-exit-" + tunnel.name();
    script.command(
        ":if ([:len [/routing/table/find name=%1$s]] = 0) do={/routing/table/add name=%1$s fib}"
            .formatted(RouterOsScript.word(table)));
    onwards.exits().forEach(route -> script.add(route(route, Optional.of(table))));
    for (var rule : onwards.rules()) {
      var item = new Item("/routing/rule");
      rule.from().ifPresent(from -> item.with("src-address", from));
      // A table that is asked alone leaves nothing to the router's own line.
      if (rule.suppressed().isPresent()) {
        item.with("min-prefix", rule.suppressed().getAsInt());
        item.with("action", "lookup").with("table", "main");
      } else {
        item.with("action", "lookup-only-in-table").with("table", table);
      }
      script.add(item.with("comment", OURS + " exit behind " + tunnel.name()));
    }
  }

  /** A table for the default route, used by everything that has no better route in main. */
  private static void fullTunnel(RouterOsScript script, TunnelInterface tunnel, Routes routes) {
    String table = OURS + "-" + tunnel.name();
    script.command(
        ":if ([:len [/routing/table/find name=%1$s]] = 0) do={/routing/table/add name=%1$s fib}"
            .formatted(RouterOsScript.word(table)));
    for (var family : Family.values()) {
      if (routes.marked().contains(family)) {
        var all = new Prefix(family.any(), 0);
        var route =
            new Route(all, Optional.empty(), Optional.of(tunnel.name()), OptionalInt.empty());
        script.add(route(route, Optional.of(table)));
      }
    }
    for (var peer : tunnel.peers()) {
      peer.endpoint()
          .flatMap(endpoint -> endpoint.address())
          .ifPresent(address ->
              script.add(
                  new Item("/routing/rule")
                      .with("dst-address", Prefix.host(address))
                      .with("action", "lookup")
                      .with("table", "main")
                      .with("comment", OURS + " endpoint")));
    }
    script.add(
        new Item("/routing/rule")
            .with("min-prefix", 0)
            .with("action", "lookup")
            .with("table", "main")
            .with("comment", OURS + " near"));
    script.add(
        new Item("/routing/rule")
            .with("action", "lookup")
            .with("table", table)
            .with("comment", OURS + " full tunnel " + tunnel.name()));
  }

  private static Item route(Route route, Optional<String> table) {
    boolean isIpv4 = route.to().family() == Family.IPV4;
    var item = new Item(isIpv4 ? "/ip/route" : "/ipv6/route").with("dst-address", route.to());
    String via = route.via().map(Object::toString).orElse("");
    String device = route.device().map(Object::toString).orElse("");
    item.with("gateway", via + (via.isEmpty() || device.isEmpty() ? "" : "%") + device);
    route.metric().ifPresent(metric -> item.with("distance", Math.clamp(metric, 1, 255)));
    table.ifPresent(name -> item.with("routing-table", name));
    return item.with("comment", OURS);
  }

  private static void resolver(RouterOsScript script, NodeConfig node, Notes notes) {
    var servers = node.interfaces().stream().flatMap(t -> t.dns().servers().stream()).toList();
    if (!servers.isEmpty()) {
      script.command(
          "/ip/dns/set servers="
              + String.join(",", servers.stream().map(Object::toString).toList()));
    }
    if (node.interfaces().stream().anyMatch(t -> !t.dns().searchDomains().isEmpty())) {
      notes.warning("F58", Place.PLANNED, "routeros.search");
    }
    node.nameServer().ifPresent(server -> nameServer(script, server, notes));
  }

  private static void nameServer(RouterOsScript script, NameServer server, Notes notes) {
    if (!server.domain().isEmpty() && !DomainName.is(server.domain())) {
      notes.error(
          "F58", Place.PLANNED, "linux.domain", server.domain().replaceAll("\\p{Cntrl}", " "));
      return;
    }
    script.comment("names");
    script.command("/ip/dns/set allow-remote-requests=yes");
    if (!server.upstream().isEmpty()) {
      notes.info("F58", Place.PLANNED, "openwrt.upstream");
    }
    if (!server.views().isEmpty()) {
      notes.info("F58", Place.PLANNED, "names.views");
    }
    for (var entry : new TreeMap<>(server.records()).entrySet()) {
      String suffix = server.domain().isEmpty() ? "" : "." + server.domain();
      for (var address : entry.getValue()) {
        script.add(
            new Item("/ip/dns/static")
                .with("name", entry.getKey().label() + suffix)
                .with("type", address.isIpv4() ? "A" : "AAAA")
                .with("address", address)
                .with("comment", OURS));
      }
    }
  }
}
