package guywire.node;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.linux.KernelRoute;
import guywire.linux.KernelRule;
import guywire.network.RouteTable;
import guywire.network.RoutingPolicy;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * The routing rules that lead what clients have for the internet to an exit behind a tunnel, and
 * what comes from the LAN of a further gateway to the tunnel that takes it.
 */
final class SourceRuleAspect implements Aspect {

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.SourceRule;
  }

  @Override
  public void see(Tools tools, HostScope scope, Observed.Picture picture) {
    for (var rule : picture.rules) {
      thing(rule).ifPresent(thing -> picture.things.put(thing, Thing.THERE));
    }
  }

  /** The rule as a thing, if it is like one of ours. */
  private static Optional<Thing.SourceRule> thing(KernelRule rule) {
    return rule.from()
        .map(source -> new Prefix(Addresses.ofJava(source.address()), source.length()))
        .map(from -> new Thing.SourceRule(from, rule.priority().orElse(0), rule.table()))
        .filter(thing -> kernel(thing).equals(rule));
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    for (var tunnel : demand.config().interfaces()) {
      rules(tunnel).stream()
          .map(SourceRuleAspect::thing)
          .forEach(thing -> wanted.put(thing, Thing.THERE));
    }
  }

  private static List<RoutingPolicy.Rule> rules(TunnelInterface tunnel) {
    // Not by a switch over patterns: the JVM makes a class for each of them at every start.
    if (tunnel.table() instanceof RouteTable.Onward onward) {
      return onward.rules(tunnel.name());
    }
    return tunnel.table() instanceof RouteTable.FromLan from
        ? from.rules(tunnel.name())
        : List.of();
  }

  private static Thing.SourceRule thing(RoutingPolicy.Rule rule) {
    String table = rule.table().orElseThrow();
    return new Thing.SourceRule(
        rule.from().orElseThrow(),
        rule.priority().orElseThrow(),
        table.equals(RoutingPolicy.MAIN) ? KernelRoute.MAIN : Long.parseLong(table));
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    RuleAspect.bring(tools, kernel((Thing.SourceRule) thing), to);
    return Optional.empty();
  }

  private static KernelRule kernel(Thing.SourceRule rule) {
    boolean ipv4 = rule.from().family() == Family.IPV4;
    var kernel =
        rule.table() == KernelRoute.MAIN
            ? KernelRule.mainWithoutDefault(ipv4)
            : KernelRule.lookup(ipv4, rule.table());
    return kernel
        .from(Addresses.toJava(rule.from().address()), rule.from().length())
        .at(rule.priority());
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    return RuleAspect.says(kernel((Thing.SourceRule) thing), to);
  }
}
