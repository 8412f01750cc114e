package guywire.format.tunnel;

import guywire.format.output.RenderedFile;
import guywire.format.output.Renderer;
import guywire.format.output.Rendering;
import guywire.format.syntax.DomainName;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.Lines;
import guywire.format.syntax.Notes;
import guywire.network.Forwarding;
import guywire.network.NameServer;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.TunnelInterface;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Writes a NixOS module on top of {@code networking.wg-quick}, whose full tunnels work as
 * wg-quick's. Keys stand in files of their own, because everything in the module becomes readable
 * by everybody in the Nix store.
 */
public final class NixOsRenderer implements Renderer {

  private static final String KEYS = "/etc/guywire/";

  @Override
  public Rendering render(NodeConfig node, Locale locale) {
    var notes = new Notes(node.name().text());
    var limits = new PlatformLimits(node, notes, "NixOS").hooks().marks();
    var files = new ArrayList<RenderedFile>();
    var module = new Lines().add("{ pkgs, ... }:").add("{");
    for (var tunnel : node.interfaces()) {
      tunnel(module, node, tunnel, limits, files, notes);
    }
    host(module, node, files);
    node.nameServer().ifPresent(server -> nameServer(module, server, notes));
    files.addFirst(RenderedFile.open("guywire.nix", module.add("}").toString()));
    var readme = new Readme(locale, node.name().text(), "NixOS");
    var install = new ArrayList<String>();
    install.add("install -d -m 700 " + KEYS.substring(0, KEYS.length() - 1));
    files.stream()
        .filter(RenderedFile::isSecret)
        .forEach(
            file -> install.add("install --backup=numbered -m 600 " + file.path() + " " + KEYS));
    for (var tunnel : node.interfaces()) {
      if (tunnel.privateKey().isEmpty()) {
        String key = KEYS + tunnel.name() + ".key";
        install.add("test -s " + key + " || (umask 077; wg genkey > " + key + ")");
        install.add("wg pubkey < " + key);
      }
    }
    readme.step("nixos.readme.keys", install.toArray(String[]::new));
    readme.step("nixos.readme.import", "imports = [ ./guywire.nix ];");
    readme.step("nixos.readme.switch", "nixos-rebuild switch");
    readme.paragraph("nixos.readme.later");
    files.add(readme.limits(notes.all()).file());
    return new Rendering(files, notes.all());
  }

  private static void tunnel(
      Lines module,
      NodeConfig node,
      TunnelInterface tunnel,
      PlatformLimits limits,
      List<RenderedFile> files,
      Notes notes) {
    String name = tunnel.name().text();
    module.add("  networking.wg-quick.interfaces." + string(name) + " = {");
    module.add("    address = " + list(tunnel.addresses()) + ";");
    module.add("    privateKeyFile = " + string(KEYS + name + ".key") + ";");
    tunnel
        .privateKey()
        .ifPresentOrElse(
            key -> files.add(RenderedFile.secret("keys/" + name + ".key", key.base64() + "\n")),
            () -> notes.warning("F66", Place.PLANNED, "nixos.no-key", name));
    tunnel.listenPort().ifPresent(port -> module.add("    listenPort = " + port + ";"));
    tunnel.mtu().ifPresent(mtu -> module.add("    mtu = " + mtu + ";"));
    switch (tunnel.table()) {
      case RouteTable.Auto() -> {}
      case RouteTable.Off _,
          RouteTable.Chosen _,
          RouteTable.ToGateway _,
          RouteTable.FromLan _,
          RouteTable.Onward _ ->
          module.add("    table = \"off\";");
      case RouteTable.Number(long number) -> module.add("    table = \"" + number + "\";");
    }
    var dns = new ArrayList<Object>(tunnel.dns().servers());
    dns.addAll(limits.searchDomains(tunnel));
    if (!dns.isEmpty()) {
      module.add("    dns = " + list(dns) + ";");
    }
    var up = new ArrayList<>(Onwards.of(tunnel).map(Onwards::up).orElse(List.of()));
    var down = new ArrayList<>(Onwards.of(tunnel).map(Onwards::down).orElse(List.of()));
    if (tunnel.equals(node.interfaces().getFirst())) {
      node.routes().forEach(route -> up.add("ip route replace " + RouteText.of(route)));
      node.routes().forEach(route -> down.add("ip route del " + RouteText.of(route)));
    }
    if (!up.isEmpty()) {
      module.add("    postUp = " + string(String.join("; ", up)) + ";");
      module.add("    preDown = " + string(String.join("; ", down)) + ";");
    }
    module.add("    peers = [");
    int count = 0;
    for (var peer : tunnel.peers()) {
      peer(module, name, peer, ++count, files);
    }
    module.add("    ];").add("  };");
  }

