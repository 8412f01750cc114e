package guywire.format.shell;

import guywire.address.IpAddress.Family;
import guywire.format.firewall.IptablesRule;
import guywire.format.firewall.NftCommand;
import guywire.format.firewall.UfwRule;
import guywire.format.input.Command;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Source;
import guywire.format.syntax.Notes;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Says what the commands of hooks do, without running them: iptables and ip6tables, nft, ufw,
 * sysctl, ip route and echo into /proc/sys are understood where they matter to packets. Of what is
 * not, as much is kept as says for which packets it can matter.
 */
public final class HookReader {

  private static final Set<String> HARMLESS =
      Set.of(
          "true",
          ":",
          "logger",
          "sleep",
          "resolvectl",
          "resolvconf",
          "date",
          "chmod",
          "chown",
          "mkdir",
          "rm",
          "touch",
          "cat",
          "notify-send",
          "wall",
          "ethtool",
          "umask",
          "awk",
          "sed",
          "cut",
          "head",
          "tail");

  /** Programs that change nothing, and fail where what they look for is not so. */
  private static final Set<String> LOOKS =
      Set.of("test", "[", "[[", "grep", "ping", "ping6", "dig", "nslookup", "curl", "wget");

  /** Programs whose output can be what they do. */
  private static final Set<String> WITH_OUTPUT = Set.of("echo", "printf");

  private static final Pattern FIREWALL =
      Pattern.compile("(.*/)?(ip6?tables(-legacy|-nft)?(-restore)?|nft|firewall-cmd|ebtables)");

  /** What tc may put packets into; all of them send in the end what they take. */
  private static final Set<String> QUEUES =
      Set.of("fq", "fq_codel", "cake", "noqueue", "pfifo_fast", "pfifo", "sfq", "htb", "tbf", "mq");

  /** What systemctl does that leaves running what runs. */
  private static final Set<String> LOOKING =
      Set.of(
          "status",
          "show",
          "is-active",
          "is-enabled",
          "is-failed",
          "enable",
          "disable",
          "daemon-reload",
          "list-units",
          "cat",
          "reset-failed");

  private static final Set<String> STARTING =
      Set.of("start", "stop", "restart", "reload", "try-restart", "reload-or-restart");

  /** Services that answer, and neither filter nor route. */
  private static final Pattern OTHERS =
      Pattern.compile(
          "(systemd-resolved|systemd-timesyncd|dnsmasq|unbound|named|bind9|pihole-FTL|coredns"
              + "|adguardhome|AdGuardHome|ssh|sshd|nginx|apache2|httpd|caddy|haproxy|squid|smbd"
              + "|nmbd|nfs-server|avahi-daemon|chrony|chronyd|ntp|ntpd|cron|rsyslog|postfix"
              + "|prometheus|grafana-server|transmission-daemon|qbittorrent-nox|jellyfin"
              + "|plexmediaserver)(@\\S+)?(\\.service)?");

  /** Modules of the kernel that routers load. */
  private static final Pattern MODULE =
      Pattern.compile(
          "wireguard|(ip6?|arp|eb)_?tables?.*|ip6?table_.*|xt_.*|ipt_.*|ip6t_.*|nf_.*|nft_.*"
              + "|tcp_bbr|sch_.*|tun|bridge|br_netfilter|ifb|dummy|8021q");

  private static final Set<String> CHANGES_OF_WG =
      Set.of("allowed-ips", "endpoint", "remove", "fwmark", "listen-port");

  private HookReader() {}

  /**
   * The effects of a node's hooks, in the order they are written.
   *
   * @param tunnel the interface that {@code %i} stands for in a hook of no interface in particular
   * @param hooks the hooks
   */
  public static List<HookEffect> read(InterfaceName tunnel, List<Hook> hooks) {
    var effects = new ArrayList<HookEffect>();
    var host = new Made();
    for (int i = 0; i < hooks.size(); i++) {
      var own = hooks.get(i).tunnel().orElse(tunnel);
      String command = hooks.get(i).command().replace("%i", own.text());
      effects.addAll(HookLine.read(i, hooks.get(i).when(), command, host));
    }
    return effects;
  }

