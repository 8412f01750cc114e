package guywire.network;

import guywire.network.text.Place;
import guywire.network.text.Text;

/**
 * A step in setting up a tunnel interface that fails on its host, as far as files and facts tell.
 * What the host's own program then does (takes the interface away, goes on without) is its own.
 *
 * @param node the host
 * @param tunnel the interface
 * @param step the step
 * @param place the line that fails
 * @param text why, in a few words without a full stop
 */
public record Setback(Name node, InterfaceName tunnel, SetUpStep step, Place place, Text text) {

  /** The steps, in the order in which wg-quick takes them. */
  public enum SetUpStep {
    /** The file is read; nothing is done yet. */
    READ,
    PRE_UP,
    /** Keys, port and peers are given to the interface. */
    CONFIGURE,
    ADDRESS,
    /** The interface is brought up with its MTU, and its UDP port opened. */
    LINK,
    DNS,
    ROUTE,
    POST_UP
  }
}
