package guywire.format.tunnel;

import guywire.address.IpAddress.Family;
import guywire.format.output.RenderedFile;
import guywire.format.syntax.DomainName;
import guywire.format.syntax.Lines;
import guywire.format.syntax.Notes;
import guywire.network.Forwarding;
import guywire.network.NameServer;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import guywire.network.Routes;
import guywire.network.text.Place;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * What a Linux host needs beside its tunnels, whoever sets those up: kernel settings, firewall and
 * name server, in files that last across restarts.
 */
final class LinuxHost {

  static final String SYSCTL = "etc/sysctl.d/90-guywire.conf";
  static final String FIREWALL = "etc/guywire/firewall.nft";
  static final String FIREWALL_UNIT = "etc/systemd/system/guywire-firewall.service";
  static final String DNSMASQ = "etc/dnsmasq.d/guywire.conf";

  private final NodeConfig node;
  private final Notes notes;

  LinuxHost(NodeConfig node, Notes notes) {
    this.node = node;
    this.notes = notes;
  }

  /** Adds the files, and the steps that put them to work. */
  void addTo(List<RenderedFile> files, Readme readme) {
    String sysctl = sysctl();
    if (!sysctl.isEmpty()) {
      files.add(RenderedFile.open(SYSCTL, sysctl));
      readme.step("linux.readme.sysctl", InstallSteps.copy("-m 644", SYSCTL), "sysctl --system");
      if (node.forwardIpv6() == Forwarding.ON) {
        readme.paragraph("linux.readme.accept-ra");
      }
    }
    if (Nftables.isNeeded(node)) {
      files.add(RenderedFile.open(FIREWALL, Nftables.script(node)));
      files.add(RenderedFile.open(FIREWALL_UNIT, unit()));
      readme.step(
          "linux.readme.firewall",
          InstallSteps.copy("-D -m 644", FIREWALL),
          InstallSteps.copy("-m 644", FIREWALL_UNIT),
          "systemctl daemon-reload",
          "systemctl enable guywire-firewall.service",
          "systemctl restart guywire-firewall.service");
      readme.paragraph("linux.readme.other-firewalls");
    }
    for (var tunnel : node.interfaces()) {
      tunnel
          .listenPort()
          .ifPresent(port ->
              readme.paragraph("linux.readme.port", String.valueOf(port), tunnel.name().text()));
    }
    node.nameServer().ifPresent(server -> nameServer(server, files, readme));
  }

  private String sysctl() {
    var lines = new Lines();
    if (node.forwardIpv4() == Forwarding.ON) {
      lines.add("net.ipv4.ip_forward = 1");
    }
    if (node.forwardIpv6() == Forwarding.ON) {
      lines.add("net.ipv6.conf.all.forwarding = 1");
    }
    boolean marked =
        node.interfaces().stream()
            .anyMatch(tunnel -> Routes.of(tunnel).marked().contains(Family.IPV4));
    if (marked) {
      lines.add("net.ipv4.conf.all.src_valid_mark = 1");
      lines.add("net.ipv4.conf.all.rp_filter = 2");
    }
    if (node.forwardIpv4() == Forwarding.OFF || node.forwardIpv6() == Forwarding.OFF) {
      notes.info("F43", Place.PLANNED, "linux.forwarding-off");
    }
    return lines.toString();
  }

  private static String unit() {
    return """
    [Unit]
    Description=Guywire firewall
    After=nftables.service
    PartOf=nftables.service
    Before=network-pre.target
    Wants=network-pre.target
    DefaultDependencies=no
    Conflicts=shutdown.target
    Before=shutdown.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ExecStart=/usr/sbin/nft -f /etc/guywire/firewall.nft
    ExecReload=/usr/sbin/nft -f /etc/guywire/firewall.nft
    ExecStop=/usr/sbin/nft delete table inet guywire

    [Install]
    WantedBy=sysinit.target
    """;
  }

  private void nameServer(NameServer server, List<RenderedFile> files, Readme readme) {
    if (!server.domain().isEmpty() && !DomainName.is(server.domain())) {
      notes.error(
          "F58", Place.PLANNED, "linux.domain", server.domain().replaceAll("\\p{Cntrl}", " "));
      return;
    }
    if (!server.views().isEmpty()) {
      notes.info("F58", Place.PLANNED, "names.views");
    }
    files.add(RenderedFile.open(DNSMASQ, dnsmasq(server)));
    readme.step(
        "linux.readme.dnsmasq",
        "apt-get install dnsmasq",
        InstallSteps.copy("-D -m 644", DNSMASQ),
        "systemctl restart dnsmasq");
  }

  /** Listens on addresses that come later with the tunnel (bind-dynamic), and only on them. */
  private static String dnsmasq(NameServer server) {
    var lines = new Lines().add("bind-dynamic").add("no-resolv").add("no-hosts");
    server.listen().forEach(address -> lines.set("listen-address", address));
    if (!server.domain().isEmpty()) {
      lines.set("local", "/" + server.domain().toLowerCase(Locale.ROOT) + "/");
    }
    for (var entry : new TreeMap<>(server.records()).entrySet()) {
      String name =
          entry.getKey().label() + (server.domain().isEmpty() ? "" : "." + server.domain());
      for (var address : entry.getValue()) {
        lines.set("host-record", name + "," + address);
      }
    }
    server.upstream().forEach(address -> lines.set("server", address));
    return lines.toString();
  }
}
