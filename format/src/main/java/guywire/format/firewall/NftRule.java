package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.firewall.NftTokens.NftToken;
import guywire.format.syntax.FileValues;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.InterfaceName;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One rule of an nftables chain, as far as its words are known. */
final class NftRule {

  /** A prefix map as it stands in a rule. */
  record Mapped(Prefix from, Prefix to) {}

  /** Words that make of a rule one whose verdict depends on more than its match. */
  private static final Set<String> OPEN =
      Set.of("vmap", "jump", "goto", "queue", "map", "set", "return", "fwd", "dup", "tproxy");

  /** Words that decide. */
  private static final Set<String> DECIDING =
      Set.of("accept", "drop", "reject", "snat", "dnat", "masquerade", "redirect", "notrack");

  private final List<NftToken> words;
  private final Map<String, List<Prefix>> sets;
  private int at;
  private PacketMatch match = PacketMatch.ANY;
  private Optional<Verdict> verdict = Optional.empty();
  private Optional<IpAddress> target = Optional.empty();
  private OptionalInt targetPort = OptionalInt.empty();
  private Optional<Mapped> mapped = Optional.empty();
  private String comment = "";
  private boolean masquerades;
  private boolean clamps;
  private boolean whole = true;

  private NftRule(List<NftToken> words, Map<String, List<Prefix>> sets) {
    this.words = words;
    this.sets = sets;
  }

  /** The rule of these words, or empty if one of them is not known. */
  static Optional<NftRule> of(List<NftToken> words, Map<String, List<Prefix>> sets) {
    var rule = new NftRule(words, sets);
    return rule.parse() ? Optional.of(rule) : Optional.empty();
  }

  /**
   * The rule of these words as far as they are known; what it asks beyond its match is not, and its
   * verdict is left open where it has more than one.
   */
  static NftRule partly(List<NftToken> words, Map<String, List<Prefix>> sets) {
    var rule = new NftRule(words, sets);
    while (rule.at < words.size()) {
      rule.whole &= rule.part(rule.next());
    }
    var verdicts = words.stream().filter(word -> !word.quoted() && OPEN.contains(word.text()));
    if (!rule.whole && verdicts.findFirst().isPresent()) {
      rule.verdict = Optional.empty();
    }
    return rule;
  }

  /** Whether a rule decides nothing about packets: it counts, logs, or sets what is no mark. */
  static boolean isIdle(List<NftToken> words) {
    var bare = words.stream().filter(word -> !word.quoted()).map(NftToken::text).toList();
    boolean marks = bare.contains("mark") || !bare.contains("set");
    return bare.stream()
        .filter(word -> marks || !word.equals("set"))
        .noneMatch(word -> OPEN.contains(word) || DECIDING.contains(word));
  }

  PacketMatch match() {
    return match;
  }

  Optional<Verdict> verdict() {
    return verdict;
  }

  Optional<IpAddress> target() {
    return target;
  }

  OptionalInt targetPort() {
    return targetPort;
  }

  Optional<Mapped> mapped() {
    return mapped;
  }

  String comment() {
    return comment;
  }

  boolean masquerades() {
    return masquerades;
  }

  /** Whether the rule lowers TCP's segment size, which is all it does. */
  boolean clamps() {
    return clamps;
  }

  /** Whether it speaks of the host's loopback only. */
  boolean isLoopback() {
    return match.in().filter(in -> !in.negated() && in.name().text().equals("lo")).isPresent();
  }

  private boolean parse() {
    while (at < words.size()) {
      if (!part(next())) {
        return false;
      }
    }
    return true;
  }

  private boolean part(String word) {
    return switch (word) {
      case "iifname", "iif", "oifname", "oif" -> side(word.startsWith("i"));
      case "ip", "ip6" -> address();
      case "ct" -> next().equals("state") && state();
      case "meta" -> next().equals("l4proto") && transport(list());
      case "tcp", "udp" -> ports(word);
      case "counter" -> true;
      case "accept" -> verdict(Verdict.ACCEPT);
      case "drop" -> verdict(Verdict.DROP);
      case "reject" -> {
        // "with icmpx type admin-prohibited", "with tcp reset": how it is said does not matter.
        if (peek().equals("with")) {
          at += 2;
          at += peek().equals("type") ? 2 : 1;
        }
        yield verdict(Verdict.REJECT);
      }
      case "masquerade" -> {
        masquerades = true;
        yield true;
      }
      case "snat", "dnat" -> translation();
      case "comment" -> {
        String text = next();
        comment = FilterRule.isComment(text) ? text : "";
        yield true;
      }
      default -> false;
    };
  }

  private String next() {
    return at < words.size() ? words.get(at++).text() : "";
  }

  private String peek() {
    return at < words.size() ? words.get(at).text() : "";
  }

  private boolean verdict(Verdict wanted) {
    verdict = Optional.of(wanted);
    return true;
  }

