package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.format.input.HookEffect;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;
import guywire.network.Part;
import guywire.network.Part.Listing;
import guywire.network.text.Place;
import guywire.prove.Stop.Why;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Faults of what a host's own commands do to packets: which of them stop some, which are in vain.
 */
final class HookRuleFaults {

  /** The device of a route that discards what it is for. */
  private static final InterfaceName NOWHERE = new InterfaceName("lo");

  private static final List<Listing> RULES =
      List.of(
          Listing.INPUT_RULES,
          Listing.FORWARD_RULES,
          Listing.OUTPUT_RULES,
          Listing.INPUT_DEFAULT,
          Listing.FORWARD_DEFAULT);

  private HookRuleFaults() {}

  /** F50.own, F50.rule: a command or rule of the host's own files is what stops packets. */
  static void stopping(Inspection in, FaultReport report) {
    var told = new HashSet<List<Object>>();
    for (var family : Family.values()) {
      boolean open =
          in.nodes().stream()
              .allMatch(
                  node -> in.effects(node).isEmpty() && node.firewall().equals(Firewall.OPEN));
      if (open) {
        return;
      }
      for (var cell : in.reachability().matrix(family).cells()) {
        var stop = cell.sample().stop();
        var node = stop.flatMap(one -> Name.tryParse(one.machine())).flatMap(in::node);
        if (node.isEmpty()) {
          continue;
        }
        var effect = stopping(in, node.get(), stop.get());
        if (effect.isPresent()) {
          if (told.add(List.of(node.get().name(), effect.get()))) {
            report.info(
                "F50.own",
                node.get(),
                in.hook(node.get(), effect.get().source().hook()),
                cell.sampleFrom().toString(),
                cell.sampleTo().toString(),
                effect.get().source().command());
          }
          continue;
        }
        rule(in, node.get(), stop.get())
            .filter(place -> told.add(List.of(node.get().name(), place)))
            .ifPresent(place ->
                report.info(
                    "F50.rule",
                    node.get(),
                    place,
                    cell.sampleFrom().toString(),
                    cell.sampleTo().toString()));
      }
    }
  }

  /** The line of a file whose rule stops a packet. */
  private static Optional<Place> rule(Inspection in, NodeConfig node, Stop stop) {
    if (stop.why() != Why.FILTERED) {
      return Optional.empty();
    }
    for (var listing : RULES) {
      var rules =
          listing == Listing.INPUT_RULES
              ? node.firewall().input()
              : listing == Listing.OUTPUT_RULES
                  ? node.firewall().output()
                  : node.firewall().forward();
      boolean single = listing == Listing.INPUT_DEFAULT || listing == Listing.FORWARD_DEFAULT;
      for (int i = 0; i < (single ? 1 : rules.size()); i++) {
        var place = in.subject().place(node, new Part.Entry(listing, i));
        String where = place.file() + ":" + place.line();
        boolean named =
            place.line() > 0
                && stop.text().arguments().stream()
                    .map(Object::toString)
                    .anyMatch(word -> word.equals(where) || word.startsWith(where + ": "));
        if (named) {
          return Optional.of(place);
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<HookEffect> stopping(Inspection in, NodeConfig node, Stop stop) {
    var effects = in.effects(node).stream();
    if (stop.why() == Why.FILTERED) {
      return effects.filter(effect -> isNamed(in, node, effect, stop)).findFirst();
    }
    if (stop.why() == Why.DISCARDED) {
      var to = IpAddress.tryParse(stop.text().arguments().getFirst().toString());
      return effects.filter(effect -> discards(effect, to)).findFirst();
    }
    return Optional.empty();
  }

  private static boolean isNamed(Inspection in, NodeConfig node, HookEffect effect, Stop stop) {
    String why = HookModel.why(effect, in.hook(node, effect.source().hook()));
    return !why.isEmpty() && stop.text().arguments().contains(why);
  }

  private static boolean discards(HookEffect effect, Optional<IpAddress> to) {
    return switch (effect) {
      case HookEffect.Routes routes ->
          routes.added()
              && routes.route().device().equals(Optional.of(NOWHERE))
              && to.filter(routes.route().to()::contains).isPresent();
      case HookEffect.Rule rule -> rule.added() && rule.rule().table().isEmpty();
      default -> false;
    };
  }

  /** F49.unreached: an own rule stands behind one that decides all of its packets otherwise. */
  static void unreached(Inspection in, FaultReport report) {
    for (var node : in.nodes()) {
      for (var effect : unreached(in, node)) {
        report.warning(
            "F49.unreached",
            node,
            in.hook(node, effect.source().hook()),
            effect.source().command());
      }
    }
  }

  /** The rules of a host's own commands that no packet comes to. */
  static Set<HookEffect.Filters> unreached(Inspection in, NodeConfig node) {
    var found = new HashSet<HookEffect.Filters>();
    for (var chain : HookEffect.Chain.values()) {
      var rules = rules(in, node, chain);
      for (int i = 1; i < rules.size(); i++) {
        var late = rules.get(i);
        boolean decided =
            rules.subList(0, i).stream().anyMatch(early -> covers(early.rule(), late.rule()));
        if (decided) {
          found.add(late);
        }
      }
    }
    return found;
  }

  /** The rules of a chain in the order in which they are asked; none if some are taken out. */
  private static List<HookEffect.Filters> rules(
      Inspection in, NodeConfig node, HookEffect.Chain chain) {
    var rules = new ArrayList<HookEffect.Filters>();
    for (var effect : in.effects(node)) {
      if (!HookModel.isUp(effect)) {
        continue;
      }
      if (effect instanceof HookEffect.Flushes) {
        return List.of();
      }
      if (effect instanceof HookEffect.Filters filters && filters.chain() == chain) {
        switch (filters.change()) {
          case APPEND -> rules.add(filters);
          case INSERT -> rules.addFirst(filters);
          default -> {
            return List.of();
          }
        }
      }
    }
    return rules;
  }

  private static boolean covers(FilterRule early, FilterRule late) {
    boolean otherwise = (early.verdict() == Verdict.ACCEPT) != (late.verdict() == Verdict.ACCEPT);
    return otherwise && covers(early.match(), late.match());
  }

  /** Whether every packet of one match is one of the other, as far as words tell. */
  private static boolean covers(PacketMatch wide, PacketMatch narrow) {
    return (wide.in().isEmpty() || wide.in().equals(narrow.in()))
        && (wide.out().isEmpty() || wide.out().equals(narrow.out()))
        && (wide.from().isEmpty() || wide.from().equals(narrow.from()))
        && (wide.to().isEmpty() || wide.to().equals(narrow.to()))
        && (wide.transport().isEmpty() || wide.transport().equals(narrow.transport()))
        && (wide.ports().isEmpty() || wide.ports().equals(narrow.ports()))
        && (wide.connections() == Connections.ANY || wide.connections() == narrow.connections());
  }
}