  private static void peer(
      Lines module, String tunnel, PeerConfig peer, int count, List<RenderedFile> files) {
    module.add("      {");
    peer.name().ifPresent(name -> module.add("        # " + name));
    module.add("        publicKey = " + string(peer.publicKey().toString()) + ";");
    peer.presharedKey()
        .ifPresent(key -> {
          String file = tunnel + "-" + count + ".psk";
          files.add(RenderedFile.secret("keys/" + file, key.base64() + "\n"));
          module.add("        presharedKeyFile = " + string(KEYS + file) + ";");
        });
    module.add("        allowedIPs = " + list(peer.allowedIps()) + ";");
    peer.endpoint()
        .ifPresent(
            endpoint -> module.add("        endpoint = " + string(endpoint.toString()) + ";"));
    if (peer.keepaliveSeconds() > 0) {
      module.add("        persistentKeepalive = " + peer.keepaliveSeconds() + ";");
    }
    module.add("      }");
  }

  /** What the host needs. Our table filters what the tunnels bring, so NixOS's own lets it pass. */
  private static void host(Lines module, NodeConfig node, List<RenderedFile> files) {
    if (node.forwardIpv4() == Forwarding.ON) {
      module.add("  boot.kernel.sysctl.\"net.ipv4.ip_forward\" = 1;");
    }
    if (node.forwardIpv6() == Forwarding.ON) {
      module.add("  boot.kernel.sysctl.\"net.ipv6.conf.all.forwarding\" = 1;");
    }
    var names = node.interfaces().stream().map(TunnelInterface::name).toList();
    module.add("  networking.firewall.trustedInterfaces = " + list(names) + ";");
    var ports =
        node.interfaces().stream()
            .flatMapToInt(tunnel -> tunnel.listenPort().stream())
            .mapToObj(String::valueOf)
            .toList();
    if (!ports.isEmpty()) {
      module.add("  networking.firewall.allowedUDPPorts = [ " + String.join(" ", ports) + " ];");
    }
    boolean marked =
        node.interfaces().stream().anyMatch(tunnel -> !Routes.of(tunnel).marked().isEmpty());
    if (marked) {
      module.add("  networking.firewall.checkReversePath = \"loose\";");
    }
    if (Nftables.isNeeded(node)) {
      files.add(RenderedFile.open("firewall.nft", Nftables.script(node)));
      module.add("  systemd.services.guywire-firewall = {");
      module.add("    description = \"Guywire firewall\";");
      module.add("    wantedBy = [ \"multi-user.target\" ];");
      module.add("    before = [ \"network-pre.target\" ];");
      module.add("    wants = [ \"network-pre.target\" ];");
      module.add("    serviceConfig = {");
      module.add("      Type = \"oneshot\";");
      module.add("      RemainAfterExit = true;");
      module.add("      ExecStart = \"${pkgs.nftables}/bin/nft -f ${./firewall.nft}\";");
      module.add("      ExecStop = \"${pkgs.nftables}/bin/nft delete table inet guywire\";");
      module.add("    };").add("  };");
    }
  }

  private static void nameServer(Lines module, NameServer server, Notes notes) {
    if (!server.domain().isEmpty() && !DomainName.is(server.domain())) {
      notes.error("F58", Place.PLANNED, "linux.domain", FileValues.shown(server.domain()));
      return;
    }
    if (!server.views().isEmpty()) {
      notes.info("F58", Place.PLANNED, "names.views");
    }
    var records = new ArrayList<String>();
    for (var entry : new TreeMap<>(server.records()).entrySet()) {
      String suffix = server.domain().isEmpty() ? "" : "." + server.domain();
      entry
          .getValue()
          .forEach(address -> records.add(entry.getKey().label() + suffix + "," + address));
    }
    module.add("  services.dnsmasq = {").add("    enable = true;");
    module.add("    resolveLocalQueries = false;").add("    settings = {");
    module.add("      bind-dynamic = true;").add("      no-resolv = true;");
    module.add("      no-hosts = true;");
    module.add("      listen-address = " + list(server.listen()) + ";");
    if (!server.domain().isEmpty()) {
      module.add("      local = " + string("/" + server.domain() + "/") + ";");
    }
    module.add("      host-record = " + list(records) + ";");
    module.add("      server = " + list(server.upstream()) + ";");
    module.add("    };").add("  };");
  }

  private static String list(List<?> values) {
    return "[ "
        + String.join("", values.stream().map(v -> string(v.toString()) + " ").toList())
        + "]";
  }

  /** A string of Nix: a backslash, a quote and the beginning of an expression are escaped. */
  static String string(String value) {
    return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "\\${") + "\"";
  }
}
