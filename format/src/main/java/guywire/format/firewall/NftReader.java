package guywire.format.firewall;

import guywire.address.Prefix;
import guywire.format.firewall.NftTokens.NftToken;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
import guywire.network.Doubt.Stage;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.NatRule;
import guywire.network.Nftables;
import guywire.network.PacketMatch;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads nftables scripts: base chains for input, forward, output, prerouting and postrouting, with
 * the matches and verdicts that {@link Nftables} writes and people usually write by hand. A rule
 * that says more than that is told, and what it can be for depends on it.
 */
public final class NftReader {

  private static final Set<String> FILTERS = Set.of("input", "forward", "output");

  /** What a packet is on its way to where it passes a hook beside those of filters. */
  private static final Map<String, List<Stage>> STAGES =
      Map.of(
          "input", List.of(Stage.INPUT),
          "forward", List.of(Stage.FORWARD),
          "output", List.of(Stage.OUTPUT),
          "prerouting", List.of(Stage.INPUT, Stage.FORWARD),
          "postrouting", List.of(Stage.FORWARD, Stage.OUTPUT));

  private final FirewallDraft draft;
  private final Map<String, List<Prefix>> sets = new HashMap<>();
  private final Set<String> hooks = new HashSet<>();
  private String family = "inet";

  /** One that adds what it reads to a draft. */
  public NftReader(FirewallDraft draft) {
    this.draft = draft;
  }

  /**
   * A rule and what is done with what it matches.
   *
   * @param unread its text, if it is not wholly understood
   */
  private record Line(NftRule rule, Place place, Optional<String> unread) {}

  /** Reads a script. */
  public void read(SourceFile file) {
    var tokens = NftTokens.of(file);
    while (tokens.hasNext()) {
      tokens.skipEnds();
      if (tokens.peek().is("table")) {
        table(tokens);
      } else if (tokens.peek().is("chain")) {
        // A file of chains alone is included by someone else's table (fw4).
        family = "inet";
        chain(tokens);
      } else if (!tokens.take("}")) {
        tokens.statement();
      }
    }
  }

  private void table(NftTokens tokens) {
    tokens.take();
    family = tokens.peek().text();
    while (tokens.hasNext() && !tokens.peek().is("{") && !tokens.peek().is(NftTokens.END)) {
      tokens.take();
    }
    // A table without a family is one of IPv4.
    family = Set.of("inet", "ip6", "arp", "bridge", "netdev").contains(family) ? family : "ip";
    if (!tokens.take("{")) {
      return;
    }
    while (tokens.hasNext() && !tokens.take("}")) {
      if (tokens.peek().is("chain")) {
        chain(tokens);
      } else if (tokens.peek().is("set")) {
        set(tokens);
      } else if (!tokens.statement().isEmpty() || !tokens.take(NftTokens.END)) {
        tokens.skipEnds();
      }
    }
  }

  private void set(NftTokens tokens) {
    tokens.take();
    String name = tokens.take().text();
    if (!tokens.take("{")) {
      return;
    }
    var prefixes = new ArrayList<Prefix>();
    while (tokens.hasNext() && !tokens.take("}")) {
      boolean elements = tokens.peek().is("elements");
      var words = tokens.statement();
      if (elements) {
        words.forEach(word -> Prefix.tryParse(word.text()).ifPresent(prefixes::add));
      }
      tokens.skipEnds();
    }
    sets.put(name, prefixes);
  }

  private void chain(NftTokens tokens) {
    var start = tokens.take();
    tokens.take();
    if (!tokens.take("{")) {
      return;
    }
    var type = Optional.<String>empty();
    var hook = Optional.<String>empty();
    var policy = Verdict.ACCEPT;
    var lines = new ArrayList<Line>();
    while (tokens.hasNext() && !tokens.take("}")) {
      var first = tokens.peek();
      var words = tokens.statement();
      tokens.skipEnds();
      if (words.isEmpty()) {
        continue;
      }
      if (first.is("type")) {
        type = Optional.of(word(words, 1));
        hook = Optional.of(word(words, 3));
      } else if (first.is("policy")) {
        policy = word(words, 1).equals("drop") ? Verdict.DROP : Verdict.ACCEPT;
      } else {
        line(words, tokens.place(first)).ifPresent(lines::add);
      }
    }
    if (hook.isEmpty()) {
      if (!lines.isEmpty()) {
        draft.notes().warning("F66", tokens.place(start), "import.chain");
      }
      return;
    }
    apply(type.orElse(""), hook.get(), policy, lines, tokens.place(start));
  }

  /** A rule; empty if it decides nothing. */
  private Optional<Line> line(List<NftToken> words, Place place) {
    var rule = NftRule.of(words, sets);
    if (rule.isPresent()) {
      return Optional.of(new Line(rule.get(), place, Optional.empty()));
    }
    String text = FileValues.shown(text(words));
    draft.notes().warning("F66", place, "import.rule", text);
    return NftRule.isIdle(words)
        ? Optional.empty()
        : Optional.of(new Line(NftRule.partly(words, sets), place, Optional.of(text)));
  }

