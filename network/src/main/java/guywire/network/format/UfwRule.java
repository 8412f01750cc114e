package guywire.network.format;

import guywire.network.config.FilterRule;
import guywire.network.config.FilterRule.Verdict;
import guywire.network.config.InterfaceName;
import guywire.network.config.PacketMatch;
import guywire.network.config.PacketMatch.InterfaceMatch;
import guywire.network.config.PortRange;
import guywire.network.config.Transport;
import guywire.network.format.HookEffect.Chain;
import guywire.network.format.HookEffect.Change;
import guywire.network.format.HookEffect.Source;
import guywire.protocol.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the arguments of one ufw command. */
final class UfwRule {

  private UfwRule() {}

  /** What a command does; ufw inserts its own rules ahead of the chain's default. */
  static HookEffect read(Source source, List<String> arguments) {
    var words = new ArrayList<>(arguments);
    words.remove("--force");
    boolean delete = words.remove("delete");
    boolean route = words.remove("route");
    if (words.isEmpty()) {
      return new HookEffect.NotUnderstood(source);
    }
    var change = delete ? Change.DELETE : Change.INSERT;
    var verdict =
        switch (words.getFirst()) {
          case "allow" -> Optional.of(Verdict.ACCEPT);
          case "deny" -> Optional.of(Verdict.DROP);
          case "reject" -> Optional.of(Verdict.REJECT);
          default -> Optional.<Verdict>empty();
        };
    try {
      var match = match(words.subList(1, words.size()));
      if (verdict.isPresent() && match.isPresent()) {
        var rule = new FilterRule(match.get(), verdict.get(), "");
        return new HookEffect.Filters(source, change, route ? Chain.FORWARD : Chain.INPUT, rule);
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // A name, prefix or port that can't be one, or a value that is missing.
    }
    return new HookEffect.NotUnderstood(source);
  }

  private static Optional<PacketMatch> match(List<String> words) {
    var match = PacketMatch.ANY;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      switch (word) {
        case "in", "out" -> {
          if (!words.get(i + 1).equals("on")) {
            return Optional.empty();
          }
          var device = InterfaceMatch.of(new InterfaceName(words.get(i + 2)));
          match = word.equals("in") ? match.comingIn(device) : match.goingOut(device);
          i += 2;
        }
        case "from" -> match = match.from(prefixes(words.get(++i)));
        case "to" -> match = match.to(prefixes(words.get(++i)));
        case "comment" -> i++;
        default -> {
          if (!word.matches("[0-9]{1,5}(/(udp|tcp))?")) {
            return Optional.empty();
          }
          int slash = word.indexOf('/');
          int port = Integer.parseInt(slash < 0 ? word : word.substring(0, slash));
          var transport = word.endsWith("/udp") ? Transport.UDP : Transport.TCP;
          match = match.carrying(transport, List.of(PortRange.of(port)));
        }
      }
    }
    return Optional.of(match);
  }

  private static List<Prefix> prefixes(String text) {
    return text.equals("any") ? List.of() : List.of(Prefix.parse(text));
  }
}
