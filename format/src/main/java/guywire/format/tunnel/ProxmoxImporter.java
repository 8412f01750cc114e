package guywire.format.tunnel;

import guywire.address.IpAddress;
import guywire.format.input.Format;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.Notes;
import guywire.format.syntax.ProxmoxFile;
import guywire.format.syntax.ProxmoxFile.Section;
import guywire.format.syntax.ProxmoxFile.Value;
import guywire.format.tunnel.TunnelDraft.PeerDraft;
import guywire.network.Forwarding;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the WireGuard fabrics of Proxmox VE 9.2: fabrics.cfg, and wg-keys.cfg for the keys. Every
 * internal node becomes a node, with the allowed IPs that Proxmox generates. Nftables scripts and
 * sysctl settings among the files count for each of them.
 */
public final class ProxmoxImporter implements Importer {

  /** A node section with what others need to know of it. */
  private record Member(String fabric, String id, Section section) {
    boolean isExternal() {
      return section.last("role").filter(role -> role.text().equals("external")).isPresent();
    }

    /** Its interfaces by name. */
    Map<String, Value> interfaces() {
      var named = new LinkedHashMap<String, Value>();
      for (var value : section.all("interfaces")) {
        named.put(value.parts().getOrDefault("name", ""), value);
      }
      return named;
    }
  }

  @Override
  public List<Imported> read(Name node, List<SourceFile> files) {
    var shared = new NodeDraft(node, Platform.PROXMOX, files);
    var fabrics = new HashMap<String, Section>();
    var members = new LinkedHashMap<String, Member>();
    var keys = new HashMap<String, Map<String, Value>>();
    var host = new ArrayList<SourceFile>();
    for (var file : files) {
      if (Format.detect(file).filter(format -> format == Format.PROXMOX).isEmpty()) {
        host.add(file);
        continue;
      }
      for (var section : ProxmoxFile.read(file, shared.notes()).sections()) {
        switch (section.type()) {
          case "wireguard_fabric" -> fabrics.put(section.id(), section);
          case "wireguard_node" -> {
            int underscore = section.id().indexOf('_');
            String fabric = section.id().substring(0, Math.max(underscore, 0));
            String id = section.id().substring(underscore + 1);
            members.put(fabric + "_" + id, new Member(fabric, id, section));
          }
          case "node" -> keys.put(section.id(), privateKeys(section));
          default ->
              shared
                  .notes()
                  .info("F66", section.place(), "import.unknown", FileValues.shown(section.type()));
        }
      }
    }
    var drafts = new LinkedHashMap<String, NodeDraft>();
    for (var member : members.values()) {
      if (!member.isExternal()) {
        var name = Name.tryParse(member.id().toLowerCase(Locale.ROOT)).orElse(node);
        var draft =
            drafts.computeIfAbsent(name.text(), n -> new NodeDraft(name, Platform.PROXMOX, files));
        node(member, members, fabrics, keys.getOrDefault(member.id(), Map.of()), draft);
      }
    }
    var read = new ArrayList<Imported>();
    for (var draft : drafts.values()) {
      var beside = new LinuxHostReader(draft);
      host.forEach(beside::read);
      var imported = draft.finish();
      var findings = new ArrayList<>(shared.notes().all());
      findings.addAll(imported.findings());
      read.add(new Imported(imported.node(), imported.places(), findings));
    }
    return read.isEmpty() ? List.of(shared.finish()) : read;
  }

  private static Map<String, Value> privateKeys(Section section) {
    var keys = new HashMap<String, Value>();
    for (var value : section.all("private_keys")) {
      // The key itself ends in "=", so it is taken as it stands.
      var parts = value.parts();
      keys.put(
          parts.getOrDefault("name", ""), new Value(parts.getOrDefault("key", ""), value.place()));
    }
    return keys;
  }

