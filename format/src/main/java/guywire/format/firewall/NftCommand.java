package guywire.format.firewall;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.firewall.NftTokens.NftToken;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Chain;
import guywire.format.input.HookEffect.Change;
import guywire.format.input.HookEffect.Source;
import guywire.format.input.SourceFile;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Hook;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says what {@code nft} commands of hooks do. Which hook of the kernel a chain stands at is known
 * from an earlier command that made the chain, else from its name, else from what only one kind of
 * chain can do. Not safe for use by several threads.
 */
public final class NftCommand {

  private static final Set<String> FAMILIES = Set.of("ip", "ip6", "inet", "arp", "bridge");

  /** The kernel's hook of each chain that was made by a command, by {@code family table chain}. */
  private final Map<String, String> hooks = new HashMap<>();

  /** The tables that commands made, by {@code family table}. */
  private final Set<String> tables = new HashSet<>();

  /** What a command does, statement by statement. */
  public List<HookEffect> read(Source source, List<String> arguments) {
    var words = arguments;
    while (!words.isEmpty() && words.getFirst().matches("-[anse]+")) {
      words = words.subList(1, words.size());
    }
    var tokens = NftTokens.of(new SourceFile("hook", String.join(" ", words)));
    var effects = new ArrayList<HookEffect>();
    while (tokens.hasNext()) {
      tokens.skipEnds();
      var statement = tokens.statement();
      if (!statement.isEmpty()) {
        presumed(source, statement.stream().map(NftToken::text).toList()).ifPresent(effects::add);
        effects.add(effect(source, statement));
      } else if (tokens.take("}")) {
        return List.of(new HookEffect.NotUnderstood(source));
      }
    }
    return effects.isEmpty() ? List.of(new HookEffect.NotUnderstood(source)) : effects;
  }

  /** The table that has to be there already, if no command before made it. */
  private Optional<HookEffect> presumed(Source source, List<String> words) {
    String verb = words.getFirst();
    String object = words.size() > 1 ? words.get(1) : "";
    boolean wants =
        object.equals("table")
            ? verb.equals("delete") || verb.equals("flush")
            : Set.of("rule", "chain", "set", "element").contains(object);
    var name = named(words).split(" ", -1);
    String table = name[0] + " " + name[1];
    if (object.equals("table") && !wants) {
      tables.add(table);
    }
    return wants && !source.forgiven() && !tables.contains(table)
        ? Optional.of(new HookEffect.Presumes(source, "table " + table))
        : Optional.empty();
  }

  private HookEffect effect(Source source, List<NftToken> statement) {
    var words = statement.stream().map(NftToken::text).toList();
    String verb = words.getFirst();
    String object = words.size() > 1 ? words.get(1) : "";
    boolean makes = verb.equals("add") || verb.equals("create");
    return switch (object) {
      case "rule" ->
          makes || verb.equals("insert")
              ? rule(source, verb.equals("insert") ? Change.INSERT : Change.APPEND, statement)
              : harmlessIf(verb.equals("delete") && !isUp(source), source);
      case "chain" -> makes ? chain(source, words) : removed(source, verb);
      case "table" -> makes ? new HookEffect.Harmless(source) : removed(source, verb);
      default -> harmlessIf(verb.equals("list"), source);
    };
  }

  private static boolean isUp(Source source) {
    return source.when() != Hook.When.PRE_DOWN && source.when() != Hook.When.POST_DOWN;
  }

  private static HookEffect harmlessIf(boolean harmless, Source source) {
    return harmless ? new HookEffect.Harmless(source) : new HookEffect.NotUnderstood(source);
  }

  /** A table or chain that is taken away first is the hook's own, of an earlier start. */
  private static HookEffect removed(Source source, String verb) {
    return harmlessIf(Set.of("delete", "destroy", "flush").contains(verb), source);
  }

