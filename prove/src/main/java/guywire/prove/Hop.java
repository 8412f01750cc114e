package guywire.prove;

import guywire.network.text.Text;
import java.util.List;

/**
 * A machine on the way, and what it does with the packet, in order.
 *
 * @param machine its name
 * @param actions what it does
 */
public record Hop(String machine, List<PacketAction> actions) {

  /** Copies the list. */
  public Hop {
    actions = List.copyOf(actions);
  }

  /** What it does, in words. */
  public List<Text> texts() {
    return actions.stream().map(PacketAction::text).toList();
  }
}