  /** What commands before have made that later ones name. */
  record Made(NftCommand nft, Set<String> chains) {
    /** Nothing yet. */
    Made() {
      this(new NftCommand(), new HashSet<>());
    }
  }

  /**
   * The effects of what scripts of a host do to packets, as far as it is understood.
   *
   * @param first the number that stands for the first command, after those of the hooks
   * @param commands the commands
   */
  public static List<HookEffect> read(int first, List<Command> commands) {
    var effects = new ArrayList<HookEffect>();
    var host = new Made();
    for (int i = 0; i < commands.size(); i++) {
      var words = commands.get(i).words();
      if (!words.isEmpty()) {
        var source = new Source(first + i, Hook.When.SCRIPT, Command.line(words), true);
        effects(source, words, host).stream()
            .filter(effect ->
                !(effect instanceof HookEffect.NotUnderstood && !isFirewall(words)
                    || effect instanceof HookEffect.Fails
                    || effect instanceof HookEffect.Harmless))
            .forEach(effects::add);
      }
    }
    return effects;
  }

  /** Whether a command of a script can only be about what packets may pass. */
  private static boolean isFirewall(List<String> words) {
    return words.stream()
        .filter(word -> !word.equals("sudo"))
        .findFirst()
        .filter(word -> FIREWALL.matcher(word).matches())
        .isPresent();
  }

  /** What one command does. */
  static List<HookEffect> effects(Source source, List<String> written, Made host) {
    var words = written;
    while (!words.isEmpty() && (words.getFirst().equals("sudo") || isAssignment(words))) {
      words = words.subList(1, words.size());
    }
    if (words.isEmpty()) {
      return List.of();
    }
    String program = words.getFirst().substring(words.getFirst().lastIndexOf('/') + 1);
    var said = words.subList(1, words.size());
    var arguments = WITH_OUTPUT.contains(program) ? said : withoutOutput(said);
    return switch (program) {
      case "iptables", "iptables-legacy", "iptables-nft" ->
          IptablesRule.read(source, arguments, Family.IPV4, host.chains());
      case "ip6tables", "ip6tables-legacy", "ip6tables-nft" ->
          IptablesRule.read(source, arguments, Family.IPV6, host.chains());
      case "nft" -> host.nft().read(source, arguments);
      case "wg" -> List.of(wg(source, arguments));
      case "sysctl" -> sysctl(source, arguments);
      case "ip" -> List.of(IpCommand.read(source, arguments));
      case "ufw" -> UfwRule.read(source, arguments);
      case "firewall-cmd" -> UfwRule.firewalld(source, arguments);
      case "echo", "printf" -> List.of(echo(source, arguments));
      case "systemctl", "service" -> List.of(harmlessIf(isOfOthers(arguments), source));
      case "tc" -> List.of(harmlessIf(isQueue(arguments), source));
      case "modprobe" -> List.of(harmlessIf(source.forgiven() || areModules(arguments), source));
      case "false" -> List.of(new HookEffect.Fails(source, text("hook.false")));
      case "exit", "return" ->
          List.of(
              arguments.isEmpty() || arguments.getFirst().equals("0")
                  ? new HookEffect.Harmless(source)
                  : new HookEffect.Fails(source, text("hook.false")));
      default ->
          List.of(
              harmlessIf(
                  HARMLESS.contains(program) || source.forgiven() && LOOKS.contains(program),
                  source));
    };
  }

  private static HookEffect harmlessIf(boolean harmless, Source source) {
    return harmless ? new HookEffect.Harmless(source) : new HookEffect.NotUnderstood(source);
  }

  private static Text text(String key) {
    return Notes.text(key);
  }

