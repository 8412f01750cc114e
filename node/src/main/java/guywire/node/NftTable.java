package guywire.node;

import guywire.network.config.FilterRule;
import guywire.network.config.FilterRule.Verdict;
import guywire.network.config.InterfaceName;
import guywire.network.config.NatRule;
import guywire.network.config.NodeConfig;
import guywire.network.config.PacketMatch;
import guywire.network.config.PacketMatch.InterfaceMatch;
import guywire.network.config.TunnelInterface;
import guywire.protocol.IpAddress.Family;
import guywire.protocol.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The one nftables table that a node has: its filters, its address translation, the clamp on TCP's
 * segment size, and what a full tunnel needs of it.
 *
 * <p>The text is a transaction: loaded by {@code nft -f} it makes the table or puts the new one in
 * the place of the old, and touches no other table.
 *
 * @param name the table's name, in the family inet
 * @param text the transaction; empty if the node needs no table
 */
record NftTable(String name, String text) {

  /**
   * The table of a node.
   *
   * @param config the node
   * @param marks the firewall marks of the interfaces that carry a default route by rules
   */
  public static NftTable of(NodeConfig config, Map<InterfaceName, Long> marks) {
    String name = nameFor(config.interfaces().getFirst().name());
    var chains = new ArrayList<String>();
    var firewall = config.firewall();
    var needed = new ArrayList<String>();
    if (firewall.inputDefault() != Verdict.ACCEPT) {
      needed.add("iifname \"lo\" accept");
      // Without neighbour discovery IPv6 has no wire at all; it is not what the filter is about.
      needed.add(
          "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept");
    }
    filter("input", firewall.input(), firewall.inputDefault(), needed).ifPresent(chains::add);
    filter("forward", firewall.forward(), firewall.forwardDefault(), List.of())
        .ifPresent(chains::add);
    chain("prerouting", "type nat hook prerouting priority dstnat", destinations(config.nat()))
        .ifPresent(chains::add);
    chain("postrouting", "type nat hook postrouting priority srcnat", sources(config.nat()))
        .ifPresent(chains::add);
    if (firewall.clampMss()) {
      chain("segment-size", "type filter hook forward priority mangle", clamps(config.interfaces()))
          .ifPresent(chains::add);
    }
    fullTunnel(config.interfaces(), marks, chains);
    if (chains.isEmpty()) {
      return new NftTable(name, "");
    }
    return new NftTable(
        name,
        "table inet "
            + name
            + "\ndelete table inet "
            + name
            + "\ntable inet "
            + name
            + " {\n"
            + String.join("\n", chains)
            + "}\n");
  }

  /** The name of the table of a node whose first interface this is. */
  public static String nameFor(InterfaceName first) {
    return "guywire-" + first.text().replaceAll("[^A-Za-z0-9_.-]", "_");
  }

  /** The transaction that removes the table, whether it is there or not. */
  public static String removal(String name) {
    return "table inet " + name + "\ndelete table inet " + name + "\n";
  }

  private static Optional<String> filter(
      String hook, List<FilterRule> rules, Verdict otherwise, List<String> needed) {
    if (rules.isEmpty() && otherwise == Verdict.ACCEPT) {
      return Optional.empty();
    }
    var lines = new ArrayList<>(needed);
    for (var rule : rules) {
      String comment = rule.comment().isEmpty() ? "" : " comment \"" + rule.comment() + "\"";
      for (var match : matches(rule.match(), true, true)) {
        lines.add(join(match, verdict(rule.verdict()) + comment));
      }
    }
    if (otherwise == Verdict.REJECT) {
      lines.add(verdict(otherwise));
    }
    String policy = otherwise == Verdict.DROP ? "drop" : "accept";
    return Optional.of(
        block(hook, "type filter hook " + hook + " priority filter; policy " + policy, lines));
  }

  private static String verdict(Verdict verdict) {
    return switch (verdict) {
      case ACCEPT -> "accept";
      case DROP -> "drop";
      case REJECT -> "reject with icmpx type admin-prohibited";
    };
  }

