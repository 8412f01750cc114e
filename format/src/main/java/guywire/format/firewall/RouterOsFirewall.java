package guywire.format.firewall;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.address.Prefixes;
import guywire.format.syntax.RouterOsScript;
import guywire.format.syntax.RouterOsScript.Item;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.PortRange;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node's firewall in the words of RouterOS: chains of its own that input, forward and output jump
 * to first. What they don't decide goes back to the router's own rules, except what a tunnel brings
 * or takes: that is accepted where the node's default is to accept.
 */
public final class RouterOsFirewall {

  private static final String OURS = RouterOsScript.OURS;

  private final NodeConfig node;
  private final RouterOsScript script;
  private int lists;
  private int marks;

  /** The firewall of a node, to be added to a script. */
  public RouterOsFirewall(NodeConfig node, RouterOsScript script) {
    this.node = node;
    this.script = script;
  }

  /** Adds all of it to the script. */
  public void write() {
    script.comment("firewall");
    var firewall = node.firewall();
    chain("input", firewall.input(), firewall.inputDefault());
    chain("forward", firewall.forward(), firewall.forwardDefault());
    if (!firewall.output().isEmpty()) {
      chain("output", firewall.output(), Verdict.ACCEPT);
    }
    if (firewall.clampMss()) {
      node.interfaces().forEach(this::clamp);
    }
    for (var rule : node.nat()) {
      nat(rule);
    }
  }

  private void chain(String hook, List<FilterRule> rules, Verdict byDefault) {
    String chain = OURS + "-" + hook;
    if (hook.equals("input")) {
      for (var tunnel : node.interfaces()) {
        tunnel.listenPort().ifPresent(port -> port(chain, tunnel, port));
      }
    }
    for (var rule : rules) {
      for (var family : Family.values()) {
        rule(menu(family) + "/filter", chain, rule, family);
      }
    }
    for (var family : Family.values()) {
      String menu = menu(family) + "/filter";
      if (byDefault == Verdict.ACCEPT) {
        for (var tunnel : node.interfaces()) {
          if (!hook.equals("output")) {
            script.add(byDefault(menu, chain, "accept").with("in-interface", tunnel.name()));
          }
          if (!hook.equals("input")) {
            script.add(byDefault(menu, chain, "accept").with("out-interface", tunnel.name()));
          }
        }
      } else {
        script.add(byDefault(menu, chain, RouterOsScript.action(byDefault)));
      }
      String jump = OURS + " " + hook;
      script.add(
          new Item(menu)
              .with("chain", hook)
              .with("action", "jump")
              .with("jump-target", chain)
              .with("comment", jump));
      script.command(menu + "/move [find comment=" + RouterOsScript.word(jump) + "] destination=0");
    }
  }

  private static Item byDefault(String menu, String chain, String action) {
    return new Item(menu)
        .with("chain", chain)
        .with("action", action)
        .with("comment", OURS + " default");
  }

  private void port(String chain, TunnelInterface tunnel, int port) {
    for (var family : Family.values()) {
      script.add(
          new Item(menu(family) + "/filter")
              .with("chain", chain)
              .with("action", "accept")
              .with("protocol", "udp")
              .with("dst-port", port)
              .with("comment", OURS + " port " + tunnel.name()));
    }
  }

  private void rule(String menu, String chain, FilterRule rule, Family family) {
    var item = new Item(menu).with("chain", chain);
    if (match(item, rule.match(), family, true)) {
      item.with("action", RouterOsScript.action(rule.verdict()));
      script.add(item.with("comment", OURS + ": " + rule.comment()));
    }
  }

  /** Adds what to match; false if the match says nothing about this family. */
  private boolean match(Item item, PacketMatch match, Family family, boolean withOut) {
    var from = match.from().stream().filter(prefix -> prefix.family() == family).toList();
    var to = match.to().stream().filter(prefix -> prefix.family() == family).toList();
    if ((!match.from().isEmpty() && from.isEmpty()) || (!match.to().isEmpty() && to.isEmpty())) {
      return false;
    }
    match.in().ifPresent(in -> item.with("in-interface", side(in)));
    if (withOut) {
      match.out().ifPresent(out -> item.with("out-interface", side(out)));
    }
    switch (match.connections()) {
      case ANY -> {}
      case ESTABLISHED -> item.with("connection-state", "established,related");
      case NEW -> item.with("connection-state", "new");
      case INVALID -> item.with("connection-state", "invalid");
    }
    addresses(item, "src-address", from, family);
    addresses(item, "dst-address", to, family);
    match.transport().ifPresent(transport -> item.with("protocol", protocol(transport, family)));
    if (!match.ports().isEmpty()) {
      var ports = PortRange.merged(match.ports()).stream().map(PortRange::toString).toList();
      item.with("dst-port", String.join(",", ports));
    }
    return true;
  }

