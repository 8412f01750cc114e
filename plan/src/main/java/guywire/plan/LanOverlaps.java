package guywire.plan;

import guywire.address.Prefix;
import guywire.network.text.Findings;
import guywire.network.text.Place;
import guywire.plan.definition.NodeEntry.Placed;
import guywire.plan.definition.SiteEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Refuses LANs of which a packet can't tell which is meant, with their aliases. */
final class LanOverlaps {

  private final Scene scene;
  private final Aliases aliases;
  private final Findings findings;

  LanOverlaps(Scene scene, Aliases aliases, Findings findings) {
    this.scene = scene;
    this.aliases = aliases;
    this.findings = findings;
  }

  /**
   * A prefix of a site, with the site's turn in the file.
   *
   * @param isAlias whether it is what one of its LANs is known as
   * @param isKnown whether tunnels lead there by this prefix
   */
  private record Claimed(
      SiteEntry site, Prefix prefix, Place place, int turn, boolean isAlias, boolean isKnown) {}

  /** Checks all. */
  void check() {
    var enclosing = new ArrayDeque<Claimed>();
    for (var one : claimed()) {
      overlay(one);
      while (!enclosing.isEmpty() && !enclosing.peek().prefix().contains(one.prefix())) {
        enclosing.pop();
      }
      enclosing.forEach(other -> compare(one, other));
      enclosing.push(one);
    }
  }

  /** What each site claims: its LANs, and their aliases; each after those that contain it. */
  private List<Claimed> claimed() {
    var all = new ArrayList<Claimed>();
    int turn = 0;
    for (var site : scene.definition().sites()) {
      var known = aliases.of(site.name());
      for (int i = 0; i < site.lans().size(); i++) {
        var lan = site.lans().get(i);
        boolean carried = aliases.isCarried(site, lan.prefix());
        boolean plain = known.get(i).isNone();
        all.add(new Claimed(site, lan.prefix(), lan.place(), turn, false, carried && plain));
        if (!plain) {
          var place = lan.alias().map(Placed::place).orElse(lan.place());
          all.add(new Claimed(site, known.get(i).shown(), place, turn, true, carried));
        }
      }
      turn++;
    }
    all.sort(Comparator.comparing(Claimed::prefix));
    return all;
  }

  private void overlay(Claimed one) {
    for (var overlay : scene.definition().overlay()) {
      if (overlay.prefix().overlaps(one.prefix())) {
        findings.error("D20", one.place(), "overlay-lan", one.prefix(), overlay.prefix());
        return;
      }
    }
  }

  private void compare(Claimed one, Claimed other) {
    boolean matters = one.isKnown() || other.isKnown();
    boolean about = aliases.isPopulated(one.site()) && aliases.isPopulated(other.site());
    boolean ownLans = one.turn() == other.turn() && !one.isAlias() && !other.isAlias();
    if (!matters || !about || ownLans) {
      return;
    }
    boolean oneIsLater =
        one.turn() != other.turn()
            ? one.turn() > other.turn()
            : one.place().line() > other.place().line()
                || one.place().line() == other.place().line()
                    && one.place().column() > other.place().column();
    var later = oneIsLater ? one : other;
    var earlier = later == one ? other : one;
    findings.error(
        "D21",
        later.place(),
        "lans-overlap",
        later.prefix(),
        later.site().name(),
        earlier.prefix(),
        earlier.site().name());
  }
}
