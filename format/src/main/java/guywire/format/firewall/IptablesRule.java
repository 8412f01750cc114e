package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.format.input.HookEffect;
import guywire.format.input.HookEffect.Change;
import guywire.format.input.HookEffect.Source;
import guywire.network.Doubt.Stage;
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
import java.util.Set;
import java.util.function.Function;

/** Reads the arguments of one iptables or ip6tables command. */
public final class IptablesRule {

  /** Targets that let the packet go on, and leave it to routes what a mark means. */
  private static final Set<String> ONLY_NOTES =
      Set.of(
          "LOG",
          "NFLOG",
          "ULOG",
          "TRACE",
          "AUDIT",
          "MARK",
          "CONNMARK",
          "DSCP",
          "TOS",
          "TTL",
          "HL",
          "CHECKSUM");

  private final Family family;
  private final IptablesLine line;
  private final IptablesChains chains;
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
  private boolean irrelevant;
  private boolean unmarked;
  private Optional<String> icmpType = Optional.empty();
  private int place;

  private IptablesRule(IptablesLine line, Family family, IptablesChains chains) {
    this.line = line;
    this.family = family;
    this.chains = chains;
  }

  /**
   * What a command does; a rule of which a part is not understood is unclear.
   *
   * @param made the chains that commands before it made; one that it makes is added
   */
  public static List<HookEffect> read(
      Source source, List<String> words, Family family, Set<String> made) {
    var line = IptablesLine.of(words);
    var refusal = IptablesCheck.refusal(line, family);
    if (refusal.isPresent()) {
      return List.of(new HookEffect.Fails(source, refusal.get()));
    }
    var chains = new IptablesChains(line, family, made);
    var rule = new IptablesRule(line, family, chains);
    try {
      var whole = chains.effect(source);
      if (whole.isPresent()) {
        return List.of(whole.get());
      }
      rule.parse();
      return rule.effects(source);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // A name, address or number that can't be one, or a value that is missing.
      return List.of(new HookEffect.NotUnderstood(source));
    }
  }

  private void parse() {
    for (var option : line.options()) {
      boolean not = option.not();
      String value = option.value();
      switch (option.name()) {
        case "-w", "-W", "-v", "-n", "-x", "-c", "-M", "-0", "-4", "-6", "--comment" -> {}
        case "-t" -> table = value;
        case "-A" -> chain(Change.APPEND, option);
        case "-D" -> chain(Change.DELETE, option);
        case "-I" -> chain(Change.INSERT, option);
        case "-C" -> onlyAsks = true;
        case "-i" -> in = Optional.of(device(value, not));
        case "-o" -> out = Optional.of(device(value, not));
        case "-s" -> from = known(value, not, IptablesValues::prefixes);
        case "-d" -> to = known(value, not, IptablesValues::prefixes);
        case "-p" -> transport(value, not);
        case "--dport", "--dports", "--destination-port", "--destination-ports" ->
            ports = known(value, not, IptablesValues::ports);
        case "--src-range" -> from = known(value, not, IptablesValues::range);
        case "--dst-range" -> to = known(value, not, IptablesValues::range);
        case "--icmp-type", "--icmpv6-type" -> icmp(value, not);
        case "--mark" -> {
          unmarked |= not && !value.matches("0(x0)?(/.*)?");
          understood = false;
        }
        case "-m" -> module(value);
        case "--ctstate", "--state" -> states(value, not);
        case "-j" -> target = value;
        case "--to-source" -> toSource = value;
        case "--to-destination" -> toDestination = value;
        case "--to" -> toPrefix = Prefix.tryParse(value);
        case "-g" -> {
          target = value;
          understood = false;
        }
        case "--clamp-mss-to-pmtu",
            "--set-mss",
            "--reject-with",
            "--random",
            "--random-fully",
            "--persistent",
            "--to-ports" -> {}
        default -> understood = false;
      }
    }
  }

  private void chain(Change how, IptablesLine.Option option) {
    change = Optional.of(how);
    chain = option.value();
    place = option.values().size() > 1 ? Integer.parseInt(option.values().get(1)) : 0;
  }

  private static InterfaceMatch device(String name, boolean not) {
    return new InterfaceMatch(new InterfaceName(name), not);
  }

