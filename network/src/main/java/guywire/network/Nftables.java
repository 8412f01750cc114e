package guywire.network;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.address.Prefixes;
import guywire.network.FilterRule.Verdict;
import guywire.network.PacketMatch.Connections;
import guywire.network.PacketMatch.InterfaceMatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A node's firewall and NAT as an nftables script for {@code nft -f}: one table of its own,
 * replaced as a whole in one transaction, so that it can be loaded again and touches nobody else's
 * rules.
 *
 * <p>A rule that names prefixes of both families becomes two lines, because a line of nftables
 * speaks of one family. Rules of other tables run as well: this table can forbid what they allow,
 * but not allow what they forbid.
 */
public final class Nftables {

  /** The table's name in a file. */
  public static final String TABLE = "guywire";

  /** The most bytes nftables keeps of a comment (NFTNL_UDATA_COMMENT_MAXLEN less the end mark). */
  private static final int COMMENT_BYTES = 127;

  private final StringBuilder out = new StringBuilder();

  private Nftables() {}

  /** Whether the node has anything to say to a firewall. */
  public static boolean isNeeded(NodeConfig node) {
    var firewall = node.firewall();
    return !firewall.input().isEmpty()
        || firewall.inputDefault() != Verdict.ACCEPT
        || !firewall.forward().isEmpty()
        || firewall.forwardDefault() != Verdict.ACCEPT
        || !firewall.output().isEmpty()
        || !node.nat().isEmpty()
        || clamps(node);
  }

  /** The script. */
  public static String script(NodeConfig node) {
    return "#!/usr/sbin/nft -f\n" + transaction(node, TABLE, Map.of());
  }

  /**
   * The transaction that makes the table, or puts it in the place of the one of this name.
   *
   * @param name the table's name
   * @param fullTunnels the firewall marks of the interfaces whose default route is reached by rules
   *     on the mark; what wg-quick does for them in tables of its own is done in this one
   */
  public static String transaction(
      NodeConfig node, String name, Map<InterfaceName, Long> fullTunnels) {
    var script = new Nftables();
    script.line("table inet " + name);
    script.line("delete table inet " + name);
    script.line("table inet " + name + " {");
    script.table(node);
    script.fullTunnels(node, fullTunnels);
    script.line("}");
    return script.out.toString();
  }

  /** The transaction that removes the table, whether it is there or not. */
  public static String removal(String name) {
    return "table inet " + name + "\ndelete table inet " + name + "\n";
  }

  /**
   * The chains of the node's prefix maps alone, for OpenWrt, whose fw4 includes such files in its
   * own table.
   */
  public static String prefixMaps(NodeConfig node) {
    var script = new Nftables();
    for (boolean before : new boolean[] {true, false}) {
      script.line("chain guywire_netmap_" + (before ? "in" : "out") + " {");
      String hook = before ? "prerouting priority dstnat - 1" : "postrouting priority srcnat - 1";
      script.line("\ttype nat hook " + hook + "; policy accept;");
      for (var rule : node.nat()) {
        if (rule instanceof NatRule.Map) {
          if (before) {
            script.destination(rule);
          } else {
            script.source(rule);
          }
        }
      }
      script.line("}");
    }
    return script.out.toString();
  }

  private void table(NodeConfig node) {
    var firewall = node.firewall();
    if (!firewall.input().isEmpty() || firewall.inputDefault() != Verdict.ACCEPT) {
      var opened = OpenedPorts.of(node);
      opened.forEach(set -> set.lines().forEach(this::line));
      filter("input", opened, firewall.input(), firewall.inputDefault());
    }
    if (!firewall.forward().isEmpty() || firewall.forwardDefault() != Verdict.ACCEPT) {
      filter("forward", List.of(), firewall.forward(), firewall.forwardDefault());
    }
    if (!firewall.output().isEmpty()) {
      filter("output", List.of(), firewall.output(), Verdict.ACCEPT);
    }
    var before = node.nat().stream().filter(Nftables::isDestination).toList();
    if (!before.isEmpty()) {
      base("prerouting", "nat", "prerouting", "dstnat");
      before.forEach(this::destination);
      line("\t}");
    }
    var after = node.nat().stream().filter(rule -> !(rule instanceof NatRule.Destination)).toList();
    if (!after.isEmpty()) {
      base("postrouting", "nat", "postrouting", "srcnat");
      after.forEach(this::source);
      line("\t}");
    }
    if (clamps(node)) {
      base("mss", "filter", "forward", "mangle");
      for (var name : node.interfaces().stream().map(TunnelInterface::name).sorted().toList()) {
        for (var way : List.of("iifname", "oifname")) {
          rule(
              way
                  + " \""
                  + name
                  + "\" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu");
        }
      }
      line("\t}");
    }
  }

