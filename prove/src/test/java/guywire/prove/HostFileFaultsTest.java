package guywire.prove;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Faults that show in files together with the host they are set up on: F02, F13, F16, F54, F59,
 * F75; and F50 at the line of a router's rule.
 */
class HostFileFaultsTest extends FaultTest {

  private static final String OFFICE =
      """
      sites: {office: {lan: 192.168.205.0/24}}
      hosts:
        hub: {public: 1.1.1.1}
        laptop: {site: office, address: 192.168.205.2, forwards: true}
      """;

  private static final UnaryOperator<String> SAME = text -> text;

  static Stream<FaultCase> cases() {
    return Stream.of(
        fault(
            "F02.own",
            t -> t.replace("PUB(laptop)", "PUB(other)"),
            t -> t.replace("PUB(hub)", "KEY(laptop)"),
            SAME,
            SAME,
            ""),
        fault("F13.nobody", SAME, SAME, hub("192.168.205.0/24"), SAME, OFFICE),
        fault("F13.near", hub("192.168.206.0/24"), SAME, hub("192.168.205.0/24"), SAME, OFFICE),
        fault(
            "F16.tunnel",
            SAME,
            t -> t.replace("10.0.0.2/24", "192.168.205.77/32"),
            SAME,
            SAME,
            OFFICE),
        fault(
            "F54.some",
            SAME,
            line("Table = off").andThen(allowed("10.7.0.0/16"))::apply,
            SAME,
            line("Table = off"),
            ""),
        new FaultCase(
            "F50",
            "F50.rule",
            filtered("chain=input in-interface=wg0")::findings,
            filtered("chain=input src-address=10.99.0.1")::findings),
        new FaultCase(
            "F54",
            "F54.kept",
            networkd("10.7.0.0/16")::findings,
            networkd("10.8.0.0/16")::findings),
        fault("F70.unless", SAME, t -> t.replace("[Interface]", "[Interface"), SAME, SAME, ""),
        new FaultCase(
            "F59",
            "F59.app",
            () -> app(guywire.network.Platform.IOS),
            () -> app(guywire.network.Platform.LINUX)),
        fault(
            "F75",
            SAME,
            line("PostUp = iptables -A FORWARD eth0 -j ACCEPT"),
            SAME,
            line("PostUp = iptables -A FORWARD -i eth0 -j ACCEPT"),
            ""),
        fault("F75.step", SAME, line("Address = 10.0.0.2/24"), SAME, SAME, ""),
        new FaultCase(
            "F75",
            "F75.partly",
            openwrt("10.0.0.2/24")::findings,
            openwrt("10.1.0.2/24")::findings));
  }

  private static java.util.List<guywire.network.text.Finding> app(
      guywire.network.Platform platform) {
    var scene = new Scene();
    scene
        .working()
        .platform(platform)
        .dns(
            new guywire.network.DnsClient(
                java.util.List.of(Net.ip("10.0.0.9")), java.util.List.of()));
    return Faults.in(scene.subject());
  }

  private static UnaryOperator<String> line(String line) {
    return text -> text.replace("[Peer]", line + "\n[Peer]");
  }

  private static UnaryOperator<String> allowed(String prefix) {
    return text -> text.replace("10.0.0.0/24\n", "10.0.0.0/24, " + prefix + "\n");
  }

  private static UnaryOperator<String> hub(String prefix) {
    return text -> text.replace("10.0.0.2/32", "10.0.0.2/32, " + prefix);
  }

  private static FaultCase fault(
      String message,
      UnaryOperator<String> hub,
      UnaryOperator<String> laptop,
      UnaryOperator<String> silentHub,
      UnaryOperator<String> silentLaptop,
      String facts) {
    return new FaultCase(
        message.substring(0, 3),
        message,
        disk(hub, laptop, facts)::findings,
        disk(silentHub, silentLaptop, facts)::findings);
  }

  private static Disk disk(UnaryOperator<String> hub, UnaryOperator<String> laptop, String facts) {
    return new Disk()
        .file("hub/wg0.conf", hub.apply(Disk.HUB))
        .file("laptop/wg0.conf", laptop.apply(Disk.LAPTOP))
        .facts(facts);
  }

  /** A router with an address more on its interface. */
  private static Disk openwrt(String address) {
    return new Disk()
        .file("hub/wg0.conf", Disk.HUB)
        .file(
            "laptop/network",
            """
            config interface 'wg0'
            \toption proto 'wireguard'
            \toption private_key 'KEY(laptop)'
            \tlist addresses '10.0.0.2/24'
            \tlist addresses '%s'
            config wireguard_wg0
            \toption public_key 'PUB(hub)'
            \tlist allowed_ips '10.0.0.0/24'
            \toption endpoint_host '1.1.1.1'
            """
                .formatted(address));
  }

  /** A router that drops some packets. */
  private static Disk filtered(String which) {
    return new Disk()
        .file("laptop/wg0.conf", Disk.LAPTOP)
        .file(
            "hub/export.rsc",
            """
            /interface wireguard
            add listen-port=51820 name=wg0 private-key="KEY(hub)"
            /interface wireguard peers
            add allowed-address=10.0.0.2/32 interface=wg0 public-key="PUB(laptop)"
            /ip address
            add address=10.0.0.1/24 interface=wg0
            /ip firewall filter
            add action=drop %s
            """
                .formatted(which));
  }

  /** A host whose second tunnel is routed 10.7.0.0/16, and the first this. */
  private static Disk networkd(String first) {
    return new Disk()
        .file("hub/wg0.conf", Disk.HUB)
        .file("laptop/wg0.netdev", netdev("wg0", "laptop", first))
        .file("laptop/wg1.netdev", netdev("wg1", "second", "10.7.0.0/16"));
  }

  private static String netdev(String name, String key, String prefix) {
    return """
    [NetDev]
    Name=%s
    Kind=wireguard
    [WireGuard]
    PrivateKey=KEY(%s)
    RouteTable=main
    [WireGuardPeer]
    PublicKey=PUB(hub)
    AllowedIPs=%s
    Endpoint=1.1.1.1:51820
    """
        .formatted(name, key, prefix);
  }
}
