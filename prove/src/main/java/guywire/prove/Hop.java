package guywire.prove;

import guywire.network.text.Text;
import java.util.List;

/**
 * A machine on the way, and what it does with the packet, in order.
 *
 * @param machine its name
 * @param deeds what it does
 */
public record Hop(String machine, List<Deed> deeds) {

  /** Copies the list. */
  public Hop {
    deeds = List.copyOf(deeds);
  }

  /** What it does, in words. */
  public List<Text> texts() {
    return deeds.stream().map(Deed::text).toList();
  }
}
