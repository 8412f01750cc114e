package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is read and judged costs work in proportion to its length, whatever it holds: who sends a
 * file can't stop a {@code check} with it.
 *
 * <p>A text is doubled until it costs enough to be measured; then a quarter of it must cost a fair
 * part of that. In work that grows with the square it is a sixteenth, in work that grows with the
 * length a quarter. What is measured is this thread's own time on the processor, so that others who
 * are busy do not matter; a wrong measurement is repeated.
 */
class ReaderGrowthTest {

  private static final long ENOUGH_NANOS = 40_000_000;
  private static final int FIRST = 128;
  private static final int MOST_LINES = 1 << 17;
  private static final int TRIES = 4;

  /** More than a sixteenth by far, less than a quarter. */
  private static final double FAIR_PART = 1 / 11.0;

  /**
   * A file made of many pieces; or many files, where N in its path stands for the number.
   *
   * @param file its path, below its host
   * @param begin what stands before the pieces
   * @param piece a piece from its number
   * @param end what stands behind them
   */
  private record Shape(
      String title, String file, String begin, IntFunction<String> piece, String end) {

    String text(int pieces) {
      var text = new StringBuilder(begin);
      for (int i = 0; i < pieces; i++) {
        text.append(piece.apply(i));
      }
      return text.append(end).toString();
    }

    @Override
    public String toString() {
      return file + ": " + title;
    }
  }

  /** What was quadratic once. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("known")
  void what_a_stranger_found_is_as_long_as_its_text(Shape shape) {
    grows(shape);
  }

  @Tag("long")
  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void twice_the_text_is_twice_the_work(Shape shape) {
    grows(shape);
  }

  private static void grows(Shape shape) {
    int pieces = FIRST;
    long whole = work(shape, pieces);
    while (whole < ENOUGH_NANOS && pieces < MOST_LINES) {
      pieces *= 2;
      whole = work(shape, pieces);
    }
    long part = work(shape, pieces / 4);
    for (int i = 1; i < TRIES && part < whole * FAIR_PART; i++) {
      part = Math.max(part, work(shape, pieces / 4));
      whole = Math.min(whole, work(shape, pieces));
    }
    assertThat((double) part / whole)
        .as("%d pieces: %d ms, a quarter: %d ms", pieces, whole / 1_000_000, part / 1_000_000)
        .isGreaterThan(FAIR_PART);
  }

  private static long work(Shape shape, int pieces) {
    var disk =
        shape.file().equals("hub/wg0.conf")
            ? new Disk().file("laptop/wg0.conf", Disk.LAPTOP)
            : Disk.working();
    if (shape.file().contains("N")) {
      for (int i = 0; i < pieces; i++) {
        disk.file(numbered(shape.file(), i), shape.begin() + shape.piece().apply(i) + shape.end());
      }
    } else {
      disk.file(shape.file(), shape.text(pieces));
    }
    var bean = ManagementFactory.getThreadMXBean();
    long before = bean.getCurrentThreadCpuTime();
    disk.findings();
    return bean.getCurrentThreadCpuTime() - before;
  }

  static Stream<Shape> known() {
    return shapes().filter(shape -> KNOWN.stream().anyMatch(shape.toString()::startsWith));
  }

  static Stream<Shape> shapes() {
    var shapes = new ArrayList<Shape>();
    for (var command : COMMANDS) {
      shapes.add(new Shape(command, "hub/setup.sh", "", i -> numbered(command, i) + "\n", ""));
      shapes.add(
          new Shape(
              command,
              "hub/wg0.conf",
              Disk.HUB.substring(0, Disk.HUB.indexOf("[Peer]")),
              i -> "PostUp = " + numbered(command, i) + "\n",
              Disk.HUB.substring(Disk.HUB.indexOf("[Peer]"))));
    }
    for (var piece : PIECES) {
      for (var file : List.of("hub/setup.sh", "hub/guide.md", "hub/wg0.conf")) {
        shapes.add(new Shape(piece + " in one line", file, "PostUp = ", i -> piece, ""));
      }
    }
    for (int i = 0; i + 3 < FILES.length; i += 4) {
      String piece = FILES[i + 2];
      shapes.add(
          new Shape(
              piece.strip().lines().findFirst().orElse(""),
              "hub/" + FILES[i],
              FILES[i + 1],
              number -> numbered(piece, number),
              FILES[i + 3]));
    }
    return shapes.stream();
  }

  /** In a piece, N is its number, and A.B.C are three bytes of it. */
  private static String numbered(String piece, int i) {
    return piece
        .replace("A.B.C", (i >> 16 & 255) + "." + (i >> 8 & 255) + "." + (i & 255))
        .replace("A:B", Integer.toHexString(i >> 16) + ":" + Integer.toHexString(i & 0xffff))
        .replace("KEYN", key(i))
        .replace("N", String.valueOf(i));
  }

