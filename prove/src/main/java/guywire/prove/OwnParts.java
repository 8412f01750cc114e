package guywire.prove;

import guywire.address.Prefix;
import guywire.prove.Clusters.Cluster;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the prefixes of rules apart again into the clusters that they are made of. A policy of a
 * group leaves each member's own address out of its rules and joins what lies together, so that no
 * two members have the same prefixes, though they say the same.
 */
final class OwnParts {

  /** So many bits of addresses that are joined to one prefix are taken apart. */
  private static final int MOST_JOINED = 10;

  /** So many addresses are looked at in all; rules of more name prefixes. */
  private static final int MOST = 1_000_000;

  /** A cluster's own prefix, by its number there. */
  record OwnPart(Cluster cluster, int index) {}

  private final Clusters clusters;
  private final Map<Prefix, List<OwnPart>> known = new HashMap<>();
  private int spent;

  OwnParts(Clusters clusters) {
    this.clusters = clusters;
  }

  /** Whose own prefixes make up exactly this one; none if any of it is nobody's, or several's. */
  List<OwnPart> of(Prefix prefix) {
    var parts = known.computeIfAbsent(prefix, this::taken);
    if (spent + parts.size() > MOST) {
      return List.of();
    }
    spent += parts.size();
    return parts;
  }

  private List<OwnPart> taken(Prefix prefix) {
    var whole = part(prefix);
    int bits = prefix.family().bits() - prefix.length();
    if (whole.isPresent() || bits > MOST_JOINED) {
      return whole.stream().toList();
    }
    var parts = new ArrayList<OwnPart>();
    for (int i = 0; i < 1 << bits; i++) {
      var one = part(Prefix.host(prefix.address().plus(i)));
      if (one.isEmpty()) {
        return List.of();
      }
      parts.add(one.get());
    }
    return parts;
  }

  private Optional<OwnPart> part(Prefix prefix) {
    return clusters
        .owning(prefix)
        .filter(owner -> clusters.containing(prefix).equals(List.of(owner)))
        .map(owner -> new OwnPart(owner, owner.own().indexOf(prefix)));
  }
}
