package guywire.node;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.linux.KernelRoute;
import guywire.linux.KernelRule;
import guywire.linux.Link;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.network.Routes;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.node.Recorded.RouteText;
import guywire.node.Recorded.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Routes and routing rules as wg-quick makes them from allowed IPs, and the node's own routes. */
record RouteSetup(Work work) {

  /** The mark, and table, of an interface with a default route whose owner named none. */
  long chooseMark(TunnelInterface tunnel, Optional<Recorded.Interface> before) {
    if (tunnel.firewallMark() != 0 || Routes.of(tunnel).marked().isEmpty()) {
      return tunnel.firewallMark();
    }
    if (before.isPresent() && before.get().mark() != 0) {
      return before.get().mark();
    }
    var used = work.netlink().routes().stream().map(KernelRoute::table).collect(Collectors.toSet());
    long mark = Routes.USUAL_MARK;
    while (used.contains(mark)) {
      mark++;
    }
    return mark;
  }

  /** The routes that the interface should have. */
  static List<RouteText> wanted(TunnelInterface tunnel, long mark) {
    Routes routes = Routes.of(tunnel);
    long table =
        tunnel.table() instanceof RouteTable.Number(long number) ? number : KernelRoute.MAIN;
    var texts = new ArrayList<RouteText>();
    String device = tunnel.name().text();
    for (var prefix : routes.installed()) {
      texts.add(new RouteText(prefix.toString(), "", device, table, 0));
    }
    for (var family : Family.values()) {
      if (routes.marked().contains(family)) {
        texts.add(new RouteText(new Prefix(family.any(), 0).toString(), "", device, mark, 0));
      }
    }
    return texts;
  }

  /** The node's own routes. */
  static RouteText wanted(Route route) {
    return new RouteText(
        route.to().toString(),
        route.via().map(IpAddress::toString).orElse(""),
        route.device().map(Object::toString).orElse(""),
        KernelRoute.MAIN,
        route.metric().orElse(0));
  }

  /** Adds what is missing, removes what was ours and is no longer wanted. */
  void ensure(List<RouteText> wanted, List<RouteText> before) {
    List<KernelRoute> present = work.netlink().routes();
    List<Link> links = work.netlink().links();
    for (var route : wanted) {
      if (present.stream().noneMatch(there -> same(there, route, links))) {
        work.change(
            Text.of(RouteSetup.class, "step.route", describe(route)),
            () -> work.netlink().addRoute(kernel(route)),
            () -> remove(route));
      }
    }
    for (var route : before) {
      if (!wanted.contains(route)
          && present.stream().anyMatch(there -> same(there, route, links))) {
        work.change(
            Text.of(RouteSetup.class, "step.no-route", describe(route)),
            () -> remove(route),
            () -> work.netlink().addRoute(kernel(route)));
      }
    }
  }

  void remove(RouteText route) {
    if (route.device().isEmpty() || work.netlink().link(route.device()).isPresent()) {
      Work.unlessGone(() -> work.netlink().removeRoute(kernel(route)));
    }
  }

  /**
   * Makes the two rules that lead to a full tunnel, for each family that has one.
   *
   * @return the rules with the places they got
   */
  List<Rule> ensureRules(TunnelInterface tunnel, long mark, List<Rule> before) {
    var rules = new ArrayList<Rule>();
    var marked = Routes.of(tunnel).marked();
    List<KernelRule> present = work.netlink().rules();
    for (var family : marked.stream().sorted().toList()) {
      boolean ipv4 = family == Family.IPV4;
      for (var suppresses : List.of(false, true)) {
        var kept =
            before.stream()
                .filter(r -> r.ipv4() == ipv4 && r.suppressesDefault() == suppresses)
                .filter(r -> suppresses || r.mark() == mark)
                .filter(r -> present.contains(kernel(r)))
                .findFirst();
        rules.add(kept.orElseGet(() -> add(ipv4, suppresses, mark)));
      }
    }
    for (var rule : before) {
      if (!rules.contains(rule)) {
        work.change(
            Text.of(RouteSetup.class, "step.no-rule", describe(rule)),
            () -> Work.unlessGone(() -> work.netlink().removeRule(kernel(rule))),
            () -> work.netlink().addRule(kernel(rule)));
      }
    }
    return rules;
  }