  /** Any 32 bytes are a public key. */
  private static String key(int i) {
    return Base64.getEncoder().encodeToString(ByteBuffer.allocate(32).putInt(i + 1).array());
  }

  private static final List<String> KNOWN =
      List.of(
          "hub/setup.sh: firewall-cmd",
          "hub/setup.sh: wg genkey",
          "hub/setup.sh: wg-quick up",
          "hub/setup.sh: iptables -D",
          "hub/setup.sh: sysctl -p",
          "hub/setup.sh: ip route add 10.A.B.C via",
          "hub/wg0.conf: ip route add 10.A.B.C dev wg0 table",
          "hub/wg0.conf: ip rule add",
          "hub/wN.conf",
          "hub/wg0.conf: iptables -A FORWARD",
          "hub/wg0.conf: WordN",
          "hub/wg0.conf: DNS = 10",
          "hub/guide.md: $(",
          "hub/guide.md: x");

  private static final String[] COMMANDS = {
    "iptables -A FORWARD -i wg0 -s 10.A.B.C -j ACCEPT",
    "iptables -D FORWARD -i wg0 -s 10.A.B.C -j ACCEPT",
    "iptables -I INPUT 1 -p udp --dport 51820 -j ACCEPT",
    "iptables -t nat -A POSTROUTING -s 10.A.B.C -o ethN -j MASQUERADE",
    "iptables -A chainN -j chainN",
    "ip6tables -A FORWARD -i wg0 -s fd00:A:B::1 -j DROP",
    "nft add rule inet f forward ip saddr 10.A.B.C accept",
    "ip route add 10.A.B.C dev wg0",
    "ip route del 10.A.B.C dev wg0",
    "ip route add 10.A.B.C dev wg0 table 7",
    "ip route del 10.A.B.C dev wg0 table 7",
    "ip rule add from 10.A.B.C table N",
    "ip addr add 10.A.B.C/32 dev wg0",
    "ip link add wgN type wireguard",
    "sysctl -w net.ipv4.conf.ethN.rp_filter=0",
    "sysctl -p",
    "echo net.ipv4.conf.ethN.forwarding=1 > /etc/sysctl.d/N.conf",
    "ufw allow N/tcp",
    "ufw route allow in on wg0 to 10.A.B.C",
    "firewall-cmd --add-port=51820/tcp",
    "wg set wg0 peer KEYN allowed-ips 10.A.B.C/32",
    "wg genkey > /etc/wireguard/N.key",
    "chmod 600 /etc/wireguard/N.key",
    "wg syncconf wg0 /dev/stdin",
    "wg-quick up wgN",
    "modprobe wireguardN",
    "ping -s 1472 10.0.0.2",
    "resolvectl dns wg0 10.A.B.C",
    "some-program N",
  };

  private static final String[] PIECES = {
    "ping ",
    "sudo ",
    "$(",
    "`",
    "(",
    "'",
    "\"",
    "\\",
    ";",
    "> ",
    "<<E ",
    "A=1 ",
    "%i",
    "# ",
    "{ ",
    "iptables -A FORWARD -j ACCEPT; ",
  };

