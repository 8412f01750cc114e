package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.XmlTree;
import guywire.network.Doubt.Stage;
import guywire.network.Forwarding;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PacketMatch;
import guywire.network.Platform;
import guywire.network.Route;
import guywire.network.RouteTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Reads config.xml of OPNsense and pfSense. OPNsense routes allowed IPs into the tunnel unless told
 * otherwise, pfSense never does. Their firewall is not understood: answers that it could change say
 * so.
 *
 * <p>From the models of OPNsense's core and of pfSense's WireGuard package.
 */
public final class SenseImporter implements Importer {

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var draft = new NodeDraft(node, Platform.LINUX, files);
    draft.forwardIpv4(Forwarding.ON, draft.whole());
    draft.forwardIpv6(Forwarding.ON, draft.whole());
    for (var file : files) {
      var root = XmlTree.of(file);
      root.all("opnsense").forEach(box -> opnsense(box, draft));
      root.all("pfsense").forEach(box -> pfsense(box, draft));
    }
    if (!draft.tunnels().isEmpty()) {
      draft.notes().info("A01", draft.whole(), "import.assumed.sense");
    }
    return List.of(draft.finish());
  }

  private static boolean isOff(XmlTree element) {
    String word = element.text("enabled");
    return element.all("enabled").findAny().isPresent() && !word.matches("1|yes|on|true");
  }

  // OPNsense: //OPNsense/wireguard, servers and clients that are named by uuid.

  private static void opnsense(XmlTree box, NodeDraft draft) {
    var wireguard = box.all("OPNsense", "wireguard").findFirst();
    if (wireguard.isEmpty()) {
      return;
    }
    if (isOff(wireguard.get().all("general").findFirst().orElse(wireguard.get()))) {
      draft.notes().info("F65", wireguard.get().place(), "import.disabled", "wireguard");
      return;
    }
    Map<String, XmlTree> clients = new HashMap<>();
    wireguard.get().all("client", "clients", "client").forEach(one -> clients.put(one.id(), one));
    wireguard
        .get()
        .all("server", "servers", "server")
        .forEach(server -> server(server, clients, draft));
    routes(box, draft);
    firewall(box, draft);
  }

  private static void server(XmlTree server, Map<String, XmlTree> clients, NodeDraft draft) {
    String name = "wg" + server.text("instance");
    var parsed = InterfaceName.tryParse(name);
    if (parsed.isEmpty() || isOff(server)) {
      draft.notes().info("F65", server.place(), "import.disabled", server.text("name"));
      return;
    }
    var tunnel = draft.tunnel(parsed.get(), server.place());
    server.first("privkey").ifPresent(key -> tunnel.privateKey(key.text(), key.place()));
    if (server.first("privkey").isEmpty()) {
      server.first("pubkey").ifPresent(key -> tunnel.publicKey(key.text(), key.place()));
    }
    server.first("port").ifPresent(port -> tunnel.listenPort(port.text(), port.place()));
    server.first("mtu").ifPresent(mtu -> tunnel.mtu(mtu.text(), mtu.place()));
    server
        .first("tunneladdress")
        .ifPresent(own -> words(own).forEach(word -> tunnel.address(word, own.place())));
    if (server.text("disableroutes").equals("1")) {
      tunnel.table(new RouteTable.Off(), server.place());
    }
    for (var id : server.first("peers").map(SenseImporter::words).orElse(List.of())) {
      var client = Optional.ofNullable(clients.get(id)).filter(one -> !isOff(one));
      client.ifPresent(one -> client(one, tunnel));
    }
    draft.sayUnrouted(tunnel);
  }

  private static void client(XmlTree client, TunnelDraft tunnel) {
    var peer = tunnel.peer(client.place());
    peer.name(client.text("name"));
    client.first("pubkey").ifPresent(key -> peer.publicKey(key.text(), key.place()));
    client.first("psk").ifPresent(key -> peer.presharedKey(key.text(), key.place()));
    client
        .first("tunneladdress")
        .ifPresent(list -> words(list).forEach(word -> peer.allowedIp(word, list.place())));
    client
        .first("serveraddress")
        .ifPresent(host -> {
          String port = client.text("serverport");
          peer.endpoint(host.text(), port.isEmpty() ? "51820" : port, host.place());
        });
    client.first("keepalive").ifPresent(k -> peer.keepalive(k.text(), k.place()));
  }

  private static List<String> words(XmlTree element) {
    return List.of(element.text().split("[,\\s]+"));
  }

  // pfSense: installedpackages/wireguard, tunnels by name and peers that name their tunnel.

  private static void pfsense(XmlTree box, NodeDraft draft) {
    var wireguard = box.all("installedpackages", "wireguard").findFirst();
    if (wireguard.isEmpty()) {
      return;
    }
    routes(box, draft);
    wireguard
        .get()
        .all("tunnels", "item")
        .forEach(one -> pfsenseTunnel(one, box, wireguard.get(), draft));
    firewall(box, draft);
  }

  private static void pfsenseTunnel(XmlTree one, XmlTree box, XmlTree wireguard, NodeDraft draft) {
    String name = one.text("name");
    var parsed = InterfaceName.tryParse(name);
    if (parsed.isEmpty() || isOff(one)) {
      draft.notes().info("F65", one.place(), "import.disabled", FileValues.shown(name));
      return;
    }
    var tunnel = draft.tunnel(parsed.get(), one.place());
    one.first("privatekey").ifPresent(key -> tunnel.privateKey(key.text(), key.place()));
    one.first("listenport").ifPresent(port -> tunnel.listenPort(port.text(), port.place()));
    one.first("mtu").ifPresent(mtu -> tunnel.mtu(mtu.text(), mtu.place()));
    one.all("addresses", "row").forEach(row -> tunnel.address(prefix(row), row.place()));
    // An interface that was assigned has its address there.
    box.all("interfaces")
        .flatMap(all -> all.children().stream())
        .filter(own -> own.text("if").equals(name))
        .forEach(own -> {
          if (IpAddress.tryParse(own.text("ipaddr")).isPresent()) {
            tunnel.address(own.text("ipaddr") + "/" + own.text("subnet"), own.place());
          }
          if (IpAddress.tryParse(own.text("ipaddrv6")).isPresent()) {
            tunnel.address(own.text("ipaddrv6") + "/" + own.text("subnetv6"), own.place());
          }
        });
    tunnel.table(new RouteTable.Off(), one.place());
    wireguard
        .all("peers", "item")
        .filter(peer -> peer.text("tun").equals(name) && !isOff(peer))
        .forEach(peer -> pfsensePeer(peer, tunnel));
    draft.sayUnrouted(tunnel);
  }

  private static void pfsensePeer(XmlTree one, TunnelDraft tunnel) {
    var peer = tunnel.peer(one.place());
    peer.name(one.text("descr"));
    one.first("publickey").ifPresent(key -> peer.publicKey(key.text(), key.place()));
    one.first("presharedkey").ifPresent(key -> peer.presharedKey(key.text(), key.place()));
    one.all("allowedips", "row").forEach(row -> peer.allowedIp(prefix(row), row.place()));
    one.first("endpoint")
        .ifPresent(host -> {
          String port = one.text("port");
          peer.endpoint(host.text(), port.isEmpty() ? "51820" : port, host.place());
        });
    one.first("persistentkeepalive").ifPresent(k -> peer.keepalive(k.text(), k.place()));
  }

  private static String prefix(XmlTree row) {
    return row.text("address") + "/" + row.text("mask");
  }

  // What both have.

  /** Static routes, by gateways that have names. */
  private static void routes(XmlTree box, NodeDraft draft) {
    Map<String, IpAddress> gateways = new HashMap<>();
    box.all("gateways", "gateway_item")
        .forEach(one ->
            IpAddress.tryParse(one.text("gateway"))
                .ifPresent(address -> gateways.put(one.text("name"), address)));
    box.all("staticroutes", "route")
        .filter(one -> !one.text("disabled").equals("1"))
        .forEach(one -> {
          var to = Prefix.tryParse(one.text("network"));
          var via = Optional.ofNullable(gateways.get(one.text("gateway")));
          if (to.isPresent() && via.isPresent()) {
            draft.route(
                new Route(to.get(), via, Optional.empty(), OptionalInt.empty()), one.place());
          } else {
            var match =
                to.map(prefix -> PacketMatch.ANY.to(List.of(prefix))).orElse(PacketMatch.ANY);
            draft.doubt(Stage.ROUTING, match, one.place(), "route " + one.text("gateway"));
          }
        });
    Stream.concat(box.all("nat", "outbound", "rule"), box.all("nat", "rule"))
        .filter(one -> one.first("disabled").isEmpty())
        .forEach(one -> draft.doubt(Stage.ROUTING, PacketMatch.ANY, one.place(), "nat rule"));
  }

  /** Nothing comes in or through unless a rule lets it. */
  private static void firewall(XmlTree box, NodeDraft draft) {
    var place = box.all("filter").findFirst().map(XmlTree::place).orElse(box.place());
    draft.doubt(Stage.FORWARD, PacketMatch.ANY, place, "filter");
    draft.doubt(Stage.INPUT, PacketMatch.ANY, place, "filter");
  }
}