  /** What an argument says, if it does not say all but that. */
  private <T> List<T> known(String text, boolean not, Function<String, List<T>> values) {
    understood &= !not;
    return not ? List.of() : values.apply(text);
  }

  private void icmp(String name, boolean not) {
    understood &= !not;
    icmpType = not ? Optional.empty() : Optional.of(name);
  }

  private void transport(String name, boolean not) {
    if (not) {
      understood = false;
      return;
    }
    switch (name) {
      case "tcp", "6" -> transport = Optional.of(Transport.TCP);
      case "udp", "17" -> transport = Optional.of(Transport.UDP);
      case "icmp", "icmpv6", "ipv6-icmp", "1", "58" -> transport = Optional.of(Transport.ICMP);
      case "all", "0" -> {}
      default -> irrelevant = true;
    }
  }

  private void module(String name) {
    understood &=
        List.of(
                "conntrack",
                "state",
                "comment",
                "tcp",
                "udp",
                "multiport",
                "icmp",
                "icmp6",
                "icmpv6",
                "iprange")
            .contains(name);
  }

  private void states(String text, boolean not) {
    var states = List.of(text.split(","));
    boolean all =
        states.contains("NEW") && (states.contains("ESTABLISHED") || states.contains("RELATED"));
    if (not || all) {
      // Of all that is followed here, NEW and ESTABLISHED leave out only what belongs to nothing.
      understood &= !not;
    } else if (states.contains("ESTABLISHED")) {
      connections = Connections.ESTABLISHED;
    } else if (states.contains("NEW") && states.size() == 1) {
      connections = Connections.NEW;
    } else if (states.contains("INVALID") && states.size() == 1) {
      connections = Connections.INVALID;
    } else {
      // RELATED, UNTRACKED, DNAT: no packet of those that are followed here.
      irrelevant = true;
    }
  }

  private List<HookEffect> effects(Source source) {
    if (onlyAsks) {
      // It fails where there is no such rule.
      return List.of(
          source.forgiven()
              ? new HookEffect.Harmless(source)
              : new HookEffect.NotUnderstood(source));
    }
    boolean numbered = place > 1 || place > 0 && change.orElseThrow() == Change.DELETE;
    boolean mayFail = numbered || !chains.isThere(chain) || !isTargetThere();
    if (change.isEmpty() || line.open() || mayFail && !source.forgiven()) {
      return List.of(new HookEffect.NotUnderstood(source));
    }
    understood &= !mayFail;
    if (target.equals("TCPMSS")) {
      return List.of(new HookEffect.Clamps(source, change.get()));
    }
    if (irrelevant || target.isEmpty() || ONLY_NOTES.contains(target)) {
      return List.of(new HookEffect.Harmless(source));
    }
    if (from.isEmpty() && to.isEmpty() && family == Family.IPV6) {
      from = List.of(Prefix.ALL_IPV6);
    } else if (from.isEmpty() && to.isEmpty() && !table.equals("nat")) {
      from = List.of(Prefix.ALL_IPV4);
    }
    if (!ports.isEmpty() && transport.isEmpty()) {
      ports = List.of();
      understood = false;
    }
    var effects = new ArrayList<HookEffect>();
    for (var states : states()) {
      var match = new PacketMatch(in, out, from, to, transport, ports, states);
      var read =
          switch (table) {
            case "filter" -> filter(source, match);
            case "nat" -> nat(source, match);
            default -> Optional.<HookEffect>empty();
          };
      effects.add(understood && read.isPresent() ? read.get() : unclear(source, match));
    }
    return effects.isEmpty() ? List.of(new HookEffect.Harmless(source)) : effects;
  }

  /**
   * The states of the packets that a rule is for. An echo request begins something, and its answer
   * belongs to it or, where the request went another way, to nothing.
   */
  private List<Connections> states() {
    var kind = icmpType.map(name -> name.replaceFirst("/.*", "")).orElse("any");
    return switch (kind) {
      case "any" -> List.of(connections);
      case "echo-request", "ping", "8", "128" ->
          connections == Connections.ANY || connections == Connections.NEW
              ? List.of(Connections.NEW)
              : List.of();
      case "echo-reply", "pong", "0", "129" ->
          switch (connections) {
            case ANY -> List.of(Connections.ESTABLISHED, Connections.INVALID);
            case NEW -> List.of();
            case ESTABLISHED, INVALID -> List.of(connections);
          };
      default -> List.of();
    };
  }