  /**
   * Nobody outside may send to a full tunnel's addresses, and the mark of its outer packets stays
   * with their connection, so that the answers pass the check of the way back.
   */
  private void fullTunnels(NodeConfig node, Map<InterfaceName, Long> marks) {
    if (marks.isEmpty()) {
      return;
    }
    base("strangers", "filter", "prerouting", "raw");
    for (var tunnel : node.interfaces()) {
      if (marks.containsKey(tunnel.name())) {
        var full = Routes.of(tunnel).marked();
        for (var own : tunnel.addresses()) {
          if (!full.contains(own.address().family())) {
            continue;
          }
          rule(
              "iifname != \"%s\" %s daddr %s fib saddr type != local drop"
                  .formatted(tunnel.name(), family(own.address().family()), own.address()));
        }
      }
    }
    line("\t}");
    base("restore-mark", "filter", "prerouting", "mangle");
    rule("meta l4proto udp meta mark set ct mark");
    line("\t}");
    base("save-mark", "filter", "postrouting", "mangle");
    marks.values().stream()
        .distinct()
        .forEach(mark -> rule("meta l4proto udp mark 0x%08x ct mark set mark".formatted(mark)));
    line("\t}");
  }

  private static boolean clamps(NodeConfig node) {
    return node.firewall().clampMss() && !node.interfaces().isEmpty();
  }

  private static boolean isDestination(NatRule rule) {
    return rule instanceof NatRule.Destination || rule instanceof NatRule.Map;
  }

  private void filter(
      String hook, List<OpenedPorts> opened, List<FilterRule> rules, Verdict byDefault) {
    base(hook, "filter", hook, "filter");
    if (hook.equals("input") && byDefault != Verdict.ACCEPT) {
      rule("iifname \"lo\" accept");
      // Without neighbour discovery IPv6 has no wire at all; it is not what a filter is about.
      rule("icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept");
    }
    opened.forEach(set -> rule(set.rule()));
    for (var rule : rules) {
      for (var matched : matches(rule.match(), true)) {
        rule(matched + verdict(rule.verdict()) + comment(rule.comment()));
      }
    }
    if (byDefault != Verdict.ACCEPT) {
      rule(verdict(byDefault));
    }
    line("\t}");
  }

  private void base(String name, String type, String hook, String priority) {
    line("\tchain " + name + " {");
    line("\t\ttype " + type + " hook " + hook + " priority " + priority + "; policy accept;");
  }

  private void destination(NatRule rule) {
    switch (rule) {
      case NatRule.Destination(var match, var to, var port) ->
          matches(only(match, to.family(), true), false)
              .forEach(
                  matched -> rule(matched + "dnat " + family(to.family()) + " to " + at(to, port)));
      case NatRule.Map(var match, var real, var shown) ->
          rule(
              side("iifname", match.in().or(match::out)) + prefixMap("dnat", "daddr", shown, real));
      default -> throw new IllegalStateException("not a destination: " + rule);
    }
  }

  private void source(NatRule rule) {
    switch (rule) {
      case NatRule.Masquerade(var match) ->
          matches(match, true).forEach(matched -> rule(matched + "masquerade"));
      case NatRule.Source(var match, var to) ->
          matches(only(match, to.family(), false), true)
              .forEach(matched -> rule(matched + "snat " + family(to.family()) + " to " + to));
      case NatRule.Map(var match, var real, var shown) ->
          rule(
              side("oifname", match.in().or(match::out)) + prefixMap("snat", "saddr", real, shown));
      case NatRule.Destination ignored ->
          throw new IllegalStateException("not a source rule: " + rule);
    }
  }

  private static String prefixMap(String verb, String field, Prefix from, Prefix to) {
    String family = family(from.family());
    return "%s %s %s %s %s prefix to %s %s map { %s : %s }"
        .formatted(family, field, from, verb, family, family, field, from, to);
  }

