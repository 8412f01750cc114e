package guywire.network;

import guywire.address.IpAddress;
import guywire.network.text.Place;
import java.util.List;

/**
 * A promise about names: what a machine is told when it looks one up.
 *
 * @param from who asks its configured name server
 * @param name the whole name asked for, without a trailing dot
 * @param addresses the answer, in any order
 * @param place the expect line
 * @param text the expect line as written
 */
public record Lookup(Spot from, String name, List<IpAddress> addresses, Place place, String text) {
  /** Copies the list. */
  public Lookup {
    addresses = List.copyOf(addresses);
  }
}