  private boolean isTargetThere() {
    return target.isEmpty() || IptablesOptions.isExtension(target) || chains.isMade(target);
  }

  private Optional<Verdict> verdict() {
    return switch (target) {
      case "ACCEPT" -> Optional.of(Verdict.ACCEPT);
      case "DROP" -> Optional.of(Verdict.DROP);
      case "REJECT" -> Optional.of(Verdict.REJECT);
      default -> Optional.empty();
    };
  }

  /** A rule of which a part is not understood, as narrow as it is. */
  private HookEffect unclear(Source source, PacketMatch match) {
    var stage =
        switch (table + " " + chain) {
          case "filter INPUT" -> Stage.INPUT;
          case "filter FORWARD", "filter DOCKER-USER" -> Stage.FORWARD;
          case "filter OUTPUT" -> Stage.OUTPUT;
          case "nat POSTROUTING" -> Stage.ROUTING;
          default -> Stage.ANYWHERE;
        };
    var how =
        change.orElseThrow() == Change.APPEND && chain.equals("DOCKER-USER")
            ? Change.INSERT
            : change.orElseThrow();
    return new HookEffect.Unclear(
        source,
        how,
        stage,
        stage == Stage.ANYWHERE ? PacketMatch.ANY.from(match.from()).to(match.to()) : match,
        table.equals("filter") ? verdict() : Optional.empty(),
        unmarked);
  }

  private Optional<HookEffect> filter(Source source, PacketMatch match) {
    var how = change.orElseThrow();
    var where = IptablesChains.builtIn(chain);
    if (where.isEmpty()) {
      where = IptablesChains.ofUfw(chain);
      how = how == Change.DELETE ? how : how == Change.INSERT ? Change.OWN_FIRST : Change.OWN_LAST;
    }
    var verdict = verdict();
    if (verdict.isEmpty() || where.isEmpty()) {
      return Optional.empty();
    }
    var rule = new FilterRule(match, verdict.get(), "");
    return Optional.of(new HookEffect.Filters(source, how, where.get(), rule));
  }

  private Optional<HookEffect> nat(Source source, PacketMatch match) {
    var how = change.orElseThrow();
    if (target.equals("MASQUERADE") && chain.equals("POSTROUTING")) {
      boolean bare = from.isEmpty() && to.isEmpty();
      var own = bare ? match.from(List.of(Prefix.ALL_IPV4)) : match;
      return Optional.of(new HookEffect.Rewrites(source, how, new NatRule.Masquerade(own)));
    }
    if (target.equals("SNAT") && chain.equals("POSTROUTING")) {
      var rule = new NatRule.Source(match, IpAddress.parse(toSource));
      return Optional.of(new HookEffect.Rewrites(source, how, rule));
    }
    if (target.equals("DNAT") && chain.equals("PREROUTING")) {
      int colon = toDestination.indexOf('.') > 0 ? toDestination.lastIndexOf(':') : -1;
      var address = IpAddress.parse(colon < 0 ? toDestination : toDestination.substring(0, colon));
      var port =
          colon < 0
              ? OptionalInt.empty()
              : OptionalInt.of(Integer.parseInt(toDestination.substring(colon + 1)));
      var rule = new NatRule.Destination(match, address, port);
      return Optional.of(new HookEffect.Rewrites(source, how, rule));
    }
    if (target.equals("NETMAP") && toPrefix.isPresent()) {
      return map(source, how);
    }
    return Optional.empty();
  }

  /** The two rules of a prefix map say the same; the one for what comes in counts. */
  private Optional<HookEffect> map(Source source, Change how) {
    if (chain.equals("PREROUTING") && to.size() == 1 && in.isPresent()) {
      var match = PacketMatch.ANY.comingIn(in.get());
      var rule = new NatRule.Map(match, toPrefix.orElseThrow(), to.getFirst());
      return Optional.of(new HookEffect.Rewrites(source, how, rule));
    }
    return chain.equals("POSTROUTING")
        ? Optional.of(new HookEffect.Harmless(source))
        : Optional.empty();
  }
}
