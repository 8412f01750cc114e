package guywire.format.firewall;

import guywire.network.InterfaceName;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.text.Place;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A rule for one pair of interfaces, as firewalls with zones have them.
 *
 * @param <T> the kind of rule
 * @param rule what it says beside the interfaces
 * @param in where a packet came in; empty for anywhere
 * @param out where it leaves; empty for anywhere
 * @param place where it stands
 */
record Zoned<T>(T rule, Optional<InterfaceMatch> in, Optional<InterfaceMatch> out, Place place) {

  /** A match with these interfaces. */
  PacketMatch narrowed(PacketMatch match) {
    var narrow = in.map(match::comingIn).orElse(match);
    return out.map(narrow::goingOut).orElse(narrow);
  }

  /**
   * Joins neighbours that differ in one side only and together name all interfaces, or all but one
   * tunnel.
   *
   * @param tunnels the tunnels
   * @param all the tunnels and everything else
   */
  static <T> List<Zoned<T>> merged(
      List<Zoned<T>> rules, Set<InterfaceName> tunnels, Set<InterfaceName> all) {
    return merge(merge(rules, tunnels, all, true), tunnels, all, false);
  }

  private static <T> List<Zoned<T>> merge(
      List<Zoned<T>> rules, Set<InterfaceName> tunnels, Set<InterfaceName> all, boolean byOut) {
    var merged = new ArrayList<Zoned<T>>();
    int at = 0;
    while (at < rules.size()) {
      var first = rules.get(at);
      var names = new LinkedHashSet<InterfaceName>();
      int end = at;
      while (end < rules.size()
          && first.isBeside(rules.get(end), byOut)
          && rules.get(end).plainName(byOut).filter(names::add).isPresent()) {
        end++;
      }
      var whole = whole(names, tunnels, all);
      if (end > at + 1 && whole.isPresent()) {
        var side = whole.get();
        merged.add(
            byOut
                ? new Zoned<>(first.rule, first.in, side, first.place)
                : new Zoned<>(first.rule, side, first.out, first.place));
        at = end;
      } else {
        merged.add(first);
        at++;
      }
    }
    return merged;
  }

  private boolean isBeside(Zoned<T> other, boolean byOut) {
    return rule.equals(other.rule) && (byOut ? in.equals(other.in) : out.equals(other.out));
  }

  private Optional<InterfaceName> plainName(boolean byOut) {
    return (byOut ? out : in).filter(match -> !match.negated()).map(InterfaceMatch::name);
  }

  /** What a set of interfaces is called: any, or any but one tunnel; empty if neither. */
  private static Optional<Optional<InterfaceMatch>> whole(
      Set<InterfaceName> names, Set<InterfaceName> tunnels, Set<InterfaceName> all) {
    if (names.equals(all)) {
      return Optional.of(Optional.empty());
    }
    for (var tunnel : tunnels) {
      var others = new LinkedHashSet<>(all);
      others.remove(tunnel);
      if (names.equals(others)) {
        return Optional.of(Optional.of(InterfaceMatch.not(tunnel)));
      }
    }
    return Optional.empty();
  }
}