  private static void node(
      Member member,
      Map<String, Member> members,
      Map<String, Section> fabrics,
      Map<String, Value> keys,
      NodeDraft draft) {
    draft.forwardIpv4(Forwarding.ON, member.section().place());
    for (var entry : member.interfaces().entrySet()) {
      tunnel(entry.getKey(), entry.getValue(), keys, draft);
    }
    var routed = new HashMap<InterfaceName, Boolean>();
    var keepalive =
        Optional.ofNullable(fabrics.get(member.fabric()))
            .flatMap(f -> f.last("persistent_keepalive"));
    for (var value : member.section().all("peers")) {
      var parts = value.parts();
      var name = InterfaceName.tryParse(parts.getOrDefault("iface", ""));
      var tunnel = name.flatMap(draft::tunnel);
      var other =
          Optional.ofNullable(members.get(member.fabric() + "_" + parts.getOrDefault("node", "")));
      if (tunnel.isEmpty() || other.isEmpty()) {
        draft.notes().error("F66", value.place(), "proxmox.dangling");
        continue;
      }
      var peer = tunnel.get().peer(value.place());
      peer.name(other.get().id().toLowerCase(Locale.ROOT));
      peer(other.get(), parts, value.place(), peer, draft.notes());
      keepalive.ifPresent(seconds -> peer.keepalive(seconds.text(), seconds.place()));
      boolean routes = !parts.getOrDefault("skip_route_generation", "0").equals("1");
      routed.merge(name.get(), routes, Boolean::logicalAnd);
      if (!routes) {
        draft
            .notes()
            .info("F54", value.place(), "proxmox.no-routes", FileValues.shown(other.get().id()));
      }
    }
    routed.forEach((name, routes) -> {
      var tunnel = draft.tunnel(name, draft.whole());
      tunnel.table(routes ? new RouteTable.Auto() : new RouteTable.Off(), tunnel.place());
    });
  }

  private static void tunnel(
      String written, Value value, Map<String, Value> keys, NodeDraft draft) {
    var name = InterfaceName.tryParse(written);
    if (name.isEmpty()) {
      draft.notes().error("F67", value.place(), "value.interface", FileValues.shown(written));
      return;
    }
    var parts = value.parts();
    var tunnel = draft.tunnel(name.get(), value.place());
    Optional.ofNullable(keys.get(written))
        .ifPresentOrElse(
            key -> tunnel.privateKey(key.text(), key.place()),
            () ->
                Optional.ofNullable(parts.get("public_key"))
                    .ifPresent(key -> tunnel.publicKey(key, value.place())));
    Optional.ofNullable(parts.get("listen_port"))
        .ifPresent(port -> tunnel.listenPort(port, value.place()));
    for (var key : List.of("ip", "ip6")) {
      Optional.ofNullable(parts.get(key)).ifPresent(ip -> tunnel.address(ip, value.place()));
    }
  }

  private static void peer(
      Member other, Map<String, String> parts, Place place, PeerDraft peer, Notes notes) {
    var section = other.section();
    var host = Optional.ofNullable(parts.get("endpoint"));
    if (other.isExternal()) {
      section.last("public_key").ifPresent(key -> peer.publicKey(key.text(), key.place()));
      host.or(() -> section.last("endpoint").map(Value::text))
          .ifPresent(endpoint -> peer.endpoint(endpoint, place));
    } else {
      var there = other.interfaces().get(parts.getOrDefault("node_iface", ""));
      if (there == null) {
        notes.error("F66", place, "proxmox.dangling");
        peer.drop();
        return;
      }
      var its = there.parts();
      Optional.ofNullable(its.get("public_key"))
          .ifPresent(key -> peer.publicKey(key, there.place()));
      host.or(() -> section.last("endpoint").map(Value::text))
          .ifPresent(
              address -> peer.endpoint(address, its.getOrDefault("listen_port", "0"), place));
      section.last("ip").ifPresent(ip -> own(ip.text(), peer, ip.place()));
      for (var key : List.of("ip", "ip6")) {
        Optional.ofNullable(its.get(key)).ifPresent(ip -> own(ip, peer, there.place()));
      }
    }
    for (var allowed : section.all("allowed_ips")) {
      for (var prefix : allowed.text().split("[,\\s]+")) {
        peer.allowedIp(prefix, allowed.place());
      }
    }
  }

  /** An address of the peer itself: alone, whatever its prefix. */
  private static void own(String text, PeerDraft peer, Place place) {
    int slash = text.indexOf('/');
    String bare = slash < 0 ? text : text.substring(0, slash);
    IpAddress.tryParse(bare).ifPresent(address -> peer.allowedIp(address.toString(), place));
  }
}