  /** The match, narrowed to a family if no prefix narrows it yet. */
  private static PacketMatch only(PacketMatch match, Family family, boolean destination) {
    if (!match.from().isEmpty() || !match.to().isEmpty()) {
      return match;
    }
    var all = List.of(new Prefix(family.any(), 0));
    return destination ? match.to(all) : match.from(all);
  }

  private static String at(IpAddress address, OptionalInt port) {
    if (port.isEmpty()) {
      return address.toString();
    }
    return (address.isIpv4() ? address : "[" + address + "]") + ":" + port.getAsInt();
  }

  /** The match as the beginnings of lines, one for each family it speaks of; none if none. */
  private static List<String> matches(PacketMatch match, boolean withOut) {
    var lines = new ArrayList<String>();
    if (match.from().isEmpty() && match.to().isEmpty()) {
      return List.of(line(match, withOut, "", ""));
    }
    for (var family : Family.values()) {
      var from = of(family, match.from());
      var to = of(family, match.to());
      boolean speaks =
          (match.from().isEmpty() || !from.isEmpty()) && (match.to().isEmpty() || !to.isEmpty());
      if (speaks) {
        lines.add(line(match, withOut, set(family, "saddr", from), set(family, "daddr", to)));
      }
    }
    return lines;
  }

  private static String line(PacketMatch match, boolean withOut, String from, String to) {
    return side("iifname", match.in())
        + (withOut ? side("oifname", match.out()) : "")
        + state(match.connections())
        + from
        + to
        + carried(match.transport(), match.ports());
  }

  private static String side(String field, Optional<InterfaceMatch> match) {
    return match
        .map(side -> field + (side.negated() ? " != " : " ") + names(side.names()) + " ")
        .orElse("");
  }

  static String names(List<InterfaceName> names) {
    return names.size() == 1
        ? "\"" + names.getFirst() + "\""
        : names.stream()
            .map(name -> "\"" + name + "\"")
            .collect(Collectors.joining(", ", "{ ", " }"));
  }

  private static String state(Connections connections) {
    return switch (connections) {
      case ANY -> "";
      case ESTABLISHED -> "ct state established,related ";
      case NEW -> "ct state new ";
      case INVALID -> "ct state invalid ";
    };
  }

  private static List<Prefix> of(Family family, List<Prefix> prefixes) {
    return prefixes.stream().filter(prefix -> prefix.family() == family).toList();
  }

  /** Prefixes inside others are left out: a set without intervals of its own refuses overlaps. */
  private static String set(Family family, String field, List<Prefix> prefixes) {
    if (prefixes.isEmpty()) {
      return "";
    }
    var widest = Prefixes.withoutCovered(prefixes);
    String text =
        widest.size() == 1
            ? plain(widest.getFirst())
            : widest.stream().map(Nftables::plain).collect(Collectors.joining(", ", "{ ", " }"));
    return family(family) + " " + field + " " + text + " ";
  }

  private static String plain(Prefix prefix) {
    return prefix.isHost() ? prefix.address().toString() : prefix.toString();
  }

  private static String carried(Optional<Transport> transport, List<PortRange> ports) {
    if (transport.isEmpty()) {
      return "";
    }
    if (transport.get() == Transport.ICMP) {
      return "meta l4proto { icmp, ipv6-icmp } ";
    }
    if (ports.isEmpty()) {
      return "meta l4proto " + transport.get().word() + " ";
    }
    String list =
        PortRange.merged(ports).stream().map(PortRange::toString).collect(Collectors.joining(", "));
    return transport.get().word()
        + " dport "
        + (list.matches("[0-9-]+") ? list : "{ " + list + " }")
        + " ";
  }

  private static String verdict(Verdict verdict) {
    return switch (verdict) {
      case ACCEPT -> "accept";
      case DROP -> "drop";
      case REJECT -> "reject with icmpx type admin-prohibited";
    };
  }

  private static String comment(String comment) {
    if (comment.isEmpty()) {
      return "";
    }
    int end = comment.length();
    while (comment.substring(0, end).getBytes(StandardCharsets.UTF_8).length > COMMENT_BYTES) {
      end = comment.offsetByCodePoints(end, -1);
    }
    return " comment \"" + comment.substring(0, end) + "\"";
  }

  private static String family(Family family) {
    return family == Family.IPV4 ? "ip" : "ip6";
  }

  private void rule(String text) {
    line("\t\t" + text);
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}
