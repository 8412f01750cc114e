package guywire.agent.mapping;

import guywire.address.IpAddress;
import java.util.Optional;

/** How the question for a port ended. */
sealed interface MappingAnswer {

  /**
   * The router says that it passes the port on.
   *
   * @param address its public address, as it says
   * @param port the port there, as it says
   * @param seconds for how long
   * @param service by which it can be given back, if it was asked by UPnP
   */
  record Granted(IpAddress address, int port, long seconds, Optional<ConnectionService> service)
      implements MappingAnswer {}

  /** The router does not, by the protocol's number for why. */
  record Refused(int reason) implements MappingAnswer {}

  /** The router's own address is none that can be reached from the internet. */
  record Private(IpAddress address) implements MappingAnswer {}

  /** The router says nothing, or nothing that is understood. */
  record Nothing() implements MappingAnswer {}
}
