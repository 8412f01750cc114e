package guywire.agent.mapping;

import guywire.network.EndpointAddress;
import guywire.network.text.Text;
import java.util.Optional;

/**
 * What became of a port of this node that the router was asked to pass on.
 *
 * @param port the UDP port on which a tunnel of this node listens
 * @param state how that stands
 * @param protocol by which it was mapped or refused, or its address learnt
 * @param external where it is called from outside; if the address is private, what the router said
 * @param reason of what was refused, the number that the protocol has for why
 */
public record PortMapping(
    int port,
    State state,
    Optional<MappingProtocol> protocol,
    Optional<EndpointAddress> external,
    Optional<Integer> reason) {

  /** How it stands with a port. */
  public enum State {
    /** The router is being asked. */
    ASKED,
    /** The router passes it on. */
    MAPPED,
    /** The router answers, and does not do it. */
    REFUSED,
    /** The router answers to none of the protocols. */
    UNANSWERED,
    /** The router would, but is itself behind another NAT. */
    PRIVATE
  }

  /** Where this node can be called, if anywhere. */
  public Optional<EndpointAddress> open() {
    return state == State.MAPPED ? external : Optional.empty();
  }

  /** How that stands, and what can be done where it is not well. */
  public Text words() {
    String at = String.valueOf(port);
    String by = protocol.map(PortMapping::name).orElse("-");
    String where =
        external.map(place -> state == State.PRIVATE ? place.host() : place.toString()).orElse("-");
    return switch (state) {
      case ASKED -> Text.of(PortMapping.class, "mapping.asked", at);
      case MAPPED -> Text.of(PortMapping.class, "mapping.mapped", at, where, by);
      case REFUSED ->
          Text.of(
              PortMapping.class,
              "mapping.refused",
              at,
              by,
              reason.map(String::valueOf).orElse("-"));
      case UNANSWERED -> Text.of(PortMapping.class, "mapping.unanswered", at);
      case PRIVATE -> Text.of(PortMapping.class, "mapping.private", at, where, by);
    };
  }

  private static String name(MappingProtocol protocol) {
    return switch (protocol) {
      case PCP -> "PCP";
      case NAT_PMP -> "NAT-PMP";
      case UPNP -> "UPnP";
    };
  }
}
