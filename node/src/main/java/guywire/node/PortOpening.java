package guywire.node;

import guywire.address.IpAddress;
import guywire.linux.FilterTables;
import guywire.network.InterfaceName;
import guywire.network.OpenedPorts;
import guywire.network.Transport;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Lets senders in to ports of a node that has a filter: each sender to one port, by an element of a
 * set in the node's table. Where the table has been made anew, which empties the sets, they are let
 * in again.
 *
 * <p>For one thread, in the network namespace of the node.
 */
public final class PortOpening {

  /** A port for one sender. */
  private record Element(IpAddress sender, Transport transport, int port) {}

  private final Commands commands;
  private final String table;
  private final Set<Element> open = new LinkedHashSet<>();
  private Optional<FilterTables.Generation> seen = Optional.empty();

  /** That of the node with this usual tunnel. */
  public PortOpening(Machine machine, InterfaceName usual) {
    this.commands = new Commands(machine);
    this.table = NftTable.nameFor(usual);
  }

  /** Lets a sender in; false if the filter does not take it. */
  public boolean open(IpAddress sender, Transport transport, int port) {
    var element = new Element(sender, transport, port);
    boolean taken = set(element, true);
    if (taken) {
      open.add(element);
    }
    seen = FilterTables.generation();
    return taken;
  }

  /** Lets a sender in no more. */
  public void close(IpAddress sender, Transport transport, int port) {
    var element = new Element(sender, transport, port);
    if (open.remove(element)) {
      // With the table it is gone already.
      set(element, false);
    }
  }

  /** Sees to it that all who were let in are, whatever was made anew since. */
  public void hold() {
    if (open.isEmpty()) {
      return;
    }
    var now = FilterTables.generation();
    if (now.isEmpty() || !now.equals(seen)) {
      open.forEach(element -> set(element, true));
      seen = FilterTables.generation();
    }
  }

  /** A node without a table filters nothing. */
  private boolean set(Element element, boolean in) {
    if (!FilterTables.mayHave(FilterTables.Family.INET, table)) {
      return true;
    }
    String command =
        OpenedPorts.command(in, table, element.sender(), element.transport(), element.port());
    return commands
        .find("nft")
        .map(nft -> commands.run(command, nft, "-f", "-"))
        .filter(Commands.Ended::succeeded)
        .isPresent();
  }
}
