package guywire.format.shell;

import guywire.address.IpAddress.Family;
import guywire.format.firewall.IptablesRule;
import guywire.format.firewall.NftCommand;
import guywire.format.firewall.UfwRule;
import guywire.format.input.Command;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Source;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
          "systemctl",
          "date",
          "tc",
          "ping",
          "ping6",
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
          "modprobe",
          "dig",
          "nslookup",
          "curl",
          "wget",
          "grep",
          "awk",
          "sed",
          "cut",
          "head",
          "tail",
          "test",
          "[");

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
    var nft = new NftCommand();
    for (int i = 0; i < hooks.size(); i++) {
      var own = hooks.get(i).tunnel().orElse(tunnel);
      String command = hooks.get(i).command().replace("%i", own.text());
      boolean forgiven = command.contains("||");
      for (var words : ShellWords.commands(command)) {
        var source = new Source(i, hooks.get(i).when(), String.join(" ", words));
        var failure = forgiven ? Optional.<Text>empty() : failure(words);
        effects.addAll(
            failure.isPresent()
                ? List.of(new HookEffect.Fails(source, failure.get()))
                : effects(source, words, nft));
      }
    }
    return effects;
  }

  private static Optional<Text> failure(List<String> words) {
    var bare = words.getFirst().equals("sudo") ? words.subList(1, words.size()) : words;
    return bare.isEmpty()
        ? Optional.empty()
        : HookFailure.of(
            bare.getFirst().substring(bare.getFirst().lastIndexOf('/') + 1),
            bare.subList(1, bare.size()));
  }

  /**
   * The effects of what scripts of a host do to packets, as far as it is understood.
   *
   * @param first the number that stands for the first command, after those of the hooks
   * @param commands the commands
   */
  public static List<HookEffect> read(int first, List<Command> commands) {
    var effects = new ArrayList<HookEffect>();
    var nft = new NftCommand();
    for (int i = 0; i < commands.size(); i++) {
      var words = commands.get(i).words();
      if (!words.isEmpty()) {
        var source = new Source(first + i, Hook.When.SCRIPT, String.join(" ", words));
        effects(source, words, nft).stream()
            .filter(effect ->
                !(effect instanceof HookEffect.NotUnderstood
                    || effect instanceof HookEffect.Harmless))
            .forEach(effects::add);
      }
    }
    return effects;
  }

  private static List<HookEffect> effects(Source source, List<String> written, NftCommand nft) {
    var words = written;
    while (!words.isEmpty() && (words.getFirst().equals("sudo") || isAssignment(words))) {
      words = words.subList(1, words.size());
    }
    if (words.isEmpty()) {
      return List.of();
    }
    String program = words.getFirst().substring(words.getFirst().lastIndexOf('/') + 1);
    var arguments = words.subList(1, words.size());
    return switch (program) {
      case "iptables", "iptables-legacy", "iptables-nft" ->
          IptablesRule.read(source, arguments, Family.IPV4);
      case "ip6tables", "ip6tables-legacy", "ip6tables-nft" ->
          IptablesRule.read(source, arguments, Family.IPV6);
      case "nft" -> nft.read(source, arguments);
      case "wg" -> List.of(wg(source, arguments));
      case "sysctl" -> sysctl(source, arguments);
      case "ip" -> List.of(IpCommand.read(source, arguments));
      case "ufw" -> UfwRule.read(source, arguments);
      case "firewall-cmd" -> UfwRule.firewalld(source, arguments);
      case "echo", "printf" -> List.of(echo(source, arguments));
      default ->
          List.of(
              HARMLESS.contains(program)
                  ? new HookEffect.Harmless(source)
                  : new HookEffect.NotUnderstood(source));
    };
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
    return effects.isEmpty() ? List.of(new HookEffect.Harmless(source)) : effects;
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
