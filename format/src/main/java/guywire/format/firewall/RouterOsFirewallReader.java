package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.syntax.FileValues;
import guywire.format.syntax.RouterOsFile;
import guywire.format.syntax.RouterOsFile.Item;
import guywire.format.syntax.RouterOsScript;
import guywire.network.Doubt.Stage;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads RouterOS's filter and NAT rules: those of the chains input, forward and output, and of a
 * chain they jump to without condition, in place of the jump.
 */
public final class RouterOsFirewallReader {

  private static final String OURS = RouterOsScript.OURS;

  /** What a rule of mangle does that leaves packets on their way. */
  private static final Set<String> UNTOUCHING =
      Set.of(
          "accept",
          "log",
          "passthrough",
          "mark-packet",
          "change-dscp",
          "set-priority",
          "clear-df",
          "sniff-tzsp",
          "sniff-pc",
          "add-src-to-address-list",
          "add-dst-to-address-list",
          "return");

  /** How often chains are followed, all in all. */
  private static final int MOST_VISITS = 2000;

  private final RouterOsFile file;
  private final FirewallDraft draft;
  private final List<TunnelPort> ports;
  private final RouterOsMatch matches;
  private final Map<Boolean, Set<PacketMatch>> masquerades = new HashMap<>();
  private int visits;

  /**
   * One that reads a router's configuration.
   *
   * @param file the configuration
   * @param draft gets what is read
   * @param ports the router's tunnels
   */
  public RouterOsFirewallReader(RouterOsFile file, FirewallDraft draft, List<TunnelPort> ports) {
    this.file = file;
    this.draft = draft;
    this.ports = List.copyOf(ports);
    this.matches = new RouterOsMatch(file, draft.notes());
  }

  /** Reads all of its firewall. */
  public void read() {
    for (var menu : List.of("/ip/firewall", "/ipv6/firewall")) {
      file.entries(menu + "/mangle").forEach(this::mangle);
    }
    raw();
    chain("input");
    chain("forward");
    chain("output");
    for (var menu : List.of("/ip/firewall", "/ipv6/firewall")) {
      boolean ipv6 = menu.startsWith("/ipv6");
      file.entries(menu + "/nat").forEach(item -> nat(item, ipv6));
    }
  }

  private void mangle(Item item) {
    if (item.get("action", "").equals("change-mss")) {
      draft.clampMss();
    } else if (item.get("action", "").equals("mark-connection")) {
      matches.marks(item);
    } else if (!UNTOUCHING.contains(item.get("action", "accept"))) {
      unread(item, Stage.ROUTING, Optional.empty());
    }
  }

  /**
   * The rules that are asked before connections are: what they drop goes no further, whether it is
   * for the router or for others. Behind one that accepts, what a rule is for is not followed.
   */
  private void raw() {
    for (var menu : List.of("/ip/firewall/raw", "/ipv6/firewall/raw")) {
      boolean open = false;
      for (var item : file.entries(menu)) {
        String action = item.get("action", "accept");
        var asked = matches.of(item);
        if (asked.never() || Set.of("notrack", "log", "passthrough").contains(action)) {
          continue;
        }
        open |= !action.equals("drop") || !asked.whole();
        boolean sent = item.get("chain", "").equals("output");
        if (open && !action.equals("accept")) {
          var verdict =
              action.equals("drop") ? Optional.of(Verdict.DROP) : Optional.<Verdict>empty();
          unread(item, sent ? Stage.OUTPUT : Stage.FORWARD, verdict);
          if (!sent) {
            unread(item, Stage.INPUT, verdict);
          }
        } else if (!open) {
          var all = menu.startsWith("/ipv6") ? Prefix.ALL_IPV6 : Prefix.ALL_IPV4;
          boolean bare = asked.match().from().isEmpty() && asked.match().to().isEmpty();
          var match = bare ? asked.match().from(List.of(all)) : asked.match();
          var rule = new FilterRule(match, Verdict.DROP, comment(item));
          if (sent) {
            draft.output(rule, item.decided());
          } else {
            draft.input(rule, item.decided());
            draft.forward(rule, item.decided());
          }
        }
      }
    }
  }

