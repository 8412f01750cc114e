package guywire.node;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.linux.KernelRoute;
import guywire.linux.KernelRule;
import guywire.network.Agents;
import guywire.network.RouteTable.Onward;
import guywire.network.Routes;
import guywire.network.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The two routing rules that lead to a full tunnel, for each family that has one. */
final class RuleAspect implements Aspect {

  /** The last place that the kernel gives to a rule by itself, before its own of the main table. */
  private static final long LAST = 32765;

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Rule;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    for (var rule : picture.rules) {
      thing(rule).ifPresent(thing -> picture.things.put(thing, Thing.THERE));
    }
  }

  /** The rule as a thing, if it is like one of ours. */
  private static Optional<Thing.Rule> thing(KernelRule rule) {
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

  @Override
  public void want(Demand demand, Wanted wanted) {
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

  /**
   * Before all rules but that of the local table, as the kernel itself would put a new one, and
   * those of agents and of exits: what they route is more than a default, or others' packets.
   */
  private static long place(Demand demand, Wanted wanted, boolean ipv4) {
    var places = new TreeSet<Long>();
    demand.observed().rules().stream()
        .filter(rule -> rule.ipv4() == ipv4 && !goesBefore(rule))
        .map(rule -> rule.priority().orElse(0))
        .forEach(places::add);
    wanted.things().keySet().stream()
        .filter(thing -> thing instanceof Thing.Rule rule && rule.ipv4() == ipv4)
        .forEach(thing -> places.add(((Thing.Rule) thing).priority()));
    places.remove(0L);
    return places.isEmpty() ? LAST : Math.min(LAST, places.first() - 1);
  }

  private static boolean goesBefore(KernelRule rule) {
    long place = rule.priority().orElse(0);
    return place == Agents.RULE
        || place == Agents.ARRIVAL_RULE
        || place == Agents.GATEWAY_RULE
        || place == Onward.FIRST_RULE
        || place == Onward.FIRST_RULE + 1;
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    bring(tools, kernel((Thing.Rule) thing), to);
    return Optional.empty();
  }

  /** Makes the kernel have a rule, or not. */
  static void bring(Tools tools, KernelRule rule, Optional<String> to) {
    if (to.isPresent()) {
      Tools.unlessThere(() -> tools.netlink().addRule(rule));
    } else {
      Tools.unlessGone(() -> tools.netlink().removeRule(rule));
    }
  }

  private static KernelRule kernel(Thing.Rule rule) {
    return (rule.suppressesDefault()
            ? KernelRule.mainWithoutDefault(rule.ipv4())
            : KernelRule.unlessMarked(rule.ipv4(), rule.mark(), rule.mark()))
        .at(rule.priority());
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    return says(kernel((Thing.Rule) thing), to);
  }

  /** That the kernel now has a rule, or no more. */
  static Text says(KernelRule rule, Optional<String> to) {
    String words =
        (rule.ipv4() ? "IPv4" : "IPv6")
            + rule.from()
                .map(source -> new Prefix(Addresses.ofJava(source.address()), source.length()))
                .map(from -> " from " + from)
                .orElse("")
            + rule.arrivingBy().map(name -> " iif " + name).orElse("")
            + (rule.mark().isPresent() ? " not fwmark " + rule.mark().getAsLong() : "")
            + " table "
            + (rule.table() == KernelRoute.MAIN ? "main" : String.valueOf(rule.table()))
            + (rule.suppressPrefixLength().isPresent() ? " suppress_prefixlength 0" : "");
    return Text.of(RuleAspect.class, to.isPresent() ? "step.rule" : "step.no-rule", words);
  }
}
