package guywire.format.tunnel;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.output.Rendered;
import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.Lines;
import guywire.format.syntax.Notes;
import guywire.network.InterfaceAddress;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Writes a WireGuard fabric of Proxmox VE 9.2: fabrics.cfg and, for keys that are known,
 * wg-keys.cfg. The files are one for a whole cluster; nodes written together become its internal
 * nodes, every other peer an external one. What only one node of the cluster needs (its firewall,
 * its kernel settings) is written for it alone.
 */
public final class ProxmoxRenderer implements Renderer {

  private static final String FABRIC = "guywire";

  /** Fabric and interface names: Proxmox makes others from them and wants them short. */
  private static final Pattern SHORT = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9-]{0,6}[a-zA-Z0-9]?");

  /** The MTU of a VXLAN over a tunnel: Ethernet 14, VXLAN 8, UDP 8, IPv4 20. */
  private static final int VXLAN_BYTES = 50;

  private static final int USUAL_MTU = 1420;

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    return render(List.of(node), locale);
  }

  /** The files of a cluster whose nodes these are; of a single node, with what it needs itself. */
  public Rendering render(List<NodeConfig> nodes, Locale locale) {
    boolean alone = nodes.size() == 1;
    var notes = new Notes(alone ? nodes.getFirst().name().text() : "Proxmox VE");
    nodes.forEach(node -> limits(node, notes));
    var cluster = new Cluster(nodes);
    var keepalives = new HashSet<Integer>();
    nodes.forEach(n ->
        n.interfaces().forEach(t -> t.peers().forEach(p -> keepalives.add(p.keepaliveSeconds()))));
    if (keepalives.size() > 1) {
      notes.warning("F66", Place.PLANNED, "proxmox.keepalive");
    }
    var lines = new Lines().add("wireguard_fabric: " + FABRIC);
    int keepalive = keepalives.stream().mapToInt(k -> k).max().orElse(0);
    if (keepalive > 0) {
      lines.add("\tpersistent_keepalive " + keepalive);
    }
    var external = new LinkedHashMap<String, PeerConfig>();
    nodes.forEach(node -> internal(lines, node, cluster, external, notes));
    external.forEach((name, peer) -> external(lines, name, peer));
    var files = new ArrayList<RenderedFile>();
    files.add(RenderedFile.open("etc/pve/sdn/fabrics.cfg", lines.toString()));
    files.add(RenderedFile.secret("etc/pve/priv/wg-keys.cfg", keys(nodes)));
    String names = String.join(", ", nodes.stream().map(node -> node.name().text()).toList());
    var readme = new Readme(locale, names, "Proxmox VE");
    readme.step(
        "proxmox.readme.install",
        "apt-get install wireguard-tools",
        "(umask 077; mkdir -p /root/guywire-before)",
        "cp --backup=numbered /etc/pve/sdn/fabrics.cfg /etc/pve/priv/wg-keys.cfg"
            + " /root/guywire-before/",
        "cat etc/pve/sdn/fabrics.cfg >> /etc/pve/sdn/fabrics.cfg",
        "cat etc/pve/priv/wg-keys.cfg >> /etc/pve/priv/wg-keys.cfg");
    readme.step("proxmox.readme.apply", "pvesh set /cluster/sdn");
    int mtu =
        nodes.stream()
            .flatMap(node -> node.interfaces().stream())
            .mapToInt(tunnel -> tunnel.mtu().orElse(USUAL_MTU))
            .min()
            .orElse(USUAL_MTU);
    readme.paragraph("proxmox.readme.vxlan", FABRIC, String.valueOf(mtu - VXLAN_BYTES));
    if (alone) {
      new LinuxHost(nodes.getFirst(), notes).addTo(files, readme);
    } else {
      readme.paragraph("proxmox.readme.nodes");
    }
    readme.paragraph("proxmox.readme.later");
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  /** What one node of a cluster needs beside the cluster's own files. */
  public static Rendering host(NodeConfig node, Locale locale) {
    var notes = new Notes(node.name().text());
    var files = new ArrayList<RenderedFile>();
    var readme = new Readme(locale, node.name().text(), "Proxmox VE");
    readme.paragraph("proxmox.readme.cluster", "../" + Rendered.PROXMOX_CLUSTER);
    readme.step("proxmox.readme.tools", "apt-get install wireguard-tools");
    new LinuxHost(node, notes).addTo(files, readme);
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  private static void limits(NodeConfig node, Notes notes) {
    new PlatformLimits(node, notes, "Proxmox VE").hooks().exits().marks().dns().uniquePeers();
    if (!node.routes().isEmpty()) {
      notes.warning("F66", Place.PLANNED, "proxmox.routes");
    }
    for (var tunnel : node.interfaces()) {
      String name = tunnel.name().text();
      if (!SHORT.matcher(name).matches()) {
        notes.error("F67", Place.PLANNED, "proxmox.name", name);
      }
      if (tunnel.listenPort().isEmpty()) {
        notes.error("F25", Place.PLANNED, "proxmox.port", name);
      }
      if (tunnel.table() instanceof RouteTable.Number) {
        notes.warning("F66", Place.PLANNED, "limit.table", "Proxmox VE", name);
      }
      if (tunnel.mtu().isPresent() && tunnel.mtu().getAsInt() != USUAL_MTU) {
        notes.warning(
            "F60", Place.PLANNED, "proxmox.mtu", name, String.valueOf(tunnel.mtu().getAsInt()));
      }
      if (tunnel.peers().stream().anyMatch(peer -> peer.presharedKey().isPresent())) {
        notes.error("F04", Place.PLANNED, "proxmox.psk", name);
      }
      if (tunnel.peers().stream()
          .flatMap(p -> p.allowedIps().stream())
          .anyMatch(Prefix::isDefault)) {
        notes.warning("F17", Place.PLANNED, "proxmox.default", name);
      }
      for (var family : Family.values()) {
        if (tunnel.addresses().stream().filter(a -> a.address().family() == family).count() > 1) {
          notes.error("F18", Place.PLANNED, "proxmox.addresses", name);
        }
      }
    }
  }

  /** Who has which key among the nodes written together. */
  private record Home(NodeConfig node, TunnelInterface tunnel) {}

  private static final class Cluster {
    private final Map<PublicKey, Home> homes = new HashMap<>();
    private final List<NodeConfig> nodes;

    Cluster(List<NodeConfig> nodes) {
      this.nodes = nodes;
      for (var node : nodes) {
        for (var tunnel : node.interfaces()) {
          tunnel.publicKey().ifPresent(key -> homes.put(key, new Home(node, tunnel)));
        }
      }
    }

    Optional<Home> home(PeerConfig peer) {
      return Optional.ofNullable(homes.get(peer.publicKey()));
    }

    /** Where the first of the others that calls a node calls it. */
    Optional<String> host(NodeConfig node) {
      return seen(node).stream()
          .flatMap(peer -> peer.endpoint().stream())
          .map(endpoint -> endpoint.host())
          .findFirst();
    }

    /** What the others say of a node: every peer entry with one of its keys. */
    List<PeerConfig> seen(NodeConfig node) {
      return nodes.stream()
          .flatMap(other -> other.interfaces().stream())
          .flatMap(tunnel -> tunnel.peers().stream())
          .filter(peer -> home(peer).filter(home -> home.node().equals(node)).isPresent())
          .toList();
    }
  }

  private static void internal(
      Lines lines,
      NodeConfig node,
      Cluster cluster,
      Map<String, PeerConfig> external,
      Notes notes) {
    lines.gap().add("wireguard_node: " + FABRIC + "_" + node.name().label());
    lines.add("\trole internal");
    var seen = cluster.seen(node);
    cluster.host(node).ifPresent(host -> lines.add("\tendpoint " + host));
    var own = new HashSet<Prefix>();
    node.interfaces().forEach(t -> t.addresses().forEach(a -> own.add(Prefix.host(a.address()))));
    var behind = new ArrayList<Set<Prefix>>();
    for (var peer : seen) {
      var rest = new LinkedHashSet<>(peer.allowedIps());
      rest.removeAll(own);
      behind.add(rest);
    }
    if (behind.stream().distinct().count() > 1) {
      notes.warning("F14", Place.PLANNED, "proxmox.allowed", node.name().text());
    }
    behind.stream()
        .flatMap(Set::stream)
        .distinct()
        .forEach(prefix -> lines.add("\tallowed_ips " + prefix));
    for (var tunnel : node.interfaces()) {
      lines.add("\tinterfaces " + description(tunnel));
    }
    for (var tunnel : node.interfaces()) {
      String skip = tunnel.table() instanceof RouteTable.Off ? ",skip_route_generation=1" : "";
      for (var peer : tunnel.peers()) {
        var home = cluster.home(peer);
        String who =
            home.map(h ->
                    "type=internal,node="
                        + h.node().name().label()
                        + ",node_iface="
                        + h.tunnel().name())
                .orElseGet(() -> "type=external,node=" + name(peer, external));
        who += home.map(h -> endpoint(peer, h, cluster, notes)).orElse("");
        lines.add("\tpeers " + who + ",iface=" + tunnel.name() + skip);
      }
    }
  }

  /**
   * Where this peer is called, if not where the fabric says its node is. A fabric takes the port
   * from the other end's interface, so a forwarded port can't be said.
   */
  private static String endpoint(PeerConfig peer, Home home, Cluster cluster, Notes notes) {
    if (peer.endpoint().isEmpty()) {
      return "";
    }
    var written = peer.endpoint().get();
    if (home.tunnel().listenPort().isPresent()
        && home.tunnel().listenPort().getAsInt() != written.port()) {
      notes.error(
          "F66", Place.PLANNED, "proxmox.endpoint-port", home.node().name().text(), "" + written);
    }
    boolean usual = cluster.host(home.node()).equals(Optional.of(written.host()));
    return usual ? "" : ",endpoint=" + written.host();
  }

  private static String description(TunnelInterface tunnel) {
    var text = new StringBuilder("name=").append(tunnel.name());
    tunnel.listenPort().ifPresent(port -> text.append(",listen_port=").append(port));
    tunnel.publicKey().ifPresent(key -> text.append(",public_key=").append(key));
    for (var family : Family.values()) {
      tunnel.addresses().stream()
          .filter(address -> address.address().family() == family)
          .findFirst()
          .map(InterfaceAddress::toString)
          .ifPresent(ip -> text.append(family == Family.IPV4 ? ",ip=" : ",ip6=").append(ip));
    }
    return text.toString();
  }

  /** The name of an external peer: its own, or one made up. */
  private static String name(PeerConfig peer, Map<String, PeerConfig> external) {
    for (var entry : external.entrySet()) {
      if (entry.getValue().publicKey().equals(peer.publicKey())) {
        return entry.getKey();
      }
    }
    String name =
        peer.name()
            .map(Name::label)
            .filter(known -> !external.containsKey(known))
            .orElse("peer" + (external.size() + 1));
    external.put(name, peer);
    return name;
  }

  private static void external(Lines lines, String name, PeerConfig peer) {
    lines.gap().add("wireguard_node: " + FABRIC + "_" + name).add("\trole external");
    peer.endpoint().ifPresent(endpoint -> lines.add("\tendpoint " + endpoint));
    lines.add("\tpublic_key " + peer.publicKey());
    peer.allowedIps().forEach(prefix -> lines.add("\tallowed_ips " + prefix));
  }

  private static String keys(List<NodeConfig> nodes) {
    var lines = new Lines();
    for (var node : nodes) {
      lines.gap().add("node: " + node.name().label());
      for (var tunnel : node.interfaces()) {
        tunnel
            .privateKey()
            .ifPresent(
                key -> lines.add("\tprivate_keys name=" + tunnel.name() + ",key=" + key.base64()));
      }
    }
    return lines.toString();
  }
}
