package guywire.format.firewall;

import guywire.network.InterfaceName;
import guywire.network.text.Place;
import java.util.OptionalInt;

/**
 * A tunnel as its host's firewall knows it: an interface, and a UDP port beneath it.
 *
 * @param tunnel the interface
 * @param place where it stands in the files
 * @param port where it listens, if the files say
 * @param called whether a peer has no endpoint, so that it must be able to call this host
 */
public record TunnelPort(InterfaceName tunnel, Place place, OptionalInt port, boolean called) {

  /** Whether a port, as it is written, is the one that the tunnel listens on. */
  boolean is(String written) {
    return port.isPresent() && written.equals(String.valueOf(port.getAsInt()));
  }
}
