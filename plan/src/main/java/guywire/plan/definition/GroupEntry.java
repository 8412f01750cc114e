package guywire.plan.definition;

import guywire.address.Prefix;
import guywire.network.Name;
import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import guywire.plan.definition.NodeEntry.Placed;
import java.util.List;

/**
 * A group as declared. One with a range of its own gives its nodes tunnel addresses from there, and
 * rules name the range rather than each node, so that a new member changes nobody else.
 *
 * @param name the group
 * @param place where it is named
 * @param members nodes, sites, hosts and other groups
 * @param addresses the range, at most one prefix of each family
 */
public record GroupEntry(
    Name name, Place place, List<Ref> members, List<Placed<Prefix>> addresses) {
  /** Copies the lists. */
  public GroupEntry {
    members = List.copyOf(members);
    addresses = List.copyOf(addresses);
  }
}
