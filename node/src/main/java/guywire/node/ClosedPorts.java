package guywire.node;

import guywire.node.Obstacle.Kind;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether a firewall of another program keeps datagrams from a tunnel's port, as far as a look at
 * its text tells: it drops what comes in unless a rule says otherwise, and no rule names the port.
 *
 * @param ruleset what {@code nft list ruleset} says
 * @param legacy what {@code iptables-legacy -S INPUT} says
 */
record ClosedPorts(String ruleset, String legacy) {

  private static final Pattern TABLE = Pattern.compile("^table (\\S+) (\\S+) \\{");
  private static final Pattern CHAIN = Pattern.compile("^\\s+chain (\\S+) \\{");
  private static final Pattern HOOK = Pattern.compile("hook input .*policy drop;");
  private static final Pattern POLICY = Pattern.compile("(?m)^-P INPUT DROP$");
  private static final String OURS = "guywire-";

  /** What is closed for a tunnel that peers call at its port. */
  Optional<Obstacle> of(NodeState state) {
    int port = state.listenPort();
    if (port == 0) {
      return Optional.empty();
    }
    return nftables(port)
        .or(() -> iptables(port))
        .map(where ->
            Obstacle.of(
                Kind.FIREWALL, true, "firewall", where, String.valueOf(port), state.name().text()));
  }

  private Optional<String> iptables(int port) {
    boolean named =
        legacy.lines().anyMatch(line -> names(line, port) && line.contains("-j ACCEPT"));
    return POLICY.matcher(legacy).find() && !named
        ? Optional.of("iptables INPUT")
        : Optional.empty();
  }

  private Optional<String> nftables(int port) {
    String table = "";
    String chain = "";
    Optional<String> closed = Optional.empty();
    for (var line : ruleset.lines().toList()) {
      var begins = TABLE.matcher(line);
      var within = CHAIN.matcher(line);
      if (begins.find()) {
        table = begins.group(1) + " " + begins.group(2);
      } else if (within.find()) {
        chain = within.group(1);
      } else if (HOOK.matcher(line).find() && !table.contains(" " + OURS)) {
        closed = Optional.of("nft " + table + " " + chain);
      } else if (names(line, port) && line.contains("accept") && !table.contains(" " + OURS)) {
        // In whichever chain: that one may be asked from the other.
        return Optional.empty();
      }
    }
    return closed;
  }

  /** Whether a rule names a port, alone or in a set or range. */
  private static boolean names(String line, int port) {
    if (!line.contains("dport")) {
      return false;
    }
    var ranges =
        Pattern.compile("([0-9]{1,5})(?:[-:]([0-9]{1,5}))?")
            .matcher(line.substring(line.indexOf("dport")));
    while (ranges.find()) {
      int from = Integer.parseInt(ranges.group(1));
      int to = Optional.ofNullable(ranges.group(2)).map(Integer::parseInt).orElse(from);
      if (from <= port && port <= to) {
        return true;
      }
    }
    return false;
  }
}
