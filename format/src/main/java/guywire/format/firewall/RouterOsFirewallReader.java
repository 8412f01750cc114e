package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.syntax.RouterOsFile;
import guywire.format.syntax.RouterOsFile.Item;
import guywire.format.syntax.RouterOsScript;
import guywire.format.syntax.Values;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Transport;
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

  /** Properties that don't change which packets a rule is for, or that are read. */
  private static final Set<String> KNOWN =
      Set.of(
          "chain",
          "action",
          "comment",
          "protocol",
          "src-address",
          "dst-address",
          "src-address-list",
          "dst-address-list",
          "in-interface",
          "out-interface",
          "dst-port",
          "connection-state",
          "connection-mark",
          "to-addresses",
          "to-ports",
          "jump-target",
          "reject-with",
          "log",
          "log-prefix",
          "disabled",
          "place-before",
          "passthrough",
          "new-mss",
          "tcp-flags",
          "new-connection-mark");

  /** How often chains are followed, all in all. */
  private static final int MOST_VISITS = 2000;

  private final RouterOsFile file;
  private final FirewallDraft draft;
  private final List<TunnelPort> ports;
  private final Map<String, List<Prefix>> lists = new HashMap<>();
  private final Map<String, InterfaceMatch> marks = new HashMap<>();
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
  }

  /** Reads all of its firewall. */
  public void read() {
    for (var menu : List.of("/ip/firewall", "/ipv6/firewall")) {
      for (var item : file.of(menu + "/address-list")) {
        item.get("address")
            .flatMap(text -> Values.prefix(text, item.place(), draft.notes()))
            .ifPresent(prefix ->
                lists.computeIfAbsent(item.get("list", ""), l -> new ArrayList<>()).add(prefix));
      }
      file.of(menu + "/mangle").forEach(this::mangle);
    }
    chain("input");
    chain("forward");
    chain("output");
    for (var menu : List.of("/ip/firewall", "/ipv6/firewall")) {
      boolean ipv6 = menu.startsWith("/ipv6");
      for (var item : file.of(menu + "/nat")) {
        if (!item.isDisabled()) {
          nat(item, ipv6);
        }
      }
    }
  }

  private void mangle(Item item) {
    if (item.isDisabled()) {
      return;
    }
    if (item.get("action", "").equals("change-mss")) {
      draft.clampMss();
    } else if (item.get("action", "").equals("mark-connection")) {
      item.get("in-interface")
          .flatMap(RouterOsFirewallReader::side)
          .ifPresent(side -> marks.put(item.get("new-connection-mark", ""), side));
    }
  }

  /** The rules of a chain in both families. A pair alike but for the family is one rule. */
  private void chain(String chain) {
    var rules = new ArrayList<Rule>();
    for (var menu : List.of("/ip/firewall/filter", "/ipv6/firewall/filter")) {
      boolean ipv6 = menu.startsWith("/ipv6");
      var items = new HashMap<String, List<Item>>();
      for (var item : file.of(menu)) {
        if (item.command().equals("add") && !item.isDisabled()) {
          items.computeIfAbsent(item.get("chain", ""), c -> new ArrayList<>()).add(item);
        }
      }
      collect(items, chain, ipv6, new HashSet<>(), rules);
    }
    var merged = merged(rules);
    if (chain.equals("output")) {
      merged.forEach(rule -> draft.output(rule.rule()));
      return;
    }
    if (!merged.isEmpty() && merged.getLast().isDefault()) {
      var last = merged.removeLast();
      if (chain.equals("input")) {
        draft.inputDefault(last.rule().verdict());
      } else {
        draft.forwardDefault(last.rule().verdict());
      }
    }
    for (var rule : merged) {
      if (chain.equals("input")) {
        draft.input(rule.rule(), rule.item().place());
      } else {
        draft.forward(rule.rule(), rule.item().place());
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
          collect(items, item.get("jump-target", ""), ipv6, open, rules);
        } else {
          unread(item);
        }
      } else if (isOurDefault(item) || isPort(item)) {
        continue;
      } else {
        rule(item, action).ifPresent(rule -> rules.add(new Rule(rule, item, ipv6)));
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

  private Optional<FilterRule> rule(Item item, String action) {
    Optional<Verdict> verdict =
        switch (action) {
          case "accept" -> Optional.of(Verdict.ACCEPT);
          case "drop", "tarpit" -> Optional.of(Verdict.DROP);
          case "reject" -> Optional.of(Verdict.REJECT);
          default -> Optional.empty();
        };
    var match = match(item);
    if (verdict.isEmpty() || match.isEmpty()) {
      boolean harmless = Set.of("log", "passthrough", "fasttrack-connection").contains(action);
      if (!harmless) {
        unread(item);
      }
      return Optional.empty();
    }
    String comment = item.get("comment", "");
    comment = comment.startsWith(OURS + ": ") ? comment.substring(OURS.length() + 2) : comment;
    comment = FilterRule.isComment(comment) ? comment : "";
    return Optional.of(new FilterRule(match.get(), verdict.get(), comment));
  }

  /** What a rule asks of a packet; empty if it asks something that is not understood. */
  private Optional<PacketMatch> match(Item item) {
    if (!KNOWN.containsAll(item.properties().keySet())) {
      return Optional.empty();
    }
    var match = PacketMatch.ANY;
    var in = item.get("in-interface").map(RouterOsFirewallReader::side);
    var out = item.get("out-interface").map(RouterOsFirewallReader::side);
    var from = prefixes(item, "src-address");
    var to = prefixes(item, "dst-address");
    var state = item.get("connection-state").map(RouterOsFirewallReader::state);
    var transport = item.get("protocol").map(RouterOsFirewallReader::transport);
    var mark = item.get("connection-mark").map(name -> Optional.ofNullable(marks.get(name)));
    for (var part : List.of(in, out, from, to, state, transport, mark)) {
      if (part.isPresent() && ((Optional<?>) part.get()).isEmpty()) {
        return Optional.empty();
      }
    }
    match = in.or(() -> mark).flatMap(side -> side).map(match::comingIn).orElse(match);
    match = out.flatMap(side -> side).map(match::goingOut).orElse(match);
    match = from.flatMap(list -> list).map(match::from).orElse(match);
    match = to.flatMap(list -> list).map(match::to).orElse(match);
    match = state.flatMap(known -> known).map(match::of).orElse(match);
    if (transport.isPresent()) {
      var carried = transport.get().orElseThrow();
      var ports =
          item.get("dst-port")
              .filter(text -> carried != Transport.ICMP)
              .map(text -> Values.ports(text, item.place(), draft.notes()))
              .orElse(List.of());
      match = match.carrying(carried, ports);
    }
    return Optional.of(match);
  }

  private Optional<Optional<List<Prefix>>> prefixes(Item item, String property) {
    var list = item.get(property + "-list");
    if (list.isPresent()) {
      return Optional.of(Optional.ofNullable(lists.get(list.get())));
    }
    return item.get(property).map(text -> Prefix.tryParse(text).map(List::of));
  }

  private static Optional<InterfaceMatch> side(String text) {
    boolean negated = text.startsWith("!");
    return InterfaceName.tryParse(negated ? text.substring(1) : text)
        .map(name -> new InterfaceMatch(name, negated));
  }

  private static Optional<Connections> state(String text) {
    return switch (text) {
      case "established,related", "established,related,untracked", "established" ->
          Optional.of(Connections.ESTABLISHED);
      case "new" -> Optional.of(Connections.NEW);
      case "invalid" -> Optional.of(Connections.INVALID);
      default -> Optional.empty();
    };
  }

  private static Optional<Transport> transport(String text) {
    return switch (text) {
      case "tcp", "6" -> Optional.of(Transport.TCP);
      case "udp", "17" -> Optional.of(Transport.UDP);
      case "icmp", "icmpv6", "1", "58" -> Optional.of(Transport.ICMP);
      default -> Optional.empty();
    };
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
    var port = item.get("to-ports").map(text -> Values.number(text, 65535));
    var match = match(item);
    if (match.isEmpty()) {
      unread(item);
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
      default -> unread(item);
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
    var matches = new HashSet<PacketMatch>();
    for (var item : file.of(ipv6 ? "/ipv6/firewall/nat" : "/ip/firewall/nat")) {
      if (item.get("action", "").equals("masquerade") && !item.isDisabled()) {
        match(item).ifPresent(matches::add);
      }
    }
    return matches;
  }

  private static boolean sameSize(Prefix one, Prefix other) {
    return one.family() == other.family() && one.length() == other.length();
  }

  private void unread(Item item) {
    String shown = item.get("chain", "") + " " + item.get("action", "");
    draft.notes().warning("F66", item.place(), "import.rule", Values.shown(shown));
  }
}
