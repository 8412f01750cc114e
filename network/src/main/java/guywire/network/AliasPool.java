package guywire.network;

import guywire.address.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.CRC32;

/**
 * Prefixes that stand for LANs whose own addresses another LAN has, too.
 *
 * <p>Not safe for use by several threads.
 */
public final class AliasPool {

  /*
   * Which prefix a LAN gets follows from its site's name and its own prefix alone: they choose a
   * place in the pool, and only if somebody else has that place, the next free one is taken. So
   * other sites may come and go, and stand in any order, and it stays; no state has to be kept, and
   * everybody who asks finds the same.
   */

  /**
   * The half of 10.0.0.0/8 that fewer LANs are numbered from. Not 198.18.0.0/15 and not
   * 100.64.0.0/10, which other VPN programs and carriers take.
   */
  private static final Prefix POOL = Prefix.parse("10.128.0.0/9");

  /** At least 2 to this power of a LAN's size must fit into the pool. */
  private static final int LEAST_BITS = 3;

  /** What is no longer free; such prefixes may contain each other. */
  private final NavigableSet<Prefix> taken = new TreeSet<>();

  /** Says that somebody has these addresses. */
  public void take(Prefix prefix) {
    if (prefix.overlaps(POOL)) {
      taken.add(prefix);
    }
  }

  /**
   * A prefix of a LAN's size that nobody has, which is then taken; none for IPv6, whose private
   * prefixes are drawn at random anyway, and for LANs too large.
   */
  public Optional<Prefix> give(Name site, Prefix lan) {
    int bits = lan.length() - POOL.length();
    if (!lan.address().isIpv4() || bits < LEAST_BITS) {
      return Optional.empty();
    }
    var sum = new CRC32();
    sum.update((site + " " + lan).getBytes(StandardCharsets.UTF_8));
    long places = 1L << bits;
    for (long i = 0; i < places; i++) {
      long place = (sum.getValue() + i) % places;
      long first = place << (lan.family().bits() - lan.length());
      var candidate = new Prefix(POOL.address().plus(first), lan.length());
      if (isFree(candidate)) {
        take(candidate);
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** Whether nothing that is taken overlaps: what lies inside a prefix follows it in order. */
  private boolean isFree(Prefix prefix) {
    var inside = taken.ceiling(prefix);
    if (inside != null && prefix.overlaps(inside)) {
      return false;
    }
    for (int length = prefix.length(); length >= 0; length--) {
      if (taken.contains(Prefix.around(prefix.address(), length))) {
        return false;
      }
    }
    return true;
  }
}