  /** {@code add chain FAMILY TABLE CHAIN [{ type T hook H priority P; policy accept; }]}. */
  private HookEffect chain(Source source, List<String> words) {
    int at = words.indexOf("hook");
    int policy = words.indexOf("policy");
    if (at > 0 && at + 1 < words.size()) {
      hooks.put(named(words), words.get(at + 1));
    }
    boolean drops = policy > 0 && policy + 1 < words.size() && words.get(policy + 1).equals("drop");
    var stage = filterOf(hooks.getOrDefault(named(words), ""));
    return drops && stage.isPresent()
        ? new HookEffect.Policy(source, stage.get(), families(words), Verdict.DROP)
        : harmlessIf(!drops, source);
  }

  private static List<Family> families(List<String> words) {
    return switch (words.size() > 2 ? words.get(2) : "") {
      case "inet" -> List.of(Family.IPV4, Family.IPV6);
      case "ip6" -> List.of(Family.IPV6);
      default -> List.of(Family.IPV4);
    };
  }

  private static Optional<Chain> filterOf(String hook) {
    return switch (hook) {
      case "input" -> Optional.of(Chain.INPUT);
      case "forward" -> Optional.of(Chain.FORWARD);
      case "output" -> Optional.of(Chain.OUTPUT);
      default -> Optional.empty();
    };
  }

  /** The chain that a command is about; {@code ip} if no family is said. */
  private static String named(List<String> words) {
    boolean said = words.size() > 2 && FAMILIES.contains(words.get(2));
    int table = said ? 3 : 2;
    return (said ? words.get(2) : "ip")
        + " "
        + (table < words.size() ? words.get(table) : "")
        + " "
        + (table + 1 < words.size() ? words.get(table + 1) : "");
  }

  private HookEffect rule(Source source, Change change, List<NftToken> statement) {
    var words = statement.stream().map(NftToken::text).toList();
    String chain = named(words);
    int first = FAMILIES.contains(words.size() > 2 ? words.get(2) : "") ? 5 : 4;
    int from = Math.min(first, statement.size());
    if (words.size() > from + 1
        && Set.of("position", "index", "handle").contains(words.get(from))) {
      from += 2;
    }
    var read = NftRule.of(statement.subList(from, statement.size()), Map.of());
    if (read.isEmpty() || read.get().mapped().isPresent()) {
      return new HookEffect.NotUnderstood(source);
    }
    var rule = read.get();
    var family = chain.substring(0, chain.indexOf(' '));
    var match = narrowed(rule.match(), family, rule.verdict().isPresent() || rule.masquerades());
    if (match.isEmpty()) {
      return new HookEffect.NotUnderstood(source);
    }
    if (rule.clamps()) {
      return new HookEffect.Clamps(source, change);
    }
    if (rule.masquerades()) {
      return new HookEffect.Rewrites(source, change, new NatRule.Masquerade(match.get()));
    }
    String hook = hook(chain);
    if (rule.target().isPresent()) {
      var to = rule.target().get();
      return switch (hook) {
        case "postrouting" ->
            new HookEffect.Rewrites(source, change, new NatRule.Source(match.get(), to));
        case "prerouting" ->
            new HookEffect.Rewrites(
                source, change, new NatRule.Destination(match.get(), to, rule.targetPort()));
        default -> new HookEffect.NotUnderstood(source);
      };
    }
    var filter = filterOf(hook);
    if (filter.isEmpty() || rule.verdict().isEmpty()) {
      return new HookEffect.NotUnderstood(source);
    }
    return new HookEffect.Filters(
        source,
        change,
        filter.get(),
        new FilterRule(match.get(), rule.verdict().get(), rule.comment()));
  }

  private String hook(String chain) {
    return Optional.ofNullable(hooks.get(chain))
        .orElseGet(() -> chain.substring(chain.lastIndexOf(' ') + 1).toLowerCase(Locale.ROOT));
  }

  /** A match in a table of one family speaks of that family; empty if IP passes no such table. */
  private static Optional<PacketMatch> narrowed(PacketMatch match, String family, boolean filters) {
    boolean open = match.from().isEmpty() && match.to().isEmpty();
    return switch (family) {
      case "inet" -> Optional.of(match);
      case "ip" -> Optional.of(open && filters ? match.from(List.of(Prefix.ALL_IPV4)) : match);
      case "ip6" -> Optional.of(open ? match.from(List.of(Prefix.ALL_IPV6)) : match);
      default -> Optional.empty();
    };
  }
}
