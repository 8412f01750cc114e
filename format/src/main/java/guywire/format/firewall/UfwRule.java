package guywire.format.firewall;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Chain;
import guywire.format.input.HookEffect.Change;
import guywire.format.input.HookEffect.Source;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.InterfaceName;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the arguments of one command of ufw, or of firewalld. */
public final class UfwRule {

  private static final Set<String> HARMLESS =
      Set.of("status", "show", "version", "logging", "reload", "app");

  private UfwRule() {}

  /** What a command does; ufw inserts its own rules ahead of the chain's default. */
  public static List<HookEffect> read(Source source, List<String> arguments) {
    var words = new ArrayList<>(arguments);
    words.removeAll(List.of("--force", "--dry-run"));
    boolean delete = words.remove("delete");
    boolean route = words.remove("route");
    if (words.isEmpty()) {
      return List.of(new HookEffect.NotUnderstood(source));
    }
    boolean first = words.remove("prepend");
    if (words.getFirst().equals("insert") && words.size() > 2) {
      first = true;
      words.subList(0, 2).clear();
    }
    if (HARMLESS.contains(words.getFirst())) {
      return List.of(new HookEffect.Harmless(source));
    }
    if (words.getFirst().equals("default") && words.size() > 1) {
      return policy(source, words.get(1), words.size() > 2 ? words.get(2) : "incoming");
    }
    var change = delete ? Change.DELETE : first ? Change.OWN_FIRST : Change.OWN_LAST;
    var verdict =
        switch (words.getFirst()) {
          case "allow", "limit" -> Optional.of(Verdict.ACCEPT);
          case "deny" -> Optional.of(Verdict.DROP);
          case "reject" -> Optional.of(Verdict.REJECT);
          default -> Optional.<Verdict>empty();
        };
    try {
      words.removeAll(List.of("log", "log-all"));
      boolean out = words.size() > 1 && words.get(1).equals("out") && !route;
      var matches = matches(words.subList(1, words.size()));
      var chain = route ? Chain.FORWARD : out ? Chain.OUTPUT : Chain.INPUT;
      if (verdict.isPresent() && !matches.isEmpty()) {
        return matches.stream()
            .map(match -> new FilterRule(match, verdict.get(), ""))
            .<HookEffect>map(rule -> new HookEffect.Filters(source, change, chain, rule))
            .toList();
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // A name, prefix or port that can't be one, or a value that is missing.
    }
    return List.of(new HookEffect.NotUnderstood(source));
  }

  /** {@code ufw default deny routed}. */
  private static List<HookEffect> policy(Source source, String verdict, String direction) {
    var chain =
        switch (direction) {
          case "routed" -> Chain.FORWARD;
          case "outgoing" -> Chain.OUTPUT;
          default -> Chain.INPUT;
        };
    var what = verdict.equals("allow") ? Verdict.ACCEPT : Verdict.DROP;
    return List.of(new HookEffect.Policy(source, chain, List.of(Family.IPV4, Family.IPV6), what));
  }

  /** What {@code --add-port} lets in; the rest of firewalld is not understood. */
  public static List<HookEffect> firewalld(Source source, List<String> arguments) {
    var effects = new ArrayList<HookEffect>();
    for (var argument : arguments) {
      if (argument.matches("--add-port=[0-9]{1,5}/(udp|tcp)")) {
        String port = argument.substring("--add-port=".length());
        effects.addAll(read(source, List.of("allow", port)));
      }
    }
    boolean harmless = arguments.equals(List.of("--reload"));
    return !effects.isEmpty()
        ? effects
        : List.of(
            harmless ? new HookEffect.Harmless(source) : new HookEffect.NotUnderstood(source));
  }

  /** What the rule is about; without a protocol a port is meant for both. */
  private static List<PacketMatch> matches(List<String> words) {
    var match = PacketMatch.ANY;
    var transports = List.of(Transport.TCP, Transport.UDP);
    Optional<PortRange> port = Optional.empty();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      switch (word) {
        case "in", "out" -> {
          if (i + 1 >= words.size() || !words.get(i + 1).equals("on")) {
            continue;
          }
          var device = InterfaceMatch.of(new InterfaceName(words.get(i + 2)));
          match = word.equals("in") ? match.comingIn(device) : match.goingOut(device);
          i += 2;
        }
        case "from" -> {
          match = match.from(prefixes(words.get(++i)));
          if (i + 1 < words.size() && words.get(i + 1).equals("port")) {
            // The port it comes from, of which nothing is known.
            return List.of();
          }
        }
        case "to" -> match = match.to(prefixes(words.get(++i)));
        case "comment" -> i++;
        case "proto" -> transports = transports(words.get(++i));
        case "port" -> port = Optional.of(PortRange.of(Integer.parseInt(words.get(++i))));
        default -> {
          if (!word.matches("[0-9]{1,5}(/(udp|tcp))?")) {
            return List.of();
          }
          int slash = word.indexOf('/');
          port =
              Optional.of(
                  PortRange.of(Integer.parseInt(slash < 0 ? word : word.substring(0, slash))));
          transports = slash < 0 ? transports : transports(word.substring(slash + 1));
        }
      }
    }
    if (port.isEmpty()) {
      return transports.size() == 1
          ? List.of(match.carrying(transports.getFirst(), List.of()))
          : List.of(match);
    }
    var ports = List.of(port.get());
    var base = match;
    return transports.stream().map(transport -> base.carrying(transport, ports)).toList();
  }

  private static List<Transport> transports(String word) {
    return switch (word) {
      case "udp" -> List.of(Transport.UDP);
      case "tcp" -> List.of(Transport.TCP);
      default -> throw new IllegalArgumentException("ufw filters udp and tcp");
    };
  }

  private static List<Prefix> prefixes(String text) {
    return text.equals("any") ? List.of() : List.of(Prefix.parse(text));
  }
}
