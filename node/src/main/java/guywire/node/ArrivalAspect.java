package guywire.node;

import guywire.address.IpAddress.Family;
import guywire.linux.KernelRule;
import guywire.network.Agents;
import guywire.network.InterfaceName;
import guywire.network.RouteTable;
import guywire.network.text.Text;
import java.util.Optional;

/**
 * The rules by which what came out of a tunnel that agents choose is routed by that tunnel's own
 * table: so a relay passes it on by the tunnel it came by, wherever its own packets go.
 */
final class ArrivalAspect implements Aspect {

  @Override
  public boolean has(Thing thing) {
    return thing instanceof Thing.Arrival;
  }

  @Override
  public void see(Tools tools, Scope scope, Observed.Picture picture) {
    for (var rule : picture.rules) {
      rule.arrivingBy()
          .flatMap(InterfaceName::tryParse)
          .map(name -> new Thing.Arrival(rule.ipv4(), name))
          .filter(thing -> kernel(thing).equals(rule))
          .ifPresent(thing -> picture.things.put(thing, Thing.THERE));
    }
  }

  @Override
  public void want(Demand demand, Wanted wanted) {
    for (var tunnel : demand.config().interfaces()) {
      if (tunnel.table() instanceof RouteTable.Chosen) {
        RouteAspect.chosen(tunnel).stream()
            .map(route -> route.to().family() == Family.IPV4)
            .distinct()
            .forEach(ipv4 -> wanted.put(new Thing.Arrival(ipv4, tunnel.name()), Thing.THERE));
      }
    }
  }

  @Override
  public Optional<String> bring(Tools tools, Thing thing, Optional<String> to) {
    KernelRule rule = kernel((Thing.Arrival) thing);
    if (to.isPresent()) {
      Tools.unlessThere(() -> tools.netlink().addRule(rule));
    } else {
      Tools.unlessGone(() -> tools.netlink().removeRule(rule));
    }
    return Optional.empty();
  }

  private static KernelRule kernel(Thing.Arrival thing) {
    return KernelRule.arrivingBy(thing.ipv4(), thing.tunnel().text(), Agents.table(thing.tunnel()))
        .at(Agents.ARRIVAL_RULE);
  }

  @Override
  public Text says(Thing thing, Optional<String> from, Optional<String> to) {
    var rule = (Thing.Arrival) thing;
    return Text.of(
        RuleAspect.class,
        to.isPresent() ? "step.rule" : "step.no-rule",
        (rule.ipv4() ? "IPv4" : "IPv6")
            + " iif "
            + rule.tunnel()
            + " table "
            + Agents.table(rule.tunnel()));
  }
}