  private boolean side(boolean in) {
    boolean negated = peek().equals("!=");
    at += negated ? 1 : 0;
    var names = new ArrayList<InterfaceName>();
    for (var word : list()) {
      var name = InterfaceName.tryParse(word);
      if (name.isEmpty() || Set.of("vmap", "map", ".").contains(word)) {
        return false;
      }
      names.add(name.get());
    }
    var side = new InterfaceMatch(names, negated);
    match = in ? match.comingIn(side) : match.goingOut(side);
    return true;
  }

  private boolean address() {
    String field = next();
    if (!Set.of("saddr", "daddr").contains(field)) {
      return false;
    }
    var prefixes = new ArrayList<Prefix>();
    for (var word : list()) {
      if (word.startsWith("@") && sets.containsKey(word.substring(1))) {
        prefixes.addAll(sets.get(word.substring(1)));
      } else {
        var prefix = Prefix.tryParse(word);
        if (prefix.isEmpty()) {
          return false;
        }
        prefixes.add(prefix.get());
      }
    }
    match = field.equals("saddr") ? match.from(prefixes) : match.to(prefixes);
    return !prefixes.isEmpty();
  }

  /** One word, or those in braces. */
  private List<String> list() {
    if (!peek().equals("{")) {
      return separated();
    }
    at++;
    var list = new ArrayList<String>();
    while (at < words.size() && !peek().equals("}")) {
      String word = next();
      if (!word.equals(",")) {
        list.add(word);
      }
    }
    at++;
    return list;
  }

  /** Words joined by commas without braces, as in {@code ct state established,related}. */
  private List<String> separated() {
    var list = new ArrayList<String>();
    list.add(next());
    while (peek().equals(",")) {
      at++;
      list.add(next());
    }
    return list;
  }

  private boolean state() {
    var states = Set.copyOf(list());
    Optional<Connections> known =
        switch (String.join(",", states.stream().sorted().toList())) {
          case "established,related", "established" -> Optional.of(Connections.ESTABLISHED);
          case "new" -> Optional.of(Connections.NEW);
          case "invalid" -> Optional.of(Connections.INVALID);
          default -> Optional.empty();
        };
    known.ifPresent(connections -> match = match.of(connections));
    return known.isPresent();
  }

  private boolean transport(List<String> protocols) {
    var sorted = protocols.stream().sorted().toList();
    Optional<Transport> transport =
        switch (String.join(",", sorted)) {
          case "tcp" -> Optional.of(Transport.TCP);
          case "udp" -> Optional.of(Transport.UDP);
          case "icmp,ipv6-icmp", "icmp,icmpv6", "icmp", "ipv6-icmp", "icmpv6" ->
              Optional.of(Transport.ICMP);
          default -> Optional.empty();
        };
    transport.ifPresent(carried -> match = match.carrying(carried, List.of()));
    return transport.isPresent();
  }

  private boolean ports(String protocol) {
    String field = next();
    if (field.equals("flags")) {
      clamps = words.stream().anyMatch(word -> word.text().equals("maxseg"));
      at = words.size();
      return clamps;
    }
    if (!field.equals("dport")) {
      return false;
    }
    var ranges = new ArrayList<PortRange>();
    for (var word : list()) {
      int hyphen = word.indexOf('-');
      var first = FileValues.number(hyphen < 0 ? word : word.substring(0, hyphen), 65535);
      var last = hyphen < 0 ? first : FileValues.number(word.substring(hyphen + 1), 65535);
      if (first.orElse(0) < 1 || last.orElse(0) < first.orElse(0)) {
        return false;
      }
      ranges.add(new PortRange((int) first.orElse(0), (int) last.orElse(0)));
    }
    match = match.carrying(protocol.equals("tcp") ? Transport.TCP : Transport.UDP, ranges);
    return true;
  }

  /** {@code [ip|ip6] to ADDRESS[:PORT]} or {@code ip prefix to ip FIELD map { A : B }}. */
  private boolean translation() {
    if (peek().equals("ip") || peek().equals("ip6")) {
      at++;
    }
    if (peek().equals("prefix")) {
      var prefixes = new ArrayList<Prefix>();
      while (at < words.size()) {
        Prefix.tryParse(next()).ifPresent(prefixes::add);
      }
      if (prefixes.size() != 2) {
        return false;
      }
      mapped = Optional.of(new Mapped(prefixes.getFirst(), prefixes.getLast()));
      return true;
    }
    if (!next().equals("to")) {
      return false;
    }
    String text = next();
    boolean bracketed = text.startsWith("[");
    int colon = bracketed ? text.indexOf("]:") + 1 : text.indexOf(':');
    boolean ported = bracketed ? colon > 0 : colon > 0 && text.indexOf(':', colon + 1) < 0;
    String host = ported ? text.substring(0, colon) : text;
    if (ported) {
      var port = FileValues.number(text.substring(colon + 1), 65535);
      targetPort = port.isPresent() ? OptionalInt.of((int) port.getAsLong()) : OptionalInt.empty();
    }
    target = IpAddress.tryParse(host.replace("[", "").replace("]", ""));
    return target.isPresent();
  }
}
