package guywire.address;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Sets of prefixes, as firewalls take them. */
public final class Prefixes {

  private Prefixes() {}

  /** Those that lie in no other, each once, in the order given. Linear in their number. */
  public static List<Prefix> withoutCovered(List<Prefix> prefixes) {
    var all = new HashSet<>(prefixes);
    var kept = new ArrayList<Prefix>();
    var seen = new HashSet<Prefix>();
    for (var prefix : prefixes) {
      boolean covered = false;
      for (int length = prefix.length() - 1; length >= 0 && !covered; length--) {
        covered = all.contains(Prefix.around(prefix.address(), length));
      }
      if (!covered && seen.add(prefix)) {
        kept.add(prefix);
      }
    }
    return kept;
  }

  /** Whether an address lies in one of the prefixes. */
  public static boolean contain(List<Prefix> prefixes, IpAddress address) {
    return prefixes.stream().anyMatch(prefix -> prefix.contains(address));
  }
}
