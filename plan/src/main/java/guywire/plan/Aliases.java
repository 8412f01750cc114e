package guywire.plan;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.AliasPool;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.text.Findings;
import guywire.plan.definition.Definition;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.SiteEntry;
import guywire.plan.definition.SiteEntry.LanEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * As which prefix the tunnels know each LAN: its own, or an alias of the same size, which the LAN's
 * gateways translate host by host. Two LANs with the same addresses are told apart by that.
 */
final class Aliases {

  /*
   * An alias is written down, or given to each LAN that tunnels carry and whose addresses another
   * site with a node has, too. Both of two such LANs get one: to the machines of either, the other's
   * own addresses are their own.
   *
   * Which alias a LAN is given follows from its site's name and its prefix alone (AliasPool), so it
   * stays whatever sites come and go; no state has to be kept, and every server plans the same.
   * Whether a LAN has one does change when the first site with the same LAN comes, or the last goes:
   * that is said (D40), with the line that fixes it.
   */

  /** A LAN and what it is known as. */
  record Alias(Prefix real, Prefix shown) {
    boolean isNone() {
      return real.equals(shown);
    }

    /** The address as which others know one of the LAN. */
    IpAddress shown(IpAddress address) {
      return isNone() ? address : map().shown(address);
    }

    private NatRule.Map map() {
      return new NatRule.Map(PacketMatch.ANY, real, shown);
    }
  }

  private final Definition definition;
  private final Findings findings;
  private final Set<Name> populated = new HashSet<>();
  private final Set<Name> served = new HashSet<>();
  private final Map<Name, List<Alias>> bySite = new HashMap<>();
  private final AliasPool pool = new AliasPool();

  private Aliases(Definition definition, Findings findings) {
    this.definition = definition;
    this.findings = findings;
    for (var node : definition.nodes()) {
      node.site().ifPresent(populated::add);
      node.site().filter(_ -> node.servesLan()).ifPresent(served::add);
    }
  }

  /** The aliases of a definition's LANs. */
  static Aliases of(Definition definition, Findings findings) {
    var aliases = new Aliases(definition, findings);
    aliases.settle();
    return aliases;
  }

  /** The LANs of a site, each with what it is known as. */
  List<Alias> of(Name site) {
    return bySite.getOrDefault(site, List.of());
  }

  private void settle() {
    var others = sharing();
    definition.overlay().forEach(overlay -> pool.take(overlay.prefix()));
    for (var site : definition.sites()) {
      for (var lan : site.lans()) {
        pool.take(lan.prefix());
        lan.alias().map(Placed::value).ifPresent(pool::take);
      }
    }
    for (var site : definition.sites()) {
      var mine = new ArrayList<Alias>();
      for (var lan : site.lans()) {
        var other = Optional.ofNullable(others.get(lan));
        var shown =
            lan.alias()
                .map(Placed::value)
                .filter(_ -> isCarried(site, lan.prefix()))
                .or(() -> other.flatMap(clash -> given(site, lan, clash)))
                .orElse(lan.prefix());
        mine.add(new Alias(lan.prefix(), shown));
      }
      bySite.put(site.name(), mine);
    }
  }

  private Optional<Prefix> given(SiteEntry site, LanEntry lan, Clash clash) {
    var found = pool.give(site.name(), lan.prefix());
    found.ifPresent(alias ->
        findings.warning(
            "D40",
            lan.place(),
            "alias-given",
            lan.prefix(),
            site.name(),
            clash.lan().prefix(),
            clash.site().name(),
            alias));
    return found;
  }

  /** A LAN of another site with the same addresses. */
  private record Clash(SiteEntry site, LanEntry lan, int turn) {}

  /** For each LAN that needs an alias the LAN that it is for: the first one in the file. */
  private Map<LanEntry, Clash> sharing() {
    var lans = new ArrayList<Clash>();
    int turn = 0;
    for (var site : definition.sites()) {
      if (populated.contains(site.name())) {
        for (var lan : site.lans()) {
          lans.add(new Clash(site, lan, turn));
        }
      }
      turn++;
    }
    lans.sort(Comparator.comparing(clash -> clash.lan().prefix()));
    var found = new HashMap<LanEntry, Clash>();
    // In order each LAN comes after those that contain it: the ones it may lie in are a stack.
    var around = new ArrayList<Clash>();
    for (var one : lans) {
      while (!around.isEmpty() && !around.getLast().lan().prefix().contains(one.lan().prefix())) {
        around.removeLast();
      }
      for (var other : around) {
        if (other.turn() != one.turn()) {
          note(found, one, other);
          note(found, other, one);
        }
      }
      around.add(one);
    }
    return found;
  }

  private void note(Map<LanEntry, Clash> found, Clash one, Clash other) {
    if (isCarried(one.site(), one.lan().prefix())) {
      found.merge(one.lan(), other, (a, b) -> a.turn() <= b.turn() ? a : b);
    }
  }

  /** Whether a node stands in a site. */
  boolean isPopulated(SiteEntry site) {
    return populated.contains(site.name());
  }

  /** Whether tunnels lead to this LAN of a site. */
  boolean isCarried(SiteEntry site, Prefix lan) {
    return served.contains(site.name())
        && definition.overlay().stream()
            .anyMatch(overlay -> overlay.prefix().family() == lan.family());
  }
}
