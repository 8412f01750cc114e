package guywire.format.firewall;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.format.firewall.IptablesLine.Option;
import guywire.format.syntax.Notes;
import guywire.network.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Commands of iptables that fail whatever the host is like: what the program or the kernel refuses
 * in the words alone. Measured with iptables 1.8.9.
 */
final class IptablesCheck {

  /** The chains that each table has from the start. */
  private static final Map<String, Set<String>> CHAINS =
      Map.of(
          "filter", Set.of("INPUT", "FORWARD", "OUTPUT"),
          "nat", Set.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
          "mangle", Set.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
          "raw", Set.of("PREROUTING", "OUTPUT"),
          "security", Set.of("INPUT", "FORWARD", "OUTPUT"));

  private static final Set<String> BUILT_IN =
      Set.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");

  /** What can be the one command of a line. */
  private static final Set<String> COMMANDS =
      Set.of("-A", "-D", "-C", "-I", "-R", "-L", "-S", "-F", "-Z", "-N", "-X", "-E", "-P");

  /** What a line may say once. */
  private static final Set<String> ONCE = Set.of("-i", "-o", "-s", "-d", "-p", "-j");

  /** The chains in which targets of the table nat may stand. */
  private static final Map<String, Set<String>> NAT_TARGETS =
      Map.of(
          "MASQUERADE", Set.of("POSTROUTING"),
          "SNAT", Set.of("POSTROUTING", "INPUT"),
          "DNAT", Set.of("PREROUTING", "OUTPUT"),
          "REDIRECT", Set.of("PREROUTING", "OUTPUT"),
          "NETMAP", Set.of("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"));

  /** Options without which their extension is not taken. */
  private static final Map<String, String> REQUIRED =
      Map.of(
          "comment",
          "--comment",
          "state",
          "--state",
          "SNAT",
          "--to-source",
          "DNAT",
          "--to-destination");

  private static final List<String> STATES =
      List.of("INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED", "SNAT", "DNAT");

  private static final List<String> REJECTS =
      List.of(
          "icmp-net-unreachable",
          "net-unreach",
          "icmp-host-unreachable",
          "host-unreach",
          "icmp-proto-unreachable",
          "proto-unreach",
          "icmp-port-unreachable",
          "port-unreach",
          "icmp-net-prohibited",
          "net-prohib",
          "icmp-host-prohibited",
          "host-prohib",
          "icmp-admin-prohibited",
          "admin-prohib",
          "tcp-reset",
          "tcp-rst");

  private static final List<String> REJECTS_IPV6 =
      List.of(
          "icmp6-no-route",
          "no-route",
          "icmp6-adm-prohibited",
          "adm-prohibited",
          "icmp6-addr-unreachable",
          "addr-unreach",
          "icmp6-port-unreachable",
          "port-unreach",
          "icmp6-policy-fail",
          "policy-fail",
          "icmp6-reject-route",
          "reject-route",
          "tcp-reset");

  private static final int MOST_PORT = 65535;

  /** The longest name of an interface, in characters: IFNAMSIZ without its zero. */
  private static final int LONGEST_DEVICE = 15;

  private final IptablesLine line;
  private final Family family;
  private final String table;
  private final String command;
  private final String chain;

  private IptablesCheck(IptablesLine line, Family family) {
    this.line = line;
    this.family = family;
    this.table = line.last("-t").orElse("filter");
    var commands = line.options().stream().filter(one -> COMMANDS.contains(one.name())).toList();
    this.command = commands.isEmpty() ? "" : commands.getFirst().name();
    this.chain = commands.isEmpty() ? "" : commands.getFirst().value();
  }

  /** Why a command surely fails; empty where it may work. */
  static Optional<Text> refusal(IptablesLine line, Family family) {
    if (line.refusal().isPresent()) {
      return line.refusal();
    }
    var check = new IptablesCheck(line, family);
    return check
        .once()
        .or(check::place)
        .or(() -> line.options().stream().flatMap(one -> check.value(one).stream()).findFirst())
        .or(check::target)
        .or(check::extensions);
  }

  private Optional<Text> once() {
    var commands = line.options().stream().filter(one -> COMMANDS.contains(one.name())).toList();
    if (commands.size() > 1) {
      return text("hook.twice", commands.get(1).name());
    }
    return ONCE.stream()
        .filter(name -> line.options().stream().filter(one -> one.is(name)).count() > 1)
        .findFirst()
        .flatMap(name -> text("hook.twice", name));
  }

  private Optional<Text> place() {
    var chains = CHAINS.get(table);
    if (isExpanded(table)) {
      return Optional.empty();
    }
    if (chains == null) {
      return text("hook.bad-value", "-t", table);
    }
    if (BUILT_IN.contains(chain) && !chains.contains(chain)) {
      return text("hook.no-chain", chain, table);
    }
    if (line.last("-W").isPresent() && line.last("-w").isEmpty()) {
      return text("hook.needs", "-W", "-w");
    }
    String own = family == Family.IPV4 ? "-6" : "-4";
    if (line.options().stream().anyMatch(one -> one.is(own))) {
      return text("hook.bad-option", own);
    }
    boolean numbered = Set.of("-I", "-D", "-R").contains(command);
    var number =
        line.options().stream()
            .filter(one -> numbered && one.is(command) && one.values().size() > 1)
            .map(one -> one.values().get(1))
            .findFirst();
    return number.filter("0"::equals).flatMap(zero -> text("hook.bad-value", command, zero));
  }