  private static List<String> destinations(List<NatRule> rules) {
    var lines = new ArrayList<String>();
    for (var rule : rules) {
      switch (rule) {
        case NatRule.Destination(var match, var to, var port) -> {
          String target =
              (to.isIpv4() || port.isEmpty() ? to.toString() : "[" + to + "]") + suffix(port);
          for (var text : matches(match, true, false, Optional.of(to.family()))) {
            lines.add(join(text, "dnat " + word(to.family()) + " to " + target));
          }
        }
        case NatRule.Map(var match, var real, var shown) -> {
          String ip = word(real.family());
          lines.add(
              join(
                  interfaces(match.in(), Optional.empty()),
                  "%s daddr %s dnat %s prefix to %s daddr map { %s : %s }"
                      .formatted(ip, shown, ip, ip, shown, real)));
        }
        case NatRule.Masquerade _, NatRule.Source _ -> {}
      }
    }
    return lines;
  }

  private static List<String> sources(List<NatRule> rules) {
    var lines = new ArrayList<String>();
    for (var rule : rules) {
      switch (rule) {
        case NatRule.Masquerade(var match) -> {
          for (var text : matches(match, true, true)) {
            lines.add(join(text, "masquerade"));
          }
        }
        case NatRule.Source(var match, var to) -> {
          for (var text : matches(match, true, true, Optional.of(to.family()))) {
            lines.add(join(text, "snat " + word(to.family()) + " to " + to));
          }
        }
        case NatRule.Map(var match, var real, var shown) -> {
          // The way back: what came in on an interface leaves by it.
          String ip = word(real.family());
          lines.add(
              join(
                  interfaces(Optional.empty(), match.in()),
                  "%s saddr %s snat %s prefix to %s saddr map { %s : %s }"
                      .formatted(ip, real, ip, ip, real, shown)));
        }
        case NatRule.Destination _ -> {}
      }
    }
    return lines;
  }

  /** Both directions: a clamp on one leaves the answer's segments too large. */
  private static List<String> clamps(List<TunnelInterface> tunnels) {
    var lines = new ArrayList<String>();
    for (var tunnel : tunnels) {
      for (var side : List.of("iifname", "oifname")) {
        lines.add(
            side
                + " \""
                + tunnel.name()
                + "\" tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu");
      }
    }
    return lines;
  }

  /**
   * What wg-quick does for a default route: nobody outside may send to the tunnel's addresses, and
   * the mark of outer packets is kept with their connection, so that the answers pass the check of
   * the way back.
   */
  private static void fullTunnel(
      List<TunnelInterface> tunnels, Map<InterfaceName, Long> marks, List<String> chains) {
    var strangers = new ArrayList<String>();
    var saved = new ArrayList<String>();
    for (var tunnel : tunnels) {
      Long mark = marks.get(tunnel.name());
      if (mark == null) {
        continue;
      }
      for (var address : tunnel.addresses()) {
        strangers.add(
            "iifname != \"%s\" %s daddr %s fib saddr type != local drop"
                .formatted(tunnel.name(), word(address.address().family()), address.address()));
      }
      saved.add("meta l4proto udp mark 0x%08x ct mark set mark".formatted(mark));
    }
    if (saved.isEmpty()) {
      return;
    }
    chain("strangers", "type filter hook prerouting priority raw", strangers)
        .ifPresent(chains::add);
    chains.add(
        block(
            "restore-mark",
            "type filter hook prerouting priority mangle; policy accept",
            List.of("meta l4proto udp meta mark set ct mark")));
    chains.add(
        block("save-mark", "type filter hook postrouting priority mangle; policy accept", saved));
  }

  private static List<String> matches(PacketMatch match, boolean in, boolean out) {
    return matches(match, in, out, Optional.empty());
  }

