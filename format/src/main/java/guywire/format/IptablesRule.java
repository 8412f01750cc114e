package guywire.format;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.HookEffect.Chain;
import guywire.format.HookEffect.Change;
import guywire.format.HookEffect.Source;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads the arguments of one iptables or ip6tables command. */
final class IptablesRule {

  private final Family family;
  private final List<String> words;
  private String table = "filter";
  private Optional<Change> change = Optional.empty();
  private String chain = "";
  private String target = "";
  private String toSource = "";
  private String toDestination = "";
  private Optional<Prefix> toPrefix = Optional.empty();
  private boolean onlyAsks;
  private Optional<InterfaceMatch> in = Optional.empty();
  private Optional<InterfaceMatch> out = Optional.empty();
  private List<Prefix> from = List.of();
  private List<Prefix> to = List.of();
  private Optional<Transport> transport = Optional.empty();
  private List<PortRange> ports = List.of();
  private Connections connections = Connections.ANY;
  private boolean understood = true;

  private IptablesRule(List<String> words, Family family) {
    this.words = words;
    this.family = family;
  }

  /** What a command does; not understood if any part of it is not. */
  static HookEffect read(Source source, List<String> words, Family family) {
    var rule = new IptablesRule(words, family);
    try {
      rule.parse();
      return rule.understood ? rule.effect(source) : new HookEffect.NotUnderstood(source);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // A name, address or number that can't be one, or a value that is missing.
      return new HookEffect.NotUnderstood(source);
    }
  }

  private void parse() {
    boolean not = false;
    for (int i = 0; i < words.size(); i++) {
      String option = words.get(i);
      switch (option) {
        case "!" -> {
          not = true;
          continue;
        }
        case "-w", "--wait", "-v" -> {}
        case "-t", "--table" -> table = words.get(++i);
        case "-A", "--append" -> chain(Change.APPEND, words.get(++i));
        case "-D", "--delete" -> chain(Change.DELETE, words.get(++i));
        case "-C", "--check" -> {
          onlyAsks = true;
          i++;
        }
        case "-I", "--insert" -> {
          chain(Change.INSERT, words.get(++i));
          if (i + 1 < words.size() && words.get(i + 1).matches("[0-9]{1,5}")) {
            i++;
          }
        }
        case "-i", "--in-interface" -> in = Optional.of(device(words.get(++i), not));
        case "-o", "--out-interface" -> out = Optional.of(device(words.get(++i), not));
        case "-s", "--source", "--src" -> from = prefixes(words.get(++i), not);
        case "-d", "--destination", "--dst" -> to = prefixes(words.get(++i), not);
        case "-p", "--protocol", "--proto" -> transport(words.get(++i), not);
        case "--dport", "--dports", "--destination-port" -> ports = ports(words.get(++i), not);
        case "-m", "--match" -> module(words.get(++i));
        case "--comment" -> i++;
        case "--ctstate", "--state" -> states(words.get(++i), not);
        case "-j", "--jump" -> target = words.get(++i);
        case "--to-source" -> toSource = words.get(++i);
        case "--to-destination" -> toDestination = words.get(++i);
        case "--to" -> toPrefix = Prefix.tryParse(words.get(++i));
        case "--tcp-flags" -> i += 2;
        case "--clamp-mss-to-pmtu" -> {}
        case "--set-mss", "--reject-with" -> i++;
        default -> understood = false;
      }
      not = false;
    }
  }

  private void chain(Change how, String name) {
    change = Optional.of(how);
    chain = name;
  }

  private static InterfaceMatch device(String name, boolean not) {
    return new InterfaceMatch(new InterfaceName(name), not);
  }

  private List<Prefix> prefixes(String text, boolean not) {
    understood &= !not;
    var prefixes = new ArrayList<Prefix>();
    for (var word : text.split(",")) {
      int slash = word.indexOf('/');
      var address = IpAddress.parse(slash < 0 ? word : word.substring(0, slash));
      int length =
          slash < 0 ? address.family().bits() : Integer.parseInt(word.substring(slash + 1));
      prefixes.add(Prefix.around(address, length));
    }
    return prefixes;
  }

  private void transport(String name, boolean not) {
    understood &= !not;
    switch (name) {
      case "tcp" -> transport = Optional.of(Transport.TCP);
      case "udp" -> transport = Optional.of(Transport.UDP);
      case "icmp", "icmpv6", "ipv6-icmp" -> transport = Optional.of(Transport.ICMP);
      case "all" -> {}
      default -> understood = false;
    }
  }