  private void addresses(Item item, String property, List<Prefix> prefixes, Family family) {
    var widest = Prefixes.withoutCovered(prefixes);
    if (widest.size() == 1) {
      item.with(property, widest.getFirst());
    } else if (!widest.isEmpty()) {
      String list = OURS + "-" + ++lists;
      for (var prefix : widest) {
        script.add(
            new Item(menu(family) + "/address-list")
                .with("list", list)
                .with("address", prefix)
                .with("comment", OURS));
      }
      item.with(property + "-list", list);
    }
  }

  private static String side(InterfaceMatch side) {
    return (side.negated() ? "!" : "") + side.name();
  }

  private static String protocol(Transport transport, Family family) {
    boolean icmpv6 = transport == Transport.ICMP && family == Family.IPV6;
    return icmpv6 ? "icmpv6" : transport.word();
  }

  private static String menu(Family family) {
    return family == Family.IPV4 ? "/ip/firewall" : "/ipv6/firewall";
  }

  /** Both directions: the SYN and the answer to it each say what their sender can take. */
  private void clamp(TunnelInterface tunnel) {
    for (var family : Family.values()) {
      for (var side : List.of("in-interface", "out-interface")) {
        script.add(
            new Item(menu(family) + "/mangle")
                .with("chain", "forward")
                .with("action", "change-mss")
                .with("new-mss", "clamp-to-pmtu")
                .with("passthrough", "yes")
                .with("protocol", "tcp")
                .with("tcp-flags", "syn")
                .with(side, tunnel.name())
                .with("comment", OURS + " mss"));
      }
    }
  }

  private void nat(NatRule rule) {
    switch (rule) {
      case NatRule.Masquerade(var match) -> {
        for (var family : Family.values()) {
          source(match, family, "masquerade", Optional.empty());
        }
      }
      case NatRule.Source(var match, var to) ->
          source(match, to.family(), "src-nat", Optional.of(to.toString()));
      case NatRule.Destination(var match, var to, var port) -> {
        var item = new Item(menu(to.family()) + "/nat").with("chain", "dstnat");
        if (match(item, match, to.family(), false)) {
          item.with("action", "dst-nat").with("to-addresses", to);
          port.ifPresent(number -> item.with("to-ports", number));
          script.add(item.with("comment", OURS));
        }
      }
      case NatRule.Map(var match, var real, var shown) -> {
        var in = new Item(menu(real.family()) + "/nat").with("chain", "dstnat");
        var out = new Item(menu(real.family()) + "/nat").with("chain", "srcnat");
        match.in().or(match::out).ifPresent(side -> in.with("in-interface", side(side)));
        match.in().or(match::out).ifPresent(side -> out.with("out-interface", side(side)));
        in.with("dst-address", shown).with("action", "netmap").with("to-addresses", real);
        out.with("src-address", real).with("action", "netmap").with("to-addresses", shown);
        script.add(in.with("comment", OURS)).add(out.with("comment", OURS));
      }
    }
  }

  /**
   * Source NAT. RouterOS no longer knows there where a packet came in, so that is written on the
   * connection as it is forwarded.
   */
  private void source(PacketMatch match, Family family, String action, Optional<String> to) {
    var item = new Item(menu(family) + "/nat").with("chain", "srcnat");
    var rest = new ArrayList<Item>();
    var withoutIn =
        new PacketMatch(
            Optional.empty(),
            match.out(),
            match.from(),
            match.to(),
            match.transport(),
            match.ports(),
            match.connections());
    if (match.in().isPresent()) {
      String mark = OURS + "-" + ++marks;
      rest.add(
          new Item(menu(family) + "/mangle")
              .with("chain", "forward")
              .with("in-interface", side(match.in().get()))
              .with("connection-state", "new")
              .with("action", "mark-connection")
              .with("new-connection-mark", mark)
              .with("passthrough", "yes")
              .with("comment", OURS));
      item.with("connection-mark", mark);
    }
    if (match(item, withoutIn, family, true)) {
      rest.forEach(script::add);
      item.with("action", action);
      to.ifPresent(address -> item.with("to-addresses", address));
      script.add(item.with("comment", OURS));
    }
  }
}