  /** The match as one expression, or one for each address family where it names addresses. */
  private static List<String> matches(
      PacketMatch match, boolean in, boolean out, Optional<Family> only) {
    String interfaces =
        interfaces(
            in ? match.in() : Optional.empty(),
            out ? match.out() : Optional.<InterfaceMatch>empty());
    String rest = join(transport(match), state(match));
    if (match.from().isEmpty() && match.to().isEmpty()) {
      String family =
          only.map(f -> "meta nfproto " + (f == Family.IPV4 ? "ipv4" : "ipv6")).orElse("");
      return List.of(join(join(interfaces, family), rest));
    }
    var texts = new ArrayList<String>();
    for (var family : Family.values()) {
      List<Prefix> from = of(family, match.from());
      List<Prefix> to = of(family, match.to());
      boolean named =
          (match.from().isEmpty() || !from.isEmpty()) && (match.to().isEmpty() || !to.isEmpty());
      if (named && only.filter(f -> f != family).isEmpty()) {
        String addresses = join(addresses(family, "saddr", from), addresses(family, "daddr", to));
        texts.add(join(join(interfaces, addresses), rest));
      }
    }
    return texts;
  }

  private static List<Prefix> of(Family family, List<Prefix> prefixes) {
    return prefixes.stream().filter(prefix -> prefix.family() == family).distinct().toList();
  }

  private static String addresses(Family family, String side, List<Prefix> prefixes) {
    if (prefixes.isEmpty()) {
      return "";
    }
    // A set must not hold a prefix beside one that contains it.
    var largest =
        prefixes.stream()
            .filter(prefix ->
                prefixes.stream()
                    .noneMatch(other -> !other.equals(prefix) && other.contains(prefix)))
            .map(NftTable::text)
            .toList();
    String value =
        largest.size() == 1 ? largest.getFirst() : "{ " + String.join(", ", largest) + " }";
    return word(family) + " " + side + " " + value;
  }

  private static String text(Prefix prefix) {
    return prefix.isHost() ? prefix.address().toString() : prefix.toString();
  }

  private static String transport(PacketMatch match) {
    if (match.transport().isEmpty()) {
      return "";
    }
    return switch (match.transport().get()) {
      case ICMP -> "meta l4proto { icmp, ipv6-icmp }";
      case TCP, UDP -> {
        String word = match.transport().get().word();
        if (match.ports().isEmpty()) {
          yield "meta l4proto " + word;
        }
        var ports = match.ports().stream().map(Object::toString).distinct().toList();
        yield word
            + " dport "
            + (ports.size() == 1 ? ports.getFirst() : "{ " + String.join(", ", ports) + " }");
      }
    };
  }

  private static String state(PacketMatch match) {
    return switch (match.connections()) {
      case ANY -> "";
      case ESTABLISHED -> "ct state established,related";
      case NEW -> "ct state new";
      case INVALID -> "ct state invalid";
    };
  }

  private static String interfaces(Optional<InterfaceMatch> in, Optional<InterfaceMatch> out) {
    return join(
        in.map(match -> "iifname " + quoted(match)).orElse(""),
        out.map(match -> "oifname " + quoted(match)).orElse(""));
  }

  private static String quoted(InterfaceMatch match) {
    return (match.negated() ? "!= " : "") + "\"" + match.name() + "\"";
  }

  private static String suffix(OptionalInt port) {
    return port.isPresent() ? ":" + port.getAsInt() : "";
  }

  private static String word(Family family) {
    return family == Family.IPV4 ? "ip" : "ip6";
  }

  private static String join(String left, String right) {
    return left.isEmpty() ? right : right.isEmpty() ? left : left + " " + right;
  }

  private static Optional<String> chain(String name, String hook, List<String> lines) {
    return lines.isEmpty()
        ? Optional.empty()
        : Optional.of(block(name, hook + "; policy accept", lines));
  }

  private static String block(String name, String hook, List<String> lines) {
    var text = new StringBuilder("\tchain " + name + " {\n\t\t" + hook + ";\n");
    lines.forEach(line -> text.append("\t\t").append(line).append('\n'));
    return text.append("\t}\n").toString();
  }
}