  private List<PortRange> ports(String text, boolean not) {
    understood &= !not;
    var ranges = new ArrayList<PortRange>();
    for (var word : text.split(",")) {
      int colon = word.indexOf(':');
      int first = Integer.parseInt(colon < 0 ? word : word.substring(0, colon));
      ranges.add(
          new PortRange(first, colon < 0 ? first : Integer.parseInt(word.substring(colon + 1))));
    }
    return ranges;
  }

  private void module(String name) {
    understood &=
        List.of("conntrack", "state", "comment", "tcp", "udp", "multiport").contains(name);
  }

  private void states(String text, boolean not) {
    var states = List.of(text.split(","));
    if (states.contains("ESTABLISHED") && !states.contains("NEW")) {
      connections = Connections.ESTABLISHED;
    } else if (states.contains("NEW") && states.size() == 1) {
      connections = Connections.NEW;
    } else if (states.contains("INVALID") && states.size() == 1) {
      connections = Connections.INVALID;
    }
    understood &= !not;
  }

  private HookEffect effect(Source source) {
    var unknown = new HookEffect.NotUnderstood(source);
    if (onlyAsks) {
      return new HookEffect.Harmless(source);
    }
    if (change.isEmpty()) {
      return unknown;
    }
    if (target.equals("TCPMSS")) {
      return new HookEffect.Clamps(source, change.get());
    }
    if (from.isEmpty() && to.isEmpty() && family == Family.IPV6) {
      from = List.of(Prefix.ALL_IPV6);
    } else if (from.isEmpty() && to.isEmpty() && !table.equals("nat")) {
      from = List.of(Prefix.ALL_IPV4);
    }
    var match = new PacketMatch(in, out, from, to, transport, ports, connections);
    return switch (table) {
      case "filter" -> filter(source, match);
      case "nat" -> nat(source, match);
      default -> unknown;
    };
  }

  private HookEffect filter(Source source, PacketMatch match) {
    var verdict =
        switch (target) {
          case "ACCEPT" -> Optional.of(Verdict.ACCEPT);
          case "DROP" -> Optional.of(Verdict.DROP);
          case "REJECT" -> Optional.of(Verdict.REJECT);
          default -> Optional.<Verdict>empty();
        };
    var where =
        switch (chain) {
          case "INPUT" -> Optional.of(Chain.INPUT);
          case "FORWARD" -> Optional.of(Chain.FORWARD);
          case "DOCKER-USER" -> Optional.of(Chain.DOCKER_USER);
          default -> Optional.<Chain>empty();
        };
    if (chain.equals("OUTPUT")) {
      return new HookEffect.Harmless(source);
    }
    if (verdict.isEmpty() || where.isEmpty()) {
      return new HookEffect.NotUnderstood(source);
    }
    var rule = new FilterRule(match, verdict.get(), "");
    return new HookEffect.Filters(source, change.orElseThrow(), where.get(), rule);
  }

  private HookEffect nat(Source source, PacketMatch match) {
    var how = change.orElseThrow();
    if (target.equals("MASQUERADE") && chain.equals("POSTROUTING")) {
      return new HookEffect.Rewrites(source, how, new NatRule.Masquerade(match));
    }
    if (target.equals("SNAT") && chain.equals("POSTROUTING")) {
      var rule = new NatRule.Source(match, IpAddress.parse(toSource));
      return new HookEffect.Rewrites(source, how, rule);
    }
    if (target.equals("DNAT") && chain.equals("PREROUTING")) {
      int colon = toDestination.indexOf('.') > 0 ? toDestination.lastIndexOf(':') : -1;
      var address = IpAddress.parse(colon < 0 ? toDestination : toDestination.substring(0, colon));
      var port =
          colon < 0
              ? OptionalInt.empty()
              : OptionalInt.of(Integer.parseInt(toDestination.substring(colon + 1)));
      var rule = new NatRule.Destination(match, address, port);
      return new HookEffect.Rewrites(source, how, rule);
    }
    if (target.equals("NETMAP") && toPrefix.isPresent()) {
      return map(source, how);
    }
    return new HookEffect.NotUnderstood(source);
  }

  /** The two rules of a prefix map say the same; the one for what comes in counts. */
  private HookEffect map(Source source, Change how) {
    if (chain.equals("PREROUTING") && to.size() == 1 && in.isPresent()) {
      var match = PacketMatch.ANY.comingIn(in.get());
      var rule = new NatRule.Map(match, toPrefix.orElseThrow(), to.getFirst());
      return new HookEffect.Rewrites(source, how, rule);
    }
    return chain.equals("POSTROUTING")
        ? new HookEffect.Harmless(source)
        : new HookEffect.NotUnderstood(source);
  }
}