  /** The words of a command without those that say where its output goes. */
  private static List<String> withoutOutput(List<String> words) {
    var kept = new ArrayList<String>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals(">") || words.get(i).equals(">>")) {
        i++;
      } else {
        kept.add(words.get(i));
      }
    }
    return kept;
  }

  /** Whether services are only looked at, or are such as have no hand in what packets do. */
  private static boolean isOfOthers(List<String> words) {
    var said = words.stream().filter(word -> !word.startsWith("-")).toList();
    return said.isEmpty()
        || LOOKING.contains(said.getFirst())
        || said.stream()
            .filter(word -> !STARTING.contains(word))
            .allMatch(word -> OTHERS.matcher(word).matches());
  }

  /** Whether tc only says in what order and how fast packets leave; none is lost by intent. */
  private static boolean isQueue(List<String> words) {
    String verb = words.size() > 1 ? words.get(1) : "";
    boolean queues = !words.isEmpty() && Set.of("qdisc", "class").contains(words.getFirst());
    return queues
        && (Set.of("del", "delete", "show", "list", "ls").contains(verb)
            || words.stream().anyMatch(QUEUES::contains));
  }

  private static boolean areModules(List<String> words) {
    return !words.contains("-r")
        && !words.contains("--remove")
        && words.stream().allMatch(word -> word.startsWith("-") || MODULE.matcher(word).matches());
  }

  /** Whether a command only asks something, and ends as the answer is. */
  static boolean isQuestion(List<String> words) {
    return LOOKS.contains(words.getFirst().substring(words.getFirst().lastIndexOf('/') + 1));
  }

  /** Whether a command only asks something, and fails where that is not so. */
  public static boolean asks(String command) {
    var words = List.of(command.strip().split("\\s+"));
    return isQuestion(words.getFirst().equals("sudo") ? words.subList(1, words.size()) : words);
  }

  private static boolean isAssignment(List<String> words) {
    return words.getFirst().matches("[A-Za-z_][A-Za-z0-9_]*=.*");
  }

  private static List<HookEffect> sysctl(Source source, List<String> arguments) {
    var effects = new ArrayList<HookEffect>();
    for (var word : arguments) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        effects.add(setting(source, word.substring(0, equals), word.substring(equals + 1)));
      } else if (!word.startsWith("-")) {
        return List.of(new HookEffect.NotUnderstood(source));
      }
    }
    boolean loads =
        arguments.stream()
            .anyMatch(word -> Set.of("-p", "--load", "--system", "-f").contains(word));
    return effects.isEmpty() ? List.of(harmlessIf(!loads, source)) : effects;
  }

  /** What a kernel setting does. */
  static HookEffect setting(Source source, String written, String value) {
    String key = written.strip().replace('/', '.');
    return switch (key) {
      case "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding" ->
          new HookEffect.Forwards(source, Family.IPV4, !value.strip().equals("0"));
      case "net.ipv6.conf.all.forwarding" ->
          new HookEffect.Forwards(source, Family.IPV6, !value.strip().equals("0"));
      default -> new HookEffect.Setting(source, key, value.strip());
    };
  }

  private static HookEffect echo(Source source, List<String> arguments) {
    int arrow = arguments.indexOf(">");
    if (arrow == 1 && arguments.size() == 3 && arguments.get(2).startsWith("/proc/sys/")) {
      return setting(
          source, arguments.get(2).substring("/proc/sys/".length()), arguments.getFirst());
    }
    boolean kernel =
        arguments.stream().anyMatch(word -> word.startsWith("/proc") || word.startsWith("/sys"));
    return kernel ? new HookEffect.NotUnderstood(source) : new HookEffect.Harmless(source);
  }

  /** What sets keys or only looks is harmless; what changes peers and ports is not. */
  private static HookEffect wg(Source source, List<String> arguments) {
    String verb = arguments.isEmpty() ? "" : arguments.getFirst();
    boolean changes =
        switch (verb) {
          case "setconf", "addconf", "syncconf" -> true;
          case "show" -> false;
          default -> arguments.stream().anyMatch(CHANGES_OF_WG::contains);
        };
    return changes ? new HookEffect.NotUnderstood(source) : new HookEffect.Harmless(source);
  }
}