  private Optional<Text> value(Option option) {
    String value = option.value();
    boolean right =
        switch (option.name()) {
          case "-w" -> value.isEmpty() || value.matches("[0-9].*");
          case "-c" -> option.values().size() == 2 || value.contains(",");
          case "-i", "-o" -> value.length() <= LONGEST_DEVICE;
          case "-p" -> IptablesProtocols.isKnown(value);
          case "-s", "-d" -> Arrays.stream(value.split(",")).allMatch(this::isAddress);
          case "--src-range", "--dst-range" ->
              Arrays.stream(value.split("-")).allMatch(this::isAddress);
          case "--dport", "--sport", "--destination-port", "--source-port" ->
              isPort(value) && !value.contains(",");
          case "--dports", "--sports", "--destination-ports", "--source-ports", "--ports" ->
              Arrays.stream(value.split(",")).allMatch(IptablesCheck::isPort);
          case "--ctstate" -> Arrays.stream(value.split(",")).allMatch(word -> isAny(word, STATES));
          case "--state" ->
              Arrays.stream(value.split(",")).allMatch(word -> isAny(word, STATES.subList(0, 5)));
          case "--reject-with" -> isAny(value, family == Family.IPV4 ? REJECTS : REJECTS_IPV6);
          case "-g" -> !IptablesOptions.isExtension(value);
          case "-P" -> option.values().size() == 2 && isPolicy(option.values().get(1));
          default -> true;
        };
    boolean wrongSide =
        option.is("-i")
            ? Set.of("POSTROUTING", "OUTPUT").contains(chain)
            : option.is("-o") && Set.of("PREROUTING", "INPUT").contains(chain);
    return wrongSide
        ? text("hook.bad-device", option.name(), chain)
        : right || isExpanded(value)
            ? Optional.empty()
            : text("hook.bad-value", option.name(), String.join(" ", option.values()));
  }

  /** Whether the shell puts something else in a word's place. */
  private static boolean isExpanded(String word) {
    return word.indexOf('$') >= 0 || word.indexOf('`') >= 0;
  }

  private static boolean isPolicy(String word) {
    return word.equals("ACCEPT") || word.equals("DROP");
  }

  /** iptables takes the beginning of a word for the word. */
  private static boolean isAny(String word, List<String> names) {
    return !word.isEmpty()
        && names.stream()
            .anyMatch(name ->
                name.regionMatches(true, 0, word, 0, word.length())
                    && word.length() <= name.length());
  }

  /**
   * Whether it can be an address of the family with a length or mask; a name is looked up, and may
   * be one.
   */
  private boolean isAddress(String written) {
    int slash = written.indexOf('/');
    String host = slash < 0 ? written : written.substring(0, slash);
    String mask = slash < 0 ? "" : written.substring(slash + 1);
    var address = IpAddress.tryParse(host);
    boolean tooLong = mask.matches("[0-9]{1,9}") && Integer.parseInt(mask) > family.bits();
    return !tooLong && address.map(own -> own.family() == family).orElse(true);
  }

  /** A port, a range of them, or the name of a service. */
  private static boolean isPort(String written) {
    var ends = written.split(":", -1);
    int before = 0;
    for (var end : ends) {
      if (end.matches("[0-9]+")) {
        int port = end.length() > 5 ? MOST_PORT + 1 : Integer.parseInt(end);
        if (port > MOST_PORT || port < before) {
          return false;
        }
        before = port;
      }
    }
    return ends.length <= 2;
  }

  private Optional<Text> target() {
    String target = line.last("-j").orElse("");
    String upper = target.toUpperCase(Locale.ROOT);
    boolean lower = !target.equals(upper) && isVerdict(upper);
    if (lower) {
      return text("hook.case", target, upper);
    }
    var allowed = NAT_TARGETS.get(target);
    boolean elsewhere =
        allowed != null
            && (!table.equals("nat") || BUILT_IN.contains(chain) && !allowed.contains(chain));
    if (elsewhere || target.equals("REJECT") && !Set.of("filter", "").contains(table)) {
      return text("hook.bad-target", target, chain, table);
    }
    return Optional.empty();
  }

  private static boolean isVerdict(String target) {
    return Set.of("ACCEPT", "DROP", "REJECT", "RETURN", "MASQUERADE", "SNAT", "DNAT", "LOG")
        .contains(target);
  }

  private Optional<Text> extensions() {
    var named =
        line.options().stream().filter(one -> one.is("-m", "-j")).map(Option::value).toList();
    for (var extension : named) {
      String wanted = REQUIRED.get(extension);
      if (wanted != null && line.options().stream().noneMatch(one -> one.is(wanted))) {
        return text("hook.needs", extension, wanted);
      }
    }
    String carried = line.last("-p").map(IptablesProtocols::extension).orElse("");
    boolean not = line.options().stream().anyMatch(one -> one.is("-p") && one.not());
    for (var transport : List.of("tcp", "udp", "icmp")) {
      if (named.contains(transport) && (!carried.equals(transport) || not)) {
        return text("hook.needs", "-m " + transport, "-p " + transport);
      }
    }
    if (named.contains("multiport") && (carried.isEmpty() || carried.equals("all") || not)) {
      return text("hook.port-without-transport");
    }
    boolean reset =
        line.last("--reject-with").filter(kind -> kind.startsWith("tcp-rst")).isPresent()
            || line.last("--reject-with").filter(kind -> kind.startsWith("tcp-res")).isPresent();
    if ((reset || line.last("-j").filter("TCPMSS"::equals).isPresent())
        && (!carried.equals("tcp") || not)) {
      return text("hook.needs", reset ? "--reject-with tcp-reset" : "TCPMSS", "-p tcp");
    }
    return Optional.empty();
  }

  private static Optional<Text> text(String key, Object... arguments) {
    return Optional.of(Notes.text(key, arguments));
  }
}
