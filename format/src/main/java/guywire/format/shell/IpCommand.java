package guywire.format.shell;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Source;
import guywire.network.Doubt;
import guywire.network.InterfaceName;
import guywire.network.PacketMatch;
import guywire.network.Route;
import guywire.network.RoutingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What {@code ip route}, {@code ip rule} and {@code ip link} do. */
public final class IpCommand {

  /** The kinds of route that discard packets. */
  private static final Set<String> DISCARDS = Set.of("blackhole", "unreachable", "prohibit");

  /** The device of a route that discards what it is for. */
  public static final InterfaceName NOWHERE = new InterfaceName("lo");

  private static final long WHOLE_MARK = 0xffffffffL;

  private static final PacketMatch ANY = PacketMatch.ANY;

  private IpCommand() {}

  /** Whether a kind of route discards what it is for. */
  public static boolean discards(String kind) {
    return DISCARDS.contains(kind);
  }

  static HookEffect read(Source source, List<String> written) {
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
      case "rule", "ru" -> rule(source, verb, words, ipv6);
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
    boolean strict = verb.equals("add") || verb.equals("a");
    boolean removed = Set.of("del", "delete", "d").contains(verb);
    if (verb.equals("flush")) {
      return flushed(source, words);
    }
    if (words.size() < 3 || !added && !removed) {
      return new HookEffect.NotUnderstood(source);
    }
    var rest = new ArrayList<>(words.subList(2, words.size()));
    rest.removeIf(word -> word.equals("onlink"));
    var read = route(rest, ipv6);
    return read.isPresent()
        ? new HookEffect.Routes(source, added, strict, read.get(), table(rest))
        : unclear(source, added, ANY.to(destination(rest, ipv6)));
  }

  private static HookEffect flushed(Source source, List<String> words) {
    String table = table(words);
    return words.contains("cache")
        ? new HookEffect.Harmless(source)
        : words.size() == 4 && !table.equals(RoutingPolicy.MAIN)
            ? new HookEffect.TableFlushed(source, table)
            : new HookEffect.NotUnderstood(source);
  }

  private static String table(List<String> words) {
    int at = words.indexOf("table");
    return at >= 0 && at + 1 < words.size()
        ? RoutingPolicy.table(words.get(at + 1))
        : RoutingPolicy.MAIN;
  }

  private static List<Prefix> destination(List<String> words, boolean ipv6) {
    String first =
        DISCARDS.contains(words.getFirst()) && words.size() > 1 ? words.get(1) : words.getFirst();
    return first.equals("default")
        ? List.of(ipv6 ? Prefix.ALL_IPV6 : Prefix.ALL_IPV4)
        : Prefix.tryParse(first).map(List::of).orElse(List.of());
  }

  private static HookEffect rule(Source source, String verb, List<String> words, boolean ipv6) {
    boolean added = verb.equals("add") || verb.equals("a");
    if (!added && !verb.equals("del") && !verb.equals("delete") && !verb.equals("d")) {
      return new HookEffect.NotUnderstood(source);
    }
    var read = rule(words.subList(2, words.size()), ipv6);
    return read.isPresent()
        ? new HookEffect.Rule(source, added, read.get())
        : unclear(source, added, match(words));
  }

  /** A rule as its words say it; empty if one of them is not understood. */
  public static Optional<RoutingPolicy.Rule> rule(List<String> words, boolean ipv6) {
    Optional<Prefix> from = Optional.empty();
    Optional<Prefix> to = Optional.empty();
    Optional<RoutingPolicy.Mark> mark = Optional.empty();
    Optional<InterfaceName> in = Optional.empty();
    Optional<String> table = Optional.of(RoutingPolicy.MAIN);
    OptionalInt priority = OptionalInt.empty();
    OptionalInt suppressed = OptionalInt.empty();
    boolean inverted = false;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String value = i + 1 < words.size() ? words.get(i + 1) : "";
      boolean read = true;
      switch (word) {
        case "not" -> {
          inverted = true;
          continue;
        }
        case "unicast" -> {
          continue;
        }
        case "blackhole", "unreachable", "prohibit" -> {
          table = Optional.empty();
          continue;
        }
        case "from" -> {
          from = Prefix.tryParse(value);
          read = from.isPresent() || isAll(value);
        }
        case "to" -> {
          to = Prefix.tryParse(value);
          read = to.isPresent() || isAll(value);
        }
        case "fwmark" -> {
          mark = mark(value);
          read = mark.isPresent();
        }
        case "iif", "dev" -> {
          in = InterfaceName.tryParse(value);
          read = in.isPresent();
        }
        case "table", "lookup" -> {
          table = Optional.of(RoutingPolicy.table(value));
          read = !value.isEmpty();
        }
        case "pref", "priority", "preference", "prio", "order" -> {
          priority = number(value);
          read = priority.isPresent();
        }
        case "suppress_prefixlength", "suppress_prefixlen", "sup_pl" -> {
          suppressed = number(value);
          read = suppressed.isPresent();
        }
        case "proto", "protocol" -> {}
        default -> read = false;
      }
      if (!read) {
        return Optional.empty();
      }
      i++;
    }
    var named = from.isPresent() ? from : to;
    var family = named.map(Prefix::family).orElse(ipv6 ? Family.IPV6 : Family.IPV4);
    return Optional.of(
        new RoutingPolicy.Rule(
            family, priority, inverted, from, to, mark, in, table, suppressed, 0));
  }

  private static boolean isAll(String word) {
    return Set.of("all", "any", "default").contains(word);
  }

  private static OptionalInt number(String text) {
    try {
      return OptionalInt.of(Integer.decode(text));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  private static Optional<RoutingPolicy.Mark> mark(String text) {
    int slash = text.indexOf('/');
    try {
      long value = Long.decode(slash < 0 ? text : text.substring(0, slash));
      long mask = slash < 0 ? WHOLE_MARK : Long.decode(text.substring(slash + 1));
      return Optional.of(new RoutingPolicy.Mark(value, mask));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** For whom a rule can be of which a word is not understood. */
  private static PacketMatch match(List<String> words) {
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
    return match;
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
