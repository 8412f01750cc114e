package guywire.prove;

import guywire.format.input.Command;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Part;
import guywire.network.Places;
import guywire.network.text.Finding;
import guywire.network.text.Place;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is judged: a network, where its parts are written, and what is known of its hosts.
 *
 * @param network the network
 * @param places where the parts of each node stand; planned if not in the map
 * @param facts what is known of its hosts
 * @param read what was found while its files were read, and what had to be assumed
 * @param commands what scripts run on a host, or a guide recommends
 */
public record Subject(
    Network network,
    Map<Name, Places> places,
    Facts facts,
    List<Finding> read,
    List<HostCommand> commands) {

  /**
   * A command of a script or guide.
   *
   * @param host the node it is for; none for a guide
   * @param command the command
   */
  public record HostCommand(Optional<Name> host, Command command) {}

  /** Copies the collections. */
  public Subject {
    places = Map.copyOf(places);
    read = List.copyOf(read);
    commands = List.copyOf(commands);
  }

  /** A subject without scripts. */
  public Subject(Network network, Map<Name, Places> places, Facts facts, List<Finding> read) {
    this(network, places, facts, read, List.of());
  }

  /** A network that Guywire planned. */
  public static Subject planned(Network network) {
    return new Subject(network, Map.of(), Facts.NONE, List.of());
  }

  /** Where a part of a node stands. */
  public Place place(NodeConfig node, Part part) {
    return places.getOrDefault(node.name(), Places.PLANNED).of(part);
  }

  /** Whether a node was read from files, rather than planned. */
  boolean isRead(NodeConfig node) {
    return places.containsKey(node.name());
  }

  /** The file of a node, as a place. */
  public Place place(NodeConfig node) {
    return places.getOrDefault(node.name(), Places.PLANNED).whole();
  }
}
