package guywire.control.store;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.json.NodeId;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The nodes of a network at one of its revisions, with what changes only with it. Whose devices
 * they are changes without one, and is not told here.
 *
 * @param revision the revision, or one before it of which these are not older
 * @param nodes all of them by name, without their owners
 * @param since since when they have their keys, those that have one; the beginning of 1970 if that
 *     was before it was noted
 * @param addresses the tunnel addresses that they were given
 */
public record KnownNodes(
    long revision,
    List<StoredNode> nodes,
    Map<NodeId, Instant> since,
    Map<Name, List<IpAddress>> addresses) {

  /** Copies the collections. */
  public KnownNodes {
    nodes = List.copyOf(nodes);
    since = Map.copyOf(since);
    addresses = Map.copyOf(addresses);
  }
}