  /** The rules of a chain in both families. A pair alike but for the family is one rule. */
  private void chain(String chain) {
    var rules = new ArrayList<Rule>();
    for (var menu : List.of("/ip/firewall/filter", "/ipv6/firewall/filter")) {
      boolean ipv6 = menu.startsWith("/ipv6");
      var items = new HashMap<String, List<Item>>();
      for (var item : file.entries(menu)) {
        items.computeIfAbsent(item.get("chain", ""), c -> new ArrayList<>()).add(item);
      }
      collect(items, chain, chain, ipv6, new HashSet<>(), rules);
    }
    var merged = merged(rules);
    if (chain.equals("output")) {
      merged.forEach(rule -> draft.output(rule.rule(), rule.item().decided()));
      return;
    }
    if (!merged.isEmpty() && merged.getLast().isDefault()) {
      var last = merged.removeLast();
      if (chain.equals("input")) {
        draft.inputDefault(last.rule().verdict(), last.item().decided());
      } else {
        draft.forwardDefault(last.rule().verdict(), last.item().decided());
      }
    }
    for (var rule : merged) {
      if (chain.equals("input")) {
        draft.input(rule.rule(), rule.item().decided());
      } else {
        draft.forward(rule.rule(), rule.item().decided());
      }
    }
  }

  private record Rule(FilterRule rule, Item item, boolean ipv6) {
    boolean isDefault() {
      return rule.match().equals(PacketMatch.ANY);
    }
  }

  private void collect(
      Map<String, List<Item>> items,
      String chain,
      String first,
      boolean ipv6,
      Set<String> open,
      List<Rule> rules) {
    if (!open.add(chain)) {
      return;
    }
    if (++visits > MOST_VISITS) {
      // Chains that jump to each other over and over: no router is configured like that.
      open.remove(chain);
      return;
    }
    for (var item : items.getOrDefault(chain, List.of())) {
      String action = item.get("action", "accept");
      if (action.equals("jump")) {
        boolean bare =
            item.properties().keySet().stream()
                .allMatch(p -> Set.of("chain", "action", "jump-target", "comment").contains(p));
        if (bare) {
          collect(items, item.get("jump-target", ""), first, ipv6, open, rules);
        } else {
          unread(item, stage(first), Optional.empty());
        }
      } else if (isOurDefault(item) || isPort(item)) {
        continue;
      } else {
        rule(item, action, stage(first)).ifPresent(rule -> rules.add(new Rule(rule, item, ipv6)));
      }
    }
    // A chain is followed wherever it is jumped to, but not into itself.
    open.remove(chain);
  }

  /** What we write so that the router's own rules don't reject what our default accepts. */
  private static boolean isOurDefault(Item item) {
    return item.get("comment", "").equals(OURS + " default")
        && item.get("action", "").equals("accept");
  }

  /** A rule that opens a tunnel's port is the underlay's. */
  private boolean isPort(Item item) {
    return item.get("protocol", "").equals("udp")
        && item.get("action", "accept").equals("accept")
        && item.get("in-interface").isEmpty()
        && ports.stream().anyMatch(tunnel -> tunnel.is(item.get("dst-port", "")));
  }

  private static Stage stage(String chain) {
    return switch (chain) {
      case "input" -> Stage.INPUT;
      case "output" -> Stage.OUTPUT;
      default -> Stage.FORWARD;
    };
  }

  private Optional<FilterRule> rule(Item item, String action, Stage stage) {
    Optional<Verdict> verdict =
        switch (action) {
          case "accept" -> Optional.of(Verdict.ACCEPT);
          case "drop", "tarpit" -> Optional.of(Verdict.DROP);
          case "reject" -> Optional.of(Verdict.REJECT);
          default -> Optional.empty();
        };
    var asked = matches.of(item);
    if (asked.never()) {
      return Optional.empty();
    }
    if (verdict.isEmpty() || !asked.whole()) {
      boolean harmless = Set.of("log", "passthrough", "fasttrack-connection").contains(action);
      if (!harmless) {
        unread(item, stage, verdict);
      }
      return Optional.empty();
    }
    return Optional.of(new FilterRule(asked.match(), verdict.get(), comment(item)));
  }

  private static String comment(Item item) {
    String comment = item.get("comment", "");
    comment = comment.startsWith(OURS + ": ") ? comment.substring(OURS.length() + 2) : comment;
    return FilterRule.isComment(comment) ? comment : "";
  }

  /**
   * Both families in one list. A rule without prefixes that both have is one rule at the place
   * where they meet; between such rules those of IPv4 come first, which changes nothing, since no
   * packet is of both.
   */
  private List<Rule> merged(List<Rule> rules) {
    var ipv4 = rules.stream().filter(rule -> !rule.ipv6()).toList();
    var ipv6 = rules.stream().filter(Rule::ipv6).toList();
    var shared = new HashSet<FilterRule>();
    ipv4.stream().filter(rule -> hasNoPrefix(rule.rule())).forEach(rule -> shared.add(rule.rule()));
    var both = new LinkedHashSet<FilterRule>();
    ipv6.stream().map(Rule::rule).filter(shared::contains).forEach(both::add);
    var merged = new ArrayList<Rule>();
    int next = 0;
    for (var rule : ipv4) {
      if (both.contains(rule.rule())) {
        while (next < ipv6.size() && !ipv6.get(next).rule().equals(rule.rule())) {
          merged.add(onlyIpv6(ipv6.get(next++)));
        }
        merged.add(next < ipv6.size() ? rule : onlyIpv4(rule));
        next++;
      } else {
        merged.add(onlyIpv4(rule));
      }
    }
    while (next < ipv6.size()) {
      merged.add(onlyIpv6(ipv6.get(next++)));
    }
    return merged;
  }

