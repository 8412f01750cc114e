package guywire.format;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.HookEffect.Source;
import guywire.network.Doubt;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.PacketMatch;
import guywire.network.Route;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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

  /** The kinds of route that discard packets. */
  private static final Set<String> DISCARDS =
      Set.of("blackhole", "unreachable", "prohibit", "throw");

  private static final PacketMatch ANY = PacketMatch.ANY;

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
      case "ip" -> List.of(ip(source, arguments));
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

  private static HookEffect ip(Source source, List<String> written) {
    boolean ipv6 = written.contains("-6");
    var words = new ArrayList<>(written);
    words.removeIf(word -> word.equals("-4") || word.equals("-6"));
    String object = words.isEmpty() ? "" : words.getFirst();
    String verb = words.size() > 1 ? words.get(1) : "show";
    boolean looks = Set.of("show", "list", "ls", "get", "sh", "l").contains(verb);
    if (looks || object.matches("l|link") && isOnlySize(words)) {
      return new HookEffect.Harmless(source);
    }
    return switch (object) {
      case "route", "r", "ro" -> routes(source, words, ipv6);
      case "rule", "ru" -> rule(source, verb, words);
      default -> new HookEffect.NotUnderstood(source);
    };
  }

  /** Whether a link is only brought up, or given another size or queue. */
  private static boolean isOnlySize(List<String> words) {
    return words.get(1).equals("set")
        && !words.contains("down")
        && !words.contains("master")
        && !words.contains("netns")
        && (words.contains("mtu") || words.contains("up") || words.contains("txqueuelen"));
  }

  private static HookEffect routes(Source source, List<String> words, boolean ipv6) {
    String verb = words.get(1);
    boolean added = Set.of("add", "replace", "append", "a", "change", "prepend").contains(verb);
    boolean removed = Set.of("del", "delete", "d").contains(verb);
    if (words.size() < 3 || !added && !removed) {
      return verb.equals("flush") && words.contains("cache")
          ? new HookEffect.Harmless(source)
          : new HookEffect.NotUnderstood(source);
    }
    var rest = words.subList(2, words.size());
    boolean elsewhere = isInOtherTable(rest);
    var read = elsewhere ? Optional.<Route>empty() : route(rest, ipv6);
    return read.isPresent()
        ? new HookEffect.Routes(source, added, read.get())
        : unclear(source, added, ANY.to(destination(rest, ipv6)));
  }

  /** Whether a route goes into a table that only rules of its own lead to. */
  private static boolean isInOtherTable(List<String> words) {
    int at = words.indexOf("table");
    return at >= 0 && at + 1 < words.size() && !Set.of("main", "254").contains(words.get(at + 1));
  }

  private static List<Prefix> destination(List<String> words, boolean ipv6) {
    String first =
        DISCARDS.contains(words.getFirst()) && words.size() > 1 ? words.get(1) : words.getFirst();
    return first.equals("default")
        ? List.of(ipv6 ? Prefix.ALL_IPV6 : Prefix.ALL_IPV4)
        : Prefix.tryParse(first).map(List::of).orElse(List.of());
  }

  /** A rule that chooses a table, or discards; what is in that table is not known. */
  private static HookEffect rule(Source source, String verb, List<String> words) {
    boolean added = verb.equals("add") || verb.equals("a");
    if (!added && !verb.equals("del") && !verb.equals("delete") && !verb.equals("d")) {
      return new HookEffect.NotUnderstood(source);
    }
    var match = ANY;
    boolean not = words.contains("not");
    for (int i = 2; !not && i + 1 < words.size(); i++) {
      var prefix = Prefix.tryParse(words.get(i + 1));
      if (words.get(i).equals("from") && prefix.isPresent()) {
        match = match.from(List.of(prefix.get()));
      } else if (words.get(i).equals("to") && prefix.isPresent()) {
        match = match.to(List.of(prefix.get()));
      }
    }
    return unclear(source, added, match);
  }

  private static HookEffect unclear(Source source, boolean added, PacketMatch match) {
    return new HookEffect.Unclear(
        source,
        added ? HookEffect.Change.APPEND : HookEffect.Change.DELETE,
        Doubt.Stage.ROUTING,
        match,
        Optional.empty(),
        false);
  }

  private static Optional<Route> route(List<String> written, boolean ipv6) {
    var words = written;
    if (DISCARDS.contains(words.getFirst())) {
      words = new ArrayList<>(words.subList(1, words.size()));
      words.addAll(List.of("dev", "lo"));
    } else if (words.getFirst().equals("unicast")) {
      words = words.subList(1, words.size());
    }
    if (words.isEmpty()) {
      return Optional.empty();
    }
    var to =
        words.getFirst().equals("default")
            ? Optional.of(ipv6 ? Prefix.ALL_IPV6 : Prefix.ALL_IPV4)
            : Prefix.tryParse(words.getFirst());
    Optional<IpAddress> via = Optional.empty();
    Optional<InterfaceName> device = Optional.empty();
    OptionalInt metric = OptionalInt.empty();
    for (int i = 1; i + 1 < words.size(); i += 2) {
      String value = words.get(i + 1);
      switch (words.get(i)) {
        case "via" -> via = IpAddress.tryParse(value);
        case "dev" -> device = InterfaceName.tryParse(value);
        case "metric" ->
            metric = value.matches("[0-9]{1,9}") ? OptionalInt.of(Integer.parseInt(value)) : metric;
        case "scope", "proto", "src", "mtu", "advmss", "table", "pref", "realm" -> {}
        default -> {
          return Optional.empty();
        }
      }
    }
    if (to.isEmpty() || (via.isEmpty() && device.isEmpty()) || words.size() % 2 == 0) {
      return Optional.empty();
    }
    return Optional.of(new Route(to.get(), via, device, metric));
  }
}
