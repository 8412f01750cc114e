package guywire.agent.choice;

import guywire.address.IpAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;

/** Something that the choice among ways wants done. */
public sealed interface Act {

  /**
   * Send a probe.
   *
   * @param destination whom it is about
   * @param to where its agent answers
   * @param tunnel the interface it must leave by
   * @param nonce what the answer must repeat
   */
  record Probe(Name destination, IpAddress to, InterfaceName tunnel, long nonce) implements Act {}

  /**
   * Send what goes to a destination another way.
   *
   * @param destination the destination
   * @param tunnel the interface of the way
   */
  record Choose(Name destination, InterfaceName tunnel) implements Act {}

  /** Look which destinations have had traffic since the last look. */
  record Look() implements Act {}
}