  private static boolean hasNoPrefix(FilterRule rule) {
    return rule.match().from().isEmpty() && rule.match().to().isEmpty();
  }

  private static Rule onlyIpv4(Rule rule) {
    return only(rule, Prefix.ALL_IPV4);
  }

  private static Rule onlyIpv6(Rule rule) {
    return only(rule, Prefix.ALL_IPV6);
  }

  private static Rule only(Rule rule, Prefix all) {
    if (!hasNoPrefix(rule.rule())) {
      return rule;
    }
    var narrowed = rule.rule().match().from(List.of(all));
    var filter = new FilterRule(narrowed, rule.rule().verdict(), rule.rule().comment());
    return new Rule(filter, rule.item(), rule.ipv6());
  }

  private void nat(Item item, boolean ipv6) {
    var to = item.get("to-addresses").flatMap(IpAddress::tryParse);
    var toPrefix = item.get("to-addresses").flatMap(Prefix::tryParse);
    var port = item.get("to-ports").map(text -> FileValues.number(text, 65535));
    var asked = matches.of(item);
    if (asked.never()) {
      return;
    }
    var match = asked.wholly();
    if (match.isEmpty()) {
      unread(item, Stage.ROUTING, Optional.empty());
      return;
    }
    switch (item.get("action", "")) {
      case "masquerade" -> masquerade(item, match.get(), ipv6);
      case "src-nat" ->
          to.ifPresent(
              address -> draft.nat(new NatRule.Source(match.get(), address), item.place()));
      case "dst-nat" -> {
        var number =
            port.isPresent() && port.get().isPresent()
                ? OptionalInt.of((int) port.get().getAsLong())
                : OptionalInt.empty();
        to.ifPresent(address ->
            draft.nat(new NatRule.Destination(match.get(), address, number), item.place()));
      }
      case "netmap" -> {
        boolean in = item.get("chain", "").equals("dstnat");
        var shown = item.get("dst-address").flatMap(Prefix::tryParse);
        if (in
            && shown.isPresent()
            && toPrefix.isPresent()
            && sameSize(shown.get(), toPrefix.get())) {
          var side = match.get().to(List.of());
          draft.nat(new NatRule.Map(side, toPrefix.get(), shown.get()), item.place());
        }
      }
      case "log", "passthrough" -> {}
      default -> unread(item, Stage.ROUTING, Optional.empty());
    }
  }

  /** Masquerading written for both families is one rule; the second of the pair adds nothing. */
  private void masquerade(Item item, PacketMatch match, boolean ipv6) {
    boolean plain = match.from().isEmpty() && match.to().isEmpty();
    if (!plain) {
      draft.nat(new NatRule.Masquerade(match), item.place());
      return;
    }
    boolean other = masquerades.computeIfAbsent(!ipv6, this::masquerading).contains(match);
    if (!other) {
      var all = List.of(ipv6 ? Prefix.ALL_IPV6 : Prefix.ALL_IPV4);
      draft.nat(new NatRule.Masquerade(match.from(all)), item.place());
    } else if (!ipv6) {
      draft.nat(new NatRule.Masquerade(match), item.place());
    }
  }

  /** What is masqueraded in one family. */
  private Set<PacketMatch> masquerading(boolean ipv6) {
    var own = new HashSet<PacketMatch>();
    for (var item : file.entries(ipv6 ? "/ipv6/firewall/nat" : "/ip/firewall/nat")) {
      if (item.get("action", "").equals("masquerade")) {
        matches.of(item).wholly().ifPresent(own::add);
      }
    }
    return own;
  }

  private static boolean sameSize(Prefix one, Prefix other) {
    return one.family() == other.family() && one.length() == other.length();
  }

  /** Says that a rule is not understood; for whom it can be, the answers depend on it. */
  private void unread(Item item, Stage stage, Optional<Verdict> verdict) {
    String shown = item.get("chain", "") + " " + item.get("action", "");
    draft.notes().warning("F66", item.place(), "import.rule", FileValues.shown(shown));
    String what = item.menu() + " " + FileValues.shown(shown);
    draft.unread(stage, matches.of(item).match(), verdict, item.place(), what);
  }
}