  /** File, what stands before, a piece, what stands behind. */
  private static final String[] FILES = {
    "setup.sh", "", "cat > /etc/N.conf <<E\nE\n", "",
    "setup.sh", "", "cat <<E\n", "",
    "setup.sh", "",
        "ip route add 10.A.B.C via 192.0.2.1 metric N\nip route del 10.A.B.C dev eth9\n", "",
    "wN.conf", "[Interface]\nPrivateKey = KEY(hub)\nTable = off\n",
        "Address = 10.A.B.C/32\nDNS = 10.A.B.C\n[Peer]\nPublicKey = KEYN\nAllowedIPs = 11.A.B.C/32\n",
        "",
    "wN.conf", "[Interface]\nPrivateKey = KEY(hub)\n",
        "Address = 10.A.B.C/32\n[Peer]\nPublicKey = KEYN\nAllowedIPs = 0.0.0.0/0\n", "",
    "wN.conf", "[Interface]\nPrivateKey = KEY(hub)\n",
        "Address = 10.A.B.C/32\nPostUp = iptables -A FORWARD eth0\n[Peer]\nPublicKey = KEYN\n",
        "AllowedIPs = 11.0.0.0/8\n",
    "setup.sh", "", "echo N \\\n", "",
    "setup.sh", "cat > /etc/sysctl.conf <<E\n", "net.ipv4.conf.ethN.forwarding=1\n", "E\n",
    "guide.md", "", "```\nnet.ipv4.conf.ethN.forwarding=1\n```\n", "",
    "guide.md", "", "```\n", "",
    "guide.md", "```\necho ", "x ", "\n```\n",
    "guide.md", "```\n", "sudo ping ping ", "\n```\n",
    "guide.md", "", "/etc/N.conf ", "\n```\nx=1\n```\n",
    "wg0.conf", Disk.HUB, "[Peer]\nPublicKey = KEYN\nAllowedIPs = 10.A.B.C/32\n", "",
    "wg0.conf", Disk.HUB, "[Peer]\nPublicKey = PUB(laptop)\nAllowedIPs = 10.A.B.C/32\n", "",
    "wg0.conf", Disk.HUB, "[Peer]\n", "",
    "wg0.conf", Disk.HUB, "AllowedIPs = 10.A.B.C/32\n", "",
    "wg0.conf", Disk.HUB, "AllowedIPs = 10.0.0.2/32\n", "",
    "wg0.conf", Disk.HUB, "Endpoint = hN.example:51820\n", "",
    "wg0.conf", Disk.HUB, "# N\n", "",
    "wg0.conf", Disk.HUB, "WordN = N\n", "",
    "wg0.conf", Disk.HUB + "AllowedIPs = 10.0.0.2/32", ", 10.A.B.C/32", "\n",
    "wg0.conf", "[Interface]\nPrivateKey = KEY(hub)\n", "Address = 10.A.B.C/8\n", "",
    "wg0.conf", "[Interface]\nPrivateKey = KEY(hub)\n", "DNS = 10.A.B.C\n", "",
    "wg0.conf", "[Interface]\nPrivateKey = KEY(hub)\n", "DNS = wN.example\n", "",
    "wg0.conf", "[Interface]\nPrivateKey = KEY(hub)\n", "PreDown = ip route del 10.A.B.C\n", "",
    "wg0.conf", "", "[Interface]\n", "",
    "fw.nft", "table inet f {\nchain forward {\ntype filter hook forward priority 0;\n",
        "ip saddr 10.A.B.C accept\n", "}\n}\n",
    "fw.nft", "table inet f {\n", "chain cN { jump cN\n}\n", "}\n",
    "fw.nft", "", "table inet tN {\n", "",
    "fw.nft", "", "{", "",
    "fw.nft", "table inet f {\nset s { type ipv4_addr; elements = {", "10.A.B.C, ", "} }\n}\n",
    "fw.nft", "table inet f {\nchain forward {\ntype filter hook forward priority 0;\nip saddr {",
        "10.A.B.C, ", "} accept\n}\n}\n",
    "fw.nft", "", "define xN = { 10.A.B.C }\n", "",
    "rules.v4", "*filter\n:FORWARD DROP [0:0]\n", "-A FORWARD -s 10.A.B.C -j ACCEPT\n", "COMMIT\n",
    "rules.v4", "*filter\n", ":cN - [0:0]\n-A cN -j cN\n", "COMMIT\n",
    "user.rules", "*filter\n", "-A ufw-user-input -p tcp --dport N -j ACCEPT\n", "COMMIT\n",
    "90-x.conf", "", "net.ipv4.conf.ethN.forwarding = 1\n", "",
    "network", "config interface 'wg0'\n\toption proto 'wireguard'\n",
        "config wireguard_wg0\n\toption public_key 'KEYN'\n\tlist allowed_ips '10.A.B.C/32'\n", "",
    "network", "config interface 'wg0'\n\toption proto 'wireguard'\n",
        "\tlist addresses '10.A.B.C/32'\n", "",
    "network", "", "config route 'rN'\n\toption interface 'wg0'\n\toption target '10.A.B.C'\n", "",
    "network", "", "config interface 'wgN'\n\toption proto 'wireguard'\n", "",
    "firewall", "", "config rule\n\toption src 'zN'\n\toption target 'ACCEPT'\n", "",
    "firewall", "", "config zone\n\toption name 'zN'\n\tlist network 'wg0'\n", "",
    "firewall", "", "config forwarding\n\toption src 'zN'\n\toption dest 'zN'\n", "",
    "x.uci", "set network.wg0=interface\nset network.wg0.proto='wireguard'\n",
        "add_list network.wg0.addresses='10.A.B.C/32'\n", "",
    "x.uci", "", "set network.wgN=interface\nset network.wgN.proto='wireguard'\n", "",
    "x.uci", "", "delete network.wgN\n", "",
    "x.rsc", "/interface/wireguard/add name=wg0 listen-port=51820\n",
        "/interface/wireguard/peers/add interface=wg0 public-key=\"KEYN\""
            + " allowed-address=10.A.B.C/32\n",
        "",
    "x.rsc", "/interface/wireguard/add name=wg0\n/ip address\n",
        "add address=10.A.B.C interface=wg0\n", "",
    "x.rsc", "/interface/wireguard/add name=wg0\n/ip route\n",
        "add dst-address=10.A.B.C gateway=wg0\n", "",
    "x.rsc", "/interface/wireguard/add name=wg0\n/ip firewall filter\n",
        "add chain=forward src-address=10.A.B.C action=accept\n", "",
    "x.rsc", "/interface/wireguard/add name=wg0\n/ip firewall address-list\n",
        "add list=l address=10.A.B.C\n",
        "/ip firewall filter add chain=input src-address-list=l action=drop\n",
    "x.rsc", "/ip address add comment=\"", "a\\\n", "\"\n",
    "x.rsc", "", "[", "",
    "x.netdev", "[NetDev]\nName=wg0\nKind=wireguard\n[WireGuard]\n",
        "[WireGuardPeer]\nPublicKey=KEYN\nAllowedIPs=10.A.B.C/32\n", "",
    "x.network", "[Match]\nName=wg0\n", "[Address]\nAddress=10.A.B.C/32\n", "",
    "x.network", "[Match]\nName=wg0\n", "[Route]\nDestination=10.A.B.C/32\n", "",
    "x.network", "[Match]\nName=wg0\n", "[RoutingPolicyRule]\nFrom=10.A.B.C/32\nTable=N\n", "",
    "x.network", "[Match]\nName=", "wgN ", "\n",
    "wg1.nmconnection", "[connection]\nid=wg1\ntype=wireguard\ninterface-name=wg1\n",
        "[wireguard-peer.KEYN]\nallowed-ips=10.A.B.C/32;\n", "",
    "wg1.nmconnection", "[connection]\nid=wg1\ntype=wireguard\ninterface-name=wg1\n[ipv4]\n",
        "addressN=10.A.B.C/32\nrouteN=10.A.B.C/32\n", "",
    "wg.dump", "wg0\t(none)\tPUB(hub)\t51820\toff\n",
        "wg0\tKEYN\t(none)\t(none)\t10.A.B.C/32\t0\t0\t0\toff\n", "",
    "wg.dump", "", "wgN\t(none)\tKEYN\t51820\toff\n", "",
    "fabrics.cfg", "wireguard_fabric: f\n", "wireguard_node: f_nN\n\tendpoint 10.A.B.C:1\n", "",
    "hosts", "", "10.A.B.C hN.example\n", "",
  };
}