  private Rule add(boolean ipv4, boolean suppresses, long mark) {
    KernelRule wanted =
        suppresses
            ? KernelRule.mainWithoutDefault(ipv4)
            : KernelRule.unlessMarked(ipv4, mark, mark);
    work.change(
        Text.of(RouteSetup.class, "step.rule", describe(wanted)),
        () -> work.netlink().addRule(wanted),
        () -> Work.unlessGone(() -> work.netlink().removeRule(wanted)));
    // The kernel puts a new rule before the others: the first that is like it is ours.
    long place =
        work.netlink().rules().stream()
            .filter(rule -> wanted.at(rule.priority().orElse(0)).equals(rule))
            .findFirst()
            .orElseThrow()
            .priority()
            .orElseThrow();
    return new Rule(
        ipv4, place, suppresses ? 0 : mark, suppresses ? KernelRoute.MAIN : mark, suppresses);
  }

  /**
   * Removes the rules of a full tunnel of which only the mark is known: those on the mark, and the
   * one beside each that passes over the main table's default route.
   */
  void removeRulesOf(long mark) {
    List<KernelRule> present = work.netlink().rules();
    for (var rule : present) {
      var like = KernelRule.unlessMarked(rule.ipv4(), mark, mark);
      long place = rule.priority().orElse(0);
      if (mark != 0 && like.at(place).equals(rule)) {
        Work.unlessGone(() -> work.netlink().removeRule(rule));
        var beside = KernelRule.mainWithoutDefault(rule.ipv4()).at(place - 1);
        if (present.contains(beside)) {
          Work.unlessGone(() -> work.netlink().removeRule(beside));
        }
      }
    }
  }

  static KernelRule kernel(Rule rule) {
    return (rule.suppressesDefault()
            ? KernelRule.mainWithoutDefault(rule.ipv4())
            : KernelRule.unlessMarked(rule.ipv4(), rule.mark(), rule.table()))
        .at(rule.priority());
  }

  private KernelRoute kernel(RouteText text) {
    Prefix to = Prefix.parse(text.to());
    var destination = Addresses.toJava(to.address());
    OptionalInt link =
        text.device().isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(work.netlink().index(text.device()));
    KernelRoute route =
        text.via().isEmpty()
            ? KernelRoute.through(destination, to.length(), link.orElseThrow())
            : KernelRoute.toNextHop(
                destination, to.length(), Addresses.toJava(IpAddress.parse(text.via())));
    if (link.isPresent()) {
      route = route.on(link.getAsInt());
    }
    return route.inTable(text.table()).withMetric(text.metric());
  }

  private static boolean same(KernelRoute there, RouteText text, List<Link> links) {
    Prefix to = Prefix.parse(text.to());
    // IPv6 has no metric 0: the kernel says 1024 instead.
    long metric = text.metric() == 0 && !to.address().isIpv4() ? 1024 : text.metric();
    Optional<String> device =
        there.link().isEmpty()
            ? Optional.empty()
            : links.stream()
                .filter(link -> link.index() == there.link().getAsInt())
                .map(Link::name)
                .findFirst();
    return Addresses.prefix(there).equals(to)
        && there.table() == text.table()
        && there.metric() == metric
        && there.type() == KernelRoute.Type.UNICAST
        && (text.device().isEmpty() || device.equals(Optional.of(text.device())))
        && there.via().map(via -> Addresses.ofJava(via).toString()).orElse("").equals(text.via());
  }

  private static String describe(RouteText route) {
    return route.to()
        + (route.via().isEmpty() ? "" : " via " + route.via())
        + (route.device().isEmpty() ? "" : " dev " + route.device())
        + (route.table() == KernelRoute.MAIN ? "" : " table " + route.table())
        + (route.metric() == 0 ? "" : " metric " + route.metric());
  }

  private static String describe(Rule rule) {
    return describe(kernel(rule));
  }

  private static String describe(KernelRule rule) {
    return (rule.ipv4() ? "IPv4" : "IPv6")
        + (rule.mark().isPresent() ? " not fwmark " + rule.mark().getAsLong() : "")
        + " table "
        + (rule.table() == KernelRoute.MAIN ? "main" : String.valueOf(rule.table()))
        + (rule.suppressPrefixLength().isPresent() ? " suppress_prefixlength 0" : "");
  }
}
