package guywire.prove;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Faults of files as such: what their format, their mode or their place does to them. */
class FileFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        laptop("F07", "wg.key", t -> t.replace("KEY(laptop)", "AAAA" + "KEY(laptop)"), t -> t),
        modes("laptop/wg0.conf", Disk.LAPTOP, 0644, 0640),
        modes("laptop/etc/wireguard/privatekey", "KEY(laptop)\n", 0644, 0600),
        fault(
            "F08",
            "openwrt.peer-key",
            openwrt("option private_key 'KEY(hub)'"),
            openwrt("option description 'hub'")),
        laptop("F09", "wg.placeholder", t -> t.replace("PUB(hub)", "<public key of hub>"), t -> t),
        laptop(
            "F09",
            "wg.example-key",
            t -> t.replace("KEY(laptop)", "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="),
            t -> t),
        laptop(
            "F11",
            "wg.host-bits",
            t -> t.replace("10.0.0.0/24", "10.0.0.1/24"),
            t -> t.replace("10.0.0.0/24", "10.0.0.1/32")),
        laptop(
            "F36",
            "wg.brackets",
            t -> t.replace("1.1.1.1:51820", "2001:db8::1:51820"),
            t -> t.replace("1.1.1.1:51820", "[2001:db8::1]:51820")),
        laptop("F37", "wg.port-wraps", listen("70000"), listen("65535")),
        fault(
            "F43",
            "host.misplaced",
            Disk.working().file("hub/etc/syslog.conf", "net.ipv4.ip_forward = 1\n"),
            Disk.working().file("hub/etc/sysctl.conf", "net.ipv4.ip_forward = 1\n")),
        laptop(
            "F51",
            "wg.hook-comment",
            t -> t.replace("[Peer]", "PostUp = true # says nothing\n[Peer]"),
            t -> t.replace("[Peer]", "PostUp = true\n[Peer]")),
        fault(
            "F55",
            "openwrt.unrouted",
            openwrt("option route_allowed_ips '0'"),
            openwrt("option route_allowed_ips '1'")),
        fault("F55", "import.unrouted.networkd", networkd(""), networkd("RouteTable=main\n")),
        fault(
            "F55",
            "routeros.unrouted",
            routeros(""),
            routeros("/ip/route/add dst-address=10.9.0.0/24 gateway=wg0\n")),
        laptop(
            "F63",
            "wg.save-config",
            t -> t.replace("[Peer]", "SaveConfig = true\n[Peer]"),
            t -> t.replace("[Peer]", "SaveConfig = false\n[Peer]")),
        fault(
            "F65",
            "openwrt.disabled",
            openwrt("option disabled '1'"),
            openwrt("option disabled '0'")),
        laptop(
            "F66",
            "wg.unrecognized",
            t -> t.replace("[Peer]", "[Peer]\nAddress = 10.0.0.9"),
            t -> t.replace("[Peer]", "Address = 10.0.0.9\n[Peer]")),
        fault(
            "F67",
            "wg.file-name",
            new Disk().file("laptop/a-name-that-is-too-long.conf", Disk.LAPTOP),
            new Disk().file("laptop/not-so-long.conf", Disk.LAPTOP)),
        fault(
            "F68",
            "host.twice",
            networkd("").file("laptop/wg0.conf", Disk.LAPTOP),
            networkd("").file("laptop/wg1.conf", Disk.LAPTOP)));
  }

  private static FaultCase fault(String code, String message, Disk shows, Disk silent) {
    return new FaultCase(code, message, shows::findings, silent::findings);
  }

  private static FaultCase laptop(
      String code, String message, UnaryOperator<String> shows, UnaryOperator<String> silent) {
    return fault(
        code,
        message,
        new Disk().file("hub/wg0.conf", Disk.HUB).file("laptop/wg0.conf", shows.apply(Disk.LAPTOP)),
        new Disk()
            .file("hub/wg0.conf", Disk.HUB)
            .file("laptop/wg0.conf", silent.apply(Disk.LAPTOP)));
  }

  private static UnaryOperator<String> listen(String port) {
    return text -> text.replace("[Peer]", "ListenPort = " + port + "\n[Peer]");
  }

  private static FaultCase modes(String path, String text, int open, int closed) {
    return fault(
        "F08",
        "secret.exposed",
        new Disk().file("hub/wg0.conf", Disk.HUB).file(path, open, text),
        new Disk().file("hub/wg0.conf", Disk.HUB).file(path, closed, text));
  }

  /** A router with a tunnel, and a line more for its peer. */
  private static Disk openwrt(String line) {
    return new Disk()
        .file("hub/wg0.conf", Disk.HUB)
        .file(
            "laptop/network",
            """
            config interface 'wg0'
            	option proto 'wireguard'
            	option private_key 'KEY(laptop)'
            	list addresses '10.0.0.2/32'
            config wireguard_wg0 'hub'
            	option public_key 'PUB(hub)'
            	list allowed_ips '10.0.0.0/24'
            	option endpoint_host '1.1.1.1'
            	%s
            """
                .formatted(line));
  }

  /** A host with systemd-networkd, and a line more for its tunnel. */
  private static Disk networkd(String line) {
    return new Disk()
        .file("hub/wg0.conf", Disk.HUB)
        .file(
            "laptop/wg0.netdev",
            """
            [NetDev]
            Name=wg0
            Kind=wireguard
            [WireGuard]
            PrivateKey=KEY(laptop)
            %s[WireGuardPeer]
            PublicKey=PUB(hub)
            AllowedIPs=10.0.0.0/24
            Endpoint=1.1.1.1:51820
            """
                .formatted(line));
  }

  /** A RouterOS router, and lines more. */
  private static Disk routeros(String lines) {
    return new Disk()
        .file("hub/wg0.conf", Disk.HUB)
        .file(
            "laptop/laptop.rsc",
            """
            /interface/wireguard/add name=wg0 private-key="KEY(laptop)"
            /ip/address/add address=10.0.0.2/24 interface=wg0
            /interface/wireguard/peers/add interface=wg0 public-key="PUB(hub)" \\
              allowed-address=10.0.0.0/24,10.9.0.0/24 endpoint-address=1.1.1.1 endpoint-port=51820
            """
                + lines);
  }
}
