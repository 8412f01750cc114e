package guywire.format.firewall;

import guywire.address.Prefix;
import guywire.format.firewall.NftTokens.NftToken;
import guywire.format.input.SourceFile;
import guywire.format.syntax.FileValues;
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

/**
 * Reads nftables scripts: base chains for input, forward, output, prerouting and postrouting, with
 * the matches and verdicts that {@link Nftables} writes and people usually write by hand. A rule
 * that says more than that is left out and told.
 */
public final class NftReader {

  private static final Set<String> FILTERS = Set.of("input", "forward", "output");

  private final FirewallDraft draft;
  private final Map<String, List<Prefix>> sets = new HashMap<>();
  private final Set<String> hooks = new HashSet<>();

  /** One that adds what it reads to a draft. */
  public NftReader(FirewallDraft draft) {
    this.draft = draft;
  }

  /** A rule and what is done with what it matches. */
  private record Line(NftRule rule, Place place) {}

  /** Reads a script. */
  public void read(SourceFile file) {
    var tokens = NftTokens.of(file);
    while (tokens.hasNext()) {
      tokens.skipEnds();
      if (tokens.peek().is("table")) {
        table(tokens);
      } else if (tokens.peek().is("chain")) {
        // A file of chains alone is included by someone else's table (fw4).
        chain(tokens);
      } else if (!tokens.take("}")) {
        tokens.statement();
      }
    }
  }

  private void table(NftTokens tokens) {
    while (tokens.hasNext() && !tokens.peek().is("{") && !tokens.peek().is(NftTokens.END)) {
      tokens.take();
    }
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
        var rule = NftRule.of(words, sets);
        var place = tokens.place(first);
        if (rule.isEmpty()) {
          draft.notes().warning("F66", place, "import.rule", FileValues.shown(text(words)));
        } else {
          lines.add(new Line(rule.get(), place));
        }
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

  private void apply(String type, String hook, Verdict policy, List<Line> lines, Place place) {
    boolean clamps = !lines.isEmpty() && lines.stream().allMatch(line -> line.rule().clamps());
    if (clamps) {
      draft.clampMss();
    } else if (type.equals("filter") && FILTERS.contains(hook)) {
      if (!hooks.add(hook)) {
        draft.notes().warning("F50", place, "import.second-chain", hook);
      }
      filter(hook, policy, lines);
    } else if (type.equals("nat")) {
      lines.forEach(line -> nat(line, hook));
    }
  }

  private void filter(String hook, Verdict policy, List<Line> lines) {
    var rules = new ArrayList<>(lines);
    var byDefault = policy;
    if (!rules.isEmpty()) {
      var last = rules.getLast().rule();
      if (last.match().equals(PacketMatch.ANY) && last.verdict().isPresent()) {
        byDefault = last.verdict().get();
        rules.removeLast();
      }
    }
    switch (hook) {
      case "input" -> draft.inputDefault(byDefault);
      case "forward" -> draft.forwardDefault(byDefault);
      default -> {}
    }
    for (var line : rules) {
      var rule = line.rule();
      if (rule.clamps()) {
        draft.clampMss();
      } else if (rule.verdict().isEmpty()) {
        draft.notes().warning("F66", line.place(), "import.rule", "");
      } else if (!rule.isLoopback()) {
        var filter = new FilterRule(rule.match(), rule.verdict().get(), rule.comment());
        switch (hook) {
          case "input" -> draft.input(filter, line.place());
          case "forward" -> draft.forward(filter, line.place());
          default -> draft.output(filter);
        }
      }
    }
    if (hook.equals("output") && byDefault != Verdict.ACCEPT) {
      draft.output(new FilterRule(PacketMatch.ANY, byDefault, ""));
    }
  }

  private void nat(Line line, String hook) {
    var rule = line.rule();
    var match = rule.match();
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
