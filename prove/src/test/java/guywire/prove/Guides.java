package guywire.prove;

import guywire.format.Formats;
import guywire.format.input.Format;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What five published guides tell people to write, put down again: same faults, other words and
 * keys. {@code KEY(x)} stands for the private key of x, {@code PUB(x)} for its public key.
 */
final class Guides {

  private static final Pattern KEY = Pattern.compile("(KEY|PUB)\\(([a-z-]+)\\)");

  private Guides() {}

  /** Reads the files of nodes: each a name followed by its text. */
  static Subject read(Facts facts, String... namesAndTexts) {
    var imported = new ArrayList<Imported>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      String name = namesAndTexts[i];
      var file = new SourceFile(name + "/wg0.conf", filled(namesAndTexts[i + 1]));
      imported.addAll(
          Formats.importer(Format.WG_QUICK).orElseThrow().read(new Name(name), List.of(file)));
    }
    return Assembly.of(new Name("guide"), imported, facts);
  }

  static String filled(String text) {
    return KEY.matcher(text)
        .replaceAll(match -> {
          var key = Net.key(match.group(2));
          String base64 = match.group(1).equals("KEY") ? key.base64() : key.publicKey().toString();
          return java.util.regex.Matcher.quoteReplacement(base64);
        });
  }

  /** Two homes and a hub in the cloud. */
  static Subject homes() {
    return read(
        Facts.NONE,
        "ecs",
        """
        [Interface]
        PrivateKey = KEY(ecs)
        ListenPort = 24356
        Address = 192.168.151.1/24
        PostUp = sysctl -w net.ipv4.ip_forward=1
        PostUp = iptables -A FORWARD -i %i -j ACCEPT; iptables -A FORWARD -o %i -j ACCEPT
        PostUp = iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
        PostDown = iptables -t nat -D POSTROUTING -o eth0 -j MASQUERADE
        PostDown = iptables -D FORWARD -o %i -j ACCEPT; iptables -D FORWARD -i %i -j ACCEPT

        [Peer]
        # home A
        PublicKey = PUB(router-a)
        AllowedIPs = 192.168.151.2/32, 192.168.2.0/24

        [Peer]
        # home B
        PublicKey = PUB(router-b)
        AllowedIPs = 192.168.151.3/32, 192.168.4.0/24

        [Peer]
        # laptop
        PublicKey = PUB(macbook)
        AllowedIPs = 192.168.151.4/32
        """,
        "router-a",
        """
        [Interface]
        Address = 192.168.151.2/24
        PrivateKey = KEY(router-a)
        [Peer]
        PublicKey = PUB(ecs)
        AllowedIPs = 192.168.151.0/24, 192.168.4.0/24
        Endpoint = 203.0.113.1:24356
        PersistentKeepalive = 25
        """,
        "router-b",
        """
        [Interface]
        Address = 192.168.151.3/24
        PrivateKey = KEY(router-b)
        [Peer]
        PublicKey = PUB(ecs)
        AllowedIPs = 192.168.151.0/24, 192.168.2.0/24
        Endpoint = 203.0.113.1:24356
        PersistentKeepalive = 25
        """,
        "macbook",
        """
        [Interface]
        Address = 192.168.151.4/24
        PrivateKey = KEY(macbook)
        DNS = 192.168.151.1, 1.1.1.1
        [Peer]
        PublicKey = PUB(ecs)
        Endpoint = 203.0.113.1:24356
        AllowedIPs = 192.168.151.0/24, 192.168.2.0/24, 192.168.4.0/24
        PersistentKeepalive = 25
        """,
        "iphone",
        """
        [Interface]
        Address = 192.168.151.5/24
        PrivateKey = KEY(iphone)
        DNS = 192.168.151.1, 1.1.1.1
        [Peer]
        PublicKey = PUB(ecs)
        Endpoint = 203.0.113.1:24356
        AllowedIPs = 192.168.151.0/24, 192.168.2.0/24, 192.168.4.0/24
        PersistentKeepalive = 25
        """);
  }

  /** Three servers, one of them behind NAT. */
  static Subject servers() {
    return read(
        Facts.NONE,
        "node-a",
        """
        [Interface]
        PrivateKey = KEY(node-a)
        Address = 10.0.0.1/24
        ListenPort = 51820
        PostUp = sysctl -w net.ipv4.ip_forward=1
        PostDown = sysctl -w net.ipv4.ip_forward=0
        [Peer]
        PublicKey = PUB(node-b)
        AllowedIPs = 10.0.0.2/32
        Endpoint = 2.2.2.2:51820
        PersistentKeepalive = 25
        [Peer]
        PublicKey = PUB(node-c)
        AllowedIPs = 10.0.0.3/32
        PersistentKeepalive = 25
        """,
        "node-b",
        """
        [Interface]
        PrivateKey = KEY(node-b)
        Address = 10.0.0.2/24
        ListenPort = 51820
        PostUp = sysctl -w net.ipv4.ip_forward=1
        PostDown = sysctl -w net.ipv4.ip_forward=0
        [Peer]
        PublicKey = PUB(node-a)
        AllowedIPs = 10.0.0.1/32
        Endpoint = 1.1.1.1:51820
        PersistentKeepalive = 25
        [Peer]
        PublicKey = PUB(node-c)
        AllowedIPs = 10.0.0.3/32
        PersistentKeepalive = 25
        """,
        "node-c",
        """
        [Interface]
        PrivateKey = KEY(node-c)
        Address = 10.0.0.3/24
        ListenPort = 51820
        [Peer]
        PublicKey = PUB(node-a)
        AllowedIPs = 10.0.0.1/32, 10.0.0.2/32
        Endpoint = 1.1.1.1:51820
        PersistentKeepalive = 25
        [Peer]
        PublicKey = PUB(node-b)
        AllowedIPs = 10.0.0.2/32
        Endpoint = 2.2.2.2:51820
        PersistentKeepalive = 25
        """);
  }

  /** A relay in the middle; D and E at home call each other at the home's public address. */
  static Subject mesh() {
    var home = new Net.SiteBuilder("home").lan("192.168.50.0/24").at("9.9.9.4").build();
    var facts =
        new Facts(
            java.util.Map.of(
                new Name("d"),
                inHome("d", "192.168.50.3"),
                new Name("e"),
                inHome("e", "192.168.50.4")),
            List.of(home),
            List.of());
    return read(
        facts,
        "a",
        outer("a", "10.0.0.1", "b", "10.0.0.2", "9.9.9.2:51820", 51820),
        "b",
        outer("b", "10.0.0.2", "a", "10.0.0.1", "9.9.9.1:51820", 51820),
        "c",
        """
        [Interface]
        PrivateKey = KEY(c)
        ListenPort = 51820
        Address = 10.0.0.100/16
        PostUp = sysctl -w net.ipv4.ip_forward=1; iptables -A FORWARD -i wg0 -j ACCEPT
        PostDown = sysctl -w net.ipv4.ip_forward=0; iptables -D FORWARD -i wg0 -j ACCEPT
        [Peer]
        PublicKey = PUB(a)
        AllowedIPs = 10.0.0.1/32
        [Peer]
        PublicKey = PUB(b)
        AllowedIPs = 10.0.0.2/32
        [Peer]
        PublicKey = PUB(d)
        AllowedIPs = 10.0.0.3/32
        [Peer]
        PublicKey = PUB(e)
        AllowedIPs = 10.0.0.4/32
        """,
        "d",
        outer("d", "10.0.0.3", "e", "10.0.0.4", "9.9.9.4:51821", 51820),
        "e",
        outer("e", "10.0.0.4", "d", "10.0.0.3", "9.9.9.4:51820", 51821));
  }

  private static HostFacts inHome(String node, String address) {
    return new HostFacts(
        java.util.Optional.of(
            new guywire.network.Attachment.InSite(
                new Name(node), new Name("home"), List.of(Net.ip(address)))),
        List.of(),
        guywire.network.Forwarding.UNSTATED,
        java.util.OptionalInt.empty(),
        java.util.Set.of());
  }

  private static String outer(
      String own, String address, String friend, String friendAddress, String endpoint, int port) {
    return """
    [Interface]
    PrivateKey = KEY(%s)
    ListenPort = %d
    Address = %s/16
    [Peer]
    PublicKey = PUB(c)
    Endpoint = 9.9.9.3:51820
    AllowedIPs = 10.0.0.0/16
    PersistentKeepalive = 15
    [Peer]
    PublicKey = PUB(%s)
    Endpoint = %s
    AllowedIPs = %s/32
    PersistentKeepalive = 15
    """
        .formatted(own, port, address, friend, endpoint, friendAddress);
  }

  /** A star with two gateways. */
  static Subject star() {
    String gateway =
        """
        [Interface]
        Address = %s/32
        PrivateKey = KEY(%s)
        PostUp = iptables -A FORWARD -i wg0 -j ACCEPT
        PostUp = iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
        PostDown = iptables -D FORWARD -i wg0 -j ACCEPT
        PostDown = iptables -t nat -D POSTROUTING -o eth0 -j MASQUERADE
        [Peer]
        PublicKey = PUB(router)
        AllowedIPs = 10.9.9.0/24
        """;
    String mobile =
        """
        [Interface]
        Address = %s/32
        PrivateKey = KEY(%s)
        [Peer]
        PublicKey = PUB(router)
        AllowedIPs = 10.9.0.0/16, 172.19.50.0/24, 192.168.1.0/24
        """;
    var router =
        new HostFacts(
            java.util.Optional.of(
                new guywire.network.Attachment.Direct(
                    new Name("router"), List.of(Net.ip("203.0.113.9")))),
            List.of(),
            guywire.network.Forwarding.UNSTATED,
            java.util.OptionalInt.empty(),
            java.util.Set.of());
    return read(
        new Facts(java.util.Map.of(new Name("router"), router), List.of(), List.of()),
        "router",
        """
        [Interface]
        Address = 10.9.0.1/32
        PrivateKey = KEY(router)
        [Peer]
        PublicKey = PUB(home-gw)
        AllowedIPs = 10.9.0.2/32, 192.168.1.0/24
        [Peer]
        PublicKey = PUB(office-gw)
        AllowedIPs = 10.9.0.3/32, 172.19.50.0/24
        [Peer]
        PublicKey = PUB(macbook)
        AllowedIPs = 10.9.9.1/32
        [Peer]
        PublicKey = PUB(cellphone)
        AllowedIPs = 10.9.9.2/32
        """,
        "home-gw",
        gateway.formatted("10.9.0.2", "home-gw"),
        "office-gw",
        gateway.formatted("10.9.0.3", "office-gw"),
        "macbook",
        mobile.formatted("10.9.9.1", "macbook"),
        "cellphone",
        mobile.formatted("10.9.9.2", "cellphone"));
  }

  /** A hub, a rented server, a NAS with its LAN, a phone. */
  static Subject hub() {
    String spoke =
        """
        [Interface]
        Address = %s/24
        PrivateKey = KEY(%s)
        MTU = 1420
        [Peer]
        PublicKey = PUB(hub)
        Endpoint = 1.2.3.4:51820
        AllowedIPs = 10.0.0.0/24
        PersistentKeepalive = 25
        """;
    return read(
        Facts.NONE,
        "hub",
        """
        [Interface]
        Address = 10.0.0.1/24
        ListenPort = 51820
        PrivateKey = KEY(hub)
        MTU = 1420
        PostUp = sysctl -w net.ipv4.ip_forward=1
        [Peer]
        PublicKey = PUB(vps)
        AllowedIPs = 10.0.0.2/32
        [Peer]
        PublicKey = PUB(nas)
        AllowedIPs = 10.0.0.3/32, 192.168.1.0/24
        [Peer]
        PublicKey = PUB(mobile)
        AllowedIPs = 10.0.0.100/32
        """,
        "vps",
        spoke.formatted("10.0.0.2", "vps"),
        "nas",
        spoke.formatted("10.0.0.3", "nas"),
        "mobile",
        spoke.formatted("10.0.0.100", "mobile"));
  }

  /** Two sites, and the line people add for Docker. */
  static Subject sites() {
    String site =
        """
        [Interface]
        PrivateKey = KEY(%s)
        Address = %s/24
        ListenPort = 51820
        MTU = 1420
        PostUp = iptables -A FORWARD -i wg0 -j ACCEPT
        PostDown = iptables -D FORWARD -i wg0 -j ACCEPT
        [Peer]
        PublicKey = PUB(%s)
        AllowedIPs = %s/32, %s
        Endpoint = %s:51820
        PersistentKeepalive = 25
        """;
    return read(
        Facts.NONE,
        "site-a",
        site.formatted("site-a", "10.0.0.1", "site-b", "10.0.0.2", "192.168.2.0/24", "5.6.7.8"),
        "site-b",
        site.formatted("site-b", "10.0.0.2", "site-a", "10.0.0.1", "192.168.1.0/24", "1.2.3.4"));
  }
}
