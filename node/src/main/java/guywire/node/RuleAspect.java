package guywire.node;

import guywire.address.IpAddress.Family;
import guywire.linux.KernelRoute;
import guywire.linux.KernelRule;
import guywire.network.Agents;
import guywire.network.InterfaceName;
import guywire.network.Routes;
import guywire.network.Way;
import guywire.network.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Routing rules: the two that lead to a full tunnel, for each family that has one, and those of the
 * agent's routes.
 */
final class RuleAspect implements Aspect {

  /** The last place that the kernel gives to a rule by itself, before its own of the main table. */
  private static final long LAST = 32765;

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Rule || thing instanceof Thing.AgentRule;
  }

  @Override
  public void see(Tools tools, Scope scope, Observed.Picture picture) {
    for (var rule : picture.rules) {
      thing(rule).ifPresent(thing -> picture.things.put(thing, Thing.THERE));
    }
  }

  /** The rule as a thing, if it is like one of ours. */
  private static Optional<Thing> thing(KernelRule rule) {
    if (isAgents(rule)) {
      return Optional.of(
          new Thing.AgentRule(rule.ipv4(), rule.arrivingBy().flatMap(InterfaceName::tryParse)));
    }
    long place = rule.priority().orElse(0);
    long mark = rule.mark().orElse(0);
    boolean like =
        rule.equals(KernelRule.mainWithoutDefault(rule.ipv4()).at(place))
            || rule.equals(KernelRule.unlessMarked(rule.ipv4(), mark, mark).at(place));
    return like
        ? Optional.of(
            new Thing.Rule(rule.ipv4(), place, mark, rule.suppressPrefixLength().isPresent()))
        : Optional.empty();
  }

  private static boolean isAgents(KernelRule rule) {
    return rule.equals(kernel(new Thing.AgentRule(rule.ipv4(), Optional.empty())))
        || rule.arrivingBy()
            .flatMap(InterfaceName::tryParse)
            .filter(in -> rule.equals(kernel(new Thing.AgentRule(rule.ipv4(), Optional.of(in)))))
            .isPresent();
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    wantAgents(demand, wanted);
    for (var tunnel : demand.config().interfaces()) {
      long mark = demand.mark(tunnel.name());
      for (var family : Routes.of(tunnel).marked().stream().sorted().toList()) {
        boolean ipv4 = family == Family.IPV4;
        for (var suppresses : List.of(false, true)) {
          long rulesMark = suppresses ? 0 : mark;
          wanted.put(
              demand.ledger().claims(demand.node().id()).stream()
                  .map(Claim::thing)
                  .filter(Thing.Rule.class::isInstance)
                  .map(Thing.Rule.class::cast)
                  .filter(rule -> rule.ipv4() == ipv4 && rule.suppressesDefault() == suppresses)
                  .filter(rule -> rule.mark() == rulesMark && !wanted.has(rule))
                  .findFirst()
                  .orElseGet(() ->
                      new Thing.Rule(ipv4, place(demand, wanted, ipv4), rulesMark, suppresses)),
              Thing.THERE);
        }
      }
    }
  }

  /** The rule of all packets comes last: a packet from a usual tunnel never meets it alone. */
  private static void wantAgents(Demand demand, Wanted wanted) {
    var destinations = demand.config().destinations();
    var tunnels =
        destinations.stream()
            .flatMap(destination -> destination.ways().stream())
            .filter(Way::routed)
            .map(Way::tunnel)
            .distinct()
            .toList();
    for (boolean ipv4 : List.of(true, false)) {
      if (destinations.stream()
          .flatMap(destination -> destination.prefixes().stream())
          .anyMatch(prefix -> prefix.address().isIpv4() == ipv4)) {
        tunnels.forEach(
            tunnel -> wanted.put(new Thing.AgentRule(ipv4, Optional.of(tunnel)), Thing.THERE));
        wanted.put(new Thing.AgentRule(ipv4, Optional.empty()), Thing.THERE);
      }
    }
  }

  /** Before all rules but that of the local table, as the kernel itself would put a new one. */
  private static long place(Demand demand, Wanted wanted, boolean ipv4) {
    var places = new TreeSet<Long>();
    demand.observed().rules().stream()
        .filter(rule -> rule.ipv4() == ipv4 && !Agents.owns(rule.table()) && !isAgents(rule))
        .map(rule -> rule.priority().orElse(0))
        .forEach(places::add);
    wanted.things().keySet().stream()
        .filter(thing -> thing instanceof Thing.Rule rule && rule.ipv4() == ipv4)
        .forEach(thing -> places.add(((Thing.Rule) thing).priority()));
    places.remove(0L);
    return places.isEmpty() ? LAST : Math.min(LAST, places.first() - 1);
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    KernelRule rule = kernel(thing);
    if (to.isPresent()) {
      Tools.unlessThere(() -> tools.netlink().addRule(rule));
    } else {
      Tools.unlessGone(() -> tools.netlink().removeRule(rule));
    }
    return Optional.empty();
  }

  private static KernelRule kernel(Thing thing) {
    return thing instanceof Thing.AgentRule rule ? kernel(rule) : kernel((Thing.Rule) thing);
  }

  private static KernelRule kernel(Thing.AgentRule rule) {
    return rule.tunnel()
        .map(tunnel ->
            KernelRule.mainWithoutDefault(rule.ipv4()).of(tunnel.text()).at(Agents.RULE - 1))
        .orElseGet(() -> KernelRule.lookup(rule.ipv4(), Agents.TABLE).at(Agents.RULE));
  }

  private static KernelRule kernel(Thing.Rule rule) {
    return (rule.suppressesDefault()
            ? KernelRule.mainWithoutDefault(rule.ipv4())
            : KernelRule.unlessMarked(rule.ipv4(), rule.mark(), rule.mark()))
        .at(rule.priority());
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    var rule = kernel(thing);
    String words =
        (rule.ipv4() ? "IPv4" : "IPv6")
            + rule.arrivingBy().map(name -> " iif " + name).orElse("")
            + (rule.mark().isPresent() ? " not fwmark " + rule.mark().getAsLong() : "")
            + " table "
            + (rule.table() == KernelRoute.MAIN ? "main" : String.valueOf(rule.table()))
            + (rule.suppressPrefixLength().isPresent() ? " suppress_prefixlength 0" : "");
    return Text.of(RuleAspect.class, to.isPresent() ? "step.rule" : "step.no-rule", words);
  }
}