  private void apply(String type, String hook, Verdict policy, List<Line> lines, Place place) {
    boolean clamps = !lines.isEmpty() && lines.stream().allMatch(line -> line.rule().clamps());
    if (!Set.of("inet", "ip", "ip6").contains(family)) {
      return;
    }
    if (clamps) {
      draft.clampMss();
    } else if (type.equals("filter") && FILTERS.contains(hook)) {
      boolean alone =
          families().map(one -> hooks.add(hook + one)).reduce(true, Boolean::logicalAnd);
      if (alone) {
        filter(hook, policy, lines, place);
      } else {
        draft.notes().warning("F50", place, "import.second-chain", hook);
        beside(hook, policy, lines, place);
      }
    } else if (type.equals("nat")) {
      lines.forEach(line -> nat(line, hook));
    } else {
      beside(hook, policy, lines, place);
    }
  }

  /** The families whose packets pass the table. */
  private Stream<String> families() {
    return family.equals("inet") ? Stream.of("ip", "ip6") : Stream.of(family);
  }

  /** A match as it is in a table of one family. */
  private PacketMatch narrowed(PacketMatch match) {
    boolean bare = match.from().isEmpty() && match.to().isEmpty();
    return family.equals("inet") || !bare
        ? match
        : match.from(List.of(family.equals("ip6") ? Prefix.ALL_IPV6 : Prefix.ALL_IPV4));
  }

  /** A chain that is asked beside another: what it refuses is refused, whatever that accepts. */
  private void beside(String hook, Verdict policy, List<Line> lines, Place place) {
    for (var line : lines) {
      boolean accepts = line.rule().verdict().equals(Optional.of(Verdict.ACCEPT));
      if (!accepts && !line.rule().isLoopback() && !line.rule().clamps()) {
        unread(
            hook,
            line.rule().match(),
            line.rule().verdict(),
            line.place(),
            line.unread().orElse(hook));
      }
    }
    if (policy != Verdict.ACCEPT) {
      unread(hook, PacketMatch.ANY, Optional.of(policy), place, "policy drop");
    }
  }

  private void unread(
      String hook, PacketMatch match, Optional<Verdict> verdict, Place place, String what) {
    for (var stage : STAGES.getOrDefault(hook, List.of(Stage.ANYWHERE))) {
      draft.unread(stage, narrowed(match), verdict, place, what);
    }
  }

  private void filter(String hook, Verdict policy, List<Line> lines, Place place) {
    var rules = new ArrayList<>(lines);
    var byDefault = policy;
    var where = place;
    if (!rules.isEmpty()) {
      var last = rules.getLast();
      if (last.unread().isEmpty()
          && last.rule().match().equals(PacketMatch.ANY)
          && last.rule().verdict().isPresent()) {
        byDefault = last.rule().verdict().get();
        where = last.place();
        rules.removeLast();
      }
    }
    for (var line : rules) {
      var rule = line.rule();
      if (line.unread().isPresent()) {
        unread(hook, rule.match(), rule.verdict(), line.place(), line.unread().get());
      } else if (rule.clamps()) {
        draft.clampMss();
      } else if (rule.verdict().isEmpty()) {
        draft.notes().warning("F66", line.place(), "import.rule", "");
      } else if (!rule.isLoopback()) {
        var match = narrowed(rule.match());
        rule(hook, new FilterRule(match, rule.verdict().get(), rule.comment()), line.place());
      }
    }
    boolean ofAll = family.equals("inet");
    if (ofAll && hook.equals("input")) {
      draft.inputDefault(byDefault, where);
    } else if (ofAll && hook.equals("forward")) {
      draft.forwardDefault(byDefault, where);
    } else if (byDefault != Verdict.ACCEPT) {
      rule(hook, new FilterRule(narrowed(PacketMatch.ANY), byDefault, ""), where);
    }
  }

  private void rule(String hook, FilterRule rule, Place place) {
    switch (hook) {
      case "input" -> draft.input(rule, place);
      case "forward" -> draft.forward(rule, place);
      default -> draft.output(rule, place);
    }
  }

  private void nat(Line line, String hook) {
    var rule = line.rule();
    // What has a target is of its family by that.
    var match = family.equals("ip6") || rule.masquerades() ? narrowed(rule.match()) : rule.match();
    if (line.unread().isPresent()) {
      draft.unread(Stage.ROUTING, match, Optional.empty(), line.place(), line.unread().get());
      return;
    }
    if (rule.mapped().isPresent()) {
      // The way out says the same as the way in; one of the two is enough.
      if (hook.equals("postrouting")) {
        var map = rule.mapped().get();
        var in =
            new PacketMatch(
                match.out(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                PacketMatch.Connections.ANY);
        draft.nat(new NatRule.Map(in, map.from(), map.to()), line.place());
      }
    } else if (rule.masquerades()) {
      draft.nat(new NatRule.Masquerade(match), line.place());
    } else if (rule.target().isPresent()) {
      var to = rule.target().get();
      draft.nat(
          hook.equals("prerouting")
              ? new NatRule.Destination(match, to, rule.targetPort())
              : new NatRule.Source(match, to),
          line.place());
    } else {
      draft.notes().warning("F66", line.place(), "import.rule", "");
    }
  }

  private static String word(List<NftToken> words, int index) {
    return index < words.size() ? words.get(index).text() : "";
  }

  private static String text(List<NftToken> words) {
    return String.join(" ", words.stream().limit(20).map(NftToken::text).toList());
  }
}
