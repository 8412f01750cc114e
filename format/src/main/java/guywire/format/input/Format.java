package guywire.format.input;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A kind of file that can be read. */
public enum Format {
  /** wg-quick's files, which include what {@code wg showconf} prints. */
  WG_QUICK,
  /** {@code wg show all dump}. */
  WG_DUMP,
  /** OpenWrt's UCI: files, exports, batches. */
  OPENWRT,
  /** RouterOS: scripts and exports. */
  ROUTEROS,
  /** systemd-networkd's .netdev and .network. */
  NETWORKD,
  /** NetworkManager's keyfiles. */
  NETWORKMANAGER,
  /** Proxmox fabrics.cfg and wg-keys.cfg. */
  PROXMOX,
  /** VyOS and EdgeOS: set commands, config.boot, JSON. */
  VYATTA,
  /** config.xml of OPNsense and pfSense. */
  SENSE,
  /** What a Linux host has beside its tunnels: sysctl, nftables, dnsmasq. */
  HOST,
  /** A shell script that sets up a host. */
  SCRIPT,
  /** A guide in Markdown: commands in it are looked at, and belong to no host. */
  GUIDE,
  /** A key and nothing else. */
  SECRET_KEY;

  private static final Pattern BARE_KEY = Pattern.compile("\\s*[A-Za-z0-9+/]{43}=\\s*");

  /** A file beside one of systemd-networkd's, which adds to it. */
  private static final Pattern DROP_IN =
      Pattern.compile(".*\\.(netdev|network)\\.d[/\\\\][^/\\\\]+\\.conf");

  /** Lines of the beginning that are looked at. */
  private static final int LINES = 300;

  /** A line that only one format has, with comments and empty lines of all of them left out. */
  private record Mark(Pattern line, Format format) {}

  private static final List<Mark> MARKS =
      List.of(
          mark("\\[NetDev\\]|\\[Match\\]|\\[WireGuardPeer\\]", NETWORKD),
          mark("\\[connection\\]|\\[wireguard-peer\\..*", NETWORKMANAGER),
          mark("(?i)\\[ *(Interface|Peer) *\\].*", WG_QUICK),
          mark("(config|package) [\"']?[a-z_].*", OPENWRT),
          mark(
              "(uci (-q )?)?(set|add_list|add|delete) ['\"]?(network|firewall|dhcp)[. ].*",
              OPENWRT),
          mark("/(interface|ip|ipv6|routing|system)[ /].*", ROUTEROS),
          mark("(\\S*[#$] )?set (interfaces|system|protocols|firewall|service|nat) .*", VYATTA),
          mark("(interfaces|protocols) \\{|\"interfaces\": ?\\{.*|\\{ ?\"interfaces\".*", VYATTA),
          mark("<(opnsense|pfsense)>.*|.*\\?><(opnsense|pfsense)>.*", SENSE),
          mark("(wireguard|openfabric|ospf|bgp)_(fabric|node): .*", PROXMOX),
          mark("node: \\S+", PROXMOX),
          mark("(table|flush ruleset|add table).*", HOST),
          mark("-?net[./].*=.*", HOST),
          mark("(host-record|bind-dynamic|listen-address|no-resolv).*", HOST),
          mark("\\*(filter|nat|mangle|raw|security)", SCRIPT),
          mark("([^\t]*\t){3,4}(off|0x[0-9a-f]+)", WG_DUMP));

  private static Mark mark(String line, Format format) {
    return new Mark(Pattern.compile(line), format);
  }

  /** The format of a file, by its name or else by its first lines; empty if it is none. */
  public static Optional<Format> detect(SourceFile file) {
    var byName =
        DROP_IN.matcher(file.path()).matches() ? Optional.of(NETWORKD) : byName(file.lastName());
    if (byName.isPresent()) {
      return byName;
    }
    if (isSecretKey(file)) {
      return Optional.of(SECRET_KEY);
    }
    var marked = marked(file);
    // A script may hold lines of UCI, which is read; anything else in it is text that it writes.
    return isScript(file) && !marked.equals(Optional.of(OPENWRT)) ? Optional.of(SCRIPT) : marked;
  }

  /** Whether a file is a bare key that by its name is to be kept secret. */
  public static boolean isSecretKey(SourceFile file) {
    String name = file.lastName().toLowerCase(Locale.ROOT);
    return file.content().length() < 100
        && BARE_KEY.matcher(file.content()).matches()
        && (name.contains("priv") || name.contains("psk") || name.contains("preshared"));
  }

  /** Whether a file is a backup of a Fritz!Box, whose keys are encrypted. */
  public static boolean isFritzBox(SourceFile file) {
    return file.content()
        .lines()
        .limit(LINES)
        .anyMatch(
            line -> line.matches("(?i)\\*{4} *FRITZ!?Box.*CONFIGURATION EXPORT.*|vpncfg \\{"));
  }

  private static boolean isScript(SourceFile file) {
    return file.lastName().matches("(?i).*\\.(sh|bash)|firewall\\.user|rc\\.local|rc\\.firewall")
        || file.content()
            .lines()
            .findFirst()
            .orElse("")
            .matches("#! ?/\\S+/(env )?(ba|da|a|z)?sh.*");
  }

  private static Optional<Format> marked(SourceFile file) {
    return file.content()
        .lines()
        .filter(line -> !line.isBlank())
        .limit(LINES)
        .map(line -> line.startsWith("\ufeff") ? line.substring(1) : line)
        .map(String::stripLeading)
        .filter(line -> line.length() < 1000)
        .flatMap(line ->
            MARKS.stream()
                .filter(mark -> mark.line().matcher(line.stripTrailing()).matches())
                .limit(1))
        .map(Mark::format)
        .findFirst();
  }

  private static Optional<Format> byName(String name) {
    if (name.endsWith(".netdev") || name.endsWith(".network") || name.equals("networkd.conf")) {
      return Optional.of(NETWORKD);
    }
    if (name.endsWith(".nmconnection")) {
      return Optional.of(NETWORKMANAGER);
    }
    if (name.endsWith(".nft")) {
      return Optional.of(HOST);
    }
    if (name.endsWith(".rsc")) {
      return Optional.of(ROUTEROS);
    }
    if (name.endsWith(".uci")) {
      return Optional.of(OPENWRT);
    }
    if (name.endsWith(".md") || name.endsWith(".markdown")) {
      return Optional.of(GUIDE);
    }
    return Optional.empty();
  }
}
