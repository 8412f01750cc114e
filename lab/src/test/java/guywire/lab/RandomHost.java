package guywire.lab;

import guywire.format.Formats;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import guywire.prove.Assembly;
import guywire.prove.FactsFile;
import guywire.prove.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * One host with one or two wg-quick files that follow from a seed: most of them have a line, a hook
 * or a host that sets them up wrongly.
 *
 * @param seed what it follows from
 * @param files the files by interface name, in the order in which they are set up
 * @param facts what is known of the host, as a facts file
 * @param before what a shell runs on the host first
 */
record RandomHost(long seed, Map<String, String> files, String facts, String before) {

  /** The host's name. */
  static final Name HOST = new Name("host");

  /** The LAN that the host is plugged into, by eth0. */
  private static final String LAN = "192.168.5.0/24";

  private static final List<String> LINES =
      List.of(
          "Speed = 9",
          "ListenPort = many",
          "FwMark = red",
          "FwMark = 0x20",
          "MTU = 1200",
          "MTU = 1300",
          "SaveConfig = maybe",
          "SaveConfig = false",
          "Table = off",
          "Table = 123",
          "Table = main",
          "Table = nonesuch",
          "Address = 10.0.0.1/24",
          "Address = 10.20.0.1/24",
          "Address = 10.0.0.300/24",
          "Address = fd00::77/64",
          "# a comment",
          "; no comment",
          "PostUp = iptables -t nat -A POSTROUTING eth0 -j MASQUERADE",
          "PostUp = iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE",
          "PostUp = iptables -t nat -A POSTROUTING -i eth0 -j MASQUERADE",
          "PostUp = iptables -A FORWARD -i %i -j ACCEPT; iptables -A FORWARD -o %i -j ACCEPT",
          "PostUp = iptables -A FORWARD --dport 22 -j ACCEPT",
          "PostUp = iptables -A FORWARD -p tcp --dport 22 -j ACCEPT",
          "PostUp = iptables -A FORWARD -i %i bad -j ACCEPT || true",
          "PostUp = ip route add 10.9.0.0/24 dev %i",
          "PostUp = ip route add 10.0.0.0/24 dev %i",
          "PostUp = ip route add 10.0.0.0/24 dev %i || true",
          "PostUp = ip route replace 10.9.0.0/24 dev %i",
          "PostUp = ip route add 10.9.0.0/24 dev %i metric 77",
          "PostUp = ip rule add from 10.0.0.0/24 table 77",
          "PostUp = ip rule add to 10.9.0.0/24 table 77 pref 900",
          "PostUp = ip route add 10.9.0.0/24 dev %i table 77",
          "PostUp = ip route add unreachable 10.9.0.0/24 table 77 || true",
          "PostUp = ip rule del to 10.9.0.0/24 table 77 pref 900",
          "PreUp = ip rule add iif eth0 prohibit",
          "PreUp = iptables -I INPUT -p icmp -j ACCEPT",
          "PreUp = sysctl -q -w net.ipv6.conf.all.disable_ipv6=1");

  private static final List<String> PEER_LINES =
      List.of(
          "AllowedIPs = 10.9.0.0/24",
          "AllowedIPs = 10.9.0.0/24",
          "AllowedIPs = " + LAN,
          "AllowedIPs = 10.0.0.0/24",
          "AllowedIPs = fd00:9::/64",
          "AllowedIPs = 0.0.0.0/0",
          "AllowedIPs = ::/0",
          "AllowedIPs = 0.0.0.0",
          "AllowedIPs = 10.0.0/24",
          "AllowedIPs = 10.7.0.0/24,",
          "AllowedIPs =",
          "AllowedIPs = 10.7.0.0/33",
          "PersistentKeepalive = 25s",
          "PersistentKeepalive = off",
          "PresharedKey = short",
          "Endpoint = 203.0.113.9",
          "Endpoint = 203.0.113.9:51820",
          "Endpoint = [2001:db8::1]:51820",
          "Colour = blue");

  /** The host of a seed. */
  static RandomHost of(long seed) {
    var random = new SplittableRandom(seed);
    var files = new LinkedHashMap<String, String>();
    files.put("wg0", file(random, 0));
    if (random.nextInt(3) > 0) {
      files.put("wg1", file(random, 1));
    }
    boolean noIpv6 = random.nextInt(5) == 0;
    return new RandomHost(
        seed,
        files,
        """
        sites: {home: {lan: %s}}
        hosts: {host: {site: home, address: 192.168.5.2, interfaces: {eth0: [internet, %s]}%s}}
        """
            .formatted(LAN, LAN, noIpv6 ? ", has: [no-ipv6]" : ""),
        noIpv6 ? "sysctl -q -w net.ipv6.conf.all.disable_ipv6=1" : "true");
  }

  private static String file(SplittableRandom random, int number) {
    var lines = new ArrayList<String>();
    lines.add("[Interface]");
    lines.add("PrivateKey = " + key(random));
    lines.add("Address = 10.%d.0.1/24".formatted(20 * number));
    if (random.nextInt(2) == 0) {
      lines.add("ListenPort = " + (random.nextInt(3) == 0 ? 51820 : 51820 + number));
    }
    some(random, LINES, 2, lines);
    for (int peer = 0; peer <= random.nextInt(3); peer++) {
      lines.add("[Peer]");
      if (random.nextInt(15) > 0) {
        String key = PrivateKey.parse(key(random)).orElseThrow().publicKey().toString();
        lines.add("PublicKey = " + (random.nextInt(12) == 0 ? key.substring(1) : key));
      }
      lines.add("AllowedIPs = 10.%d.0.%d/32".formatted(20 * number, 2 + peer));
      some(random, PEER_LINES, 1, lines);
    }
    return String.join("\n", lines) + (random.nextInt(6) == 0 ? "\n\0\0" : "\n");
  }

  private static String key(SplittableRandom random) {
    return java.util.Base64.getEncoder().encodeToString(PrivateKey.generate(random).bytes());
  }

  private static void some(
      SplittableRandom random, List<String> from, int most, List<String> into) {
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      into.add(from.get(random.nextInt(from.size())));
    }
  }

  /** The host as {@code check} would read it. */
  Subject subject() {
    var sources = new ArrayList<SourceFile>();
    files.forEach((name, text) -> {
      String path = "host/" + name + ".conf";
      sources.add(new SourceFile(path, text, path, OptionalInt.of(0600)));
    });
    return Assembly.of(
        new Name("test"), Formats.read(HOST, sources), FactsFile.parse("facts.yaml", facts));
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + "\n"
        + facts
        + String.join("\n--\n", files.values()).replace("\0", "\\0");
  }
}
