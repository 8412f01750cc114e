package guywire.network;

import guywire.address.IpAddress;
import guywire.network.text.Place;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One thing the network must do, for one pair of machines: an {@code expect} line of the definition
 * is one or more of these. A promise is a test: the prover judges it and the lab tries it.
 *
 * @param from who starts the connection
 * @param to who is meant
 * @param target the address that {@code from} uses
 * @param transport what the packet carries; for TCP and UDP there is a port
 * @param port the destination port
 * @param arrives whether the connection must work; false means that no packet may arrive
 * @param sourceSeen the source address that {@code to} must see, if promised
 * @param via the nodes it must pass, in order, if promised
 * @param direct whether no other machine may lie between the two
 * @param down what is down while it must hold; empty for a network of which everything works
 * @param withinMillis for how many milliseconds no packet may get through at most when {@code down}
 *     goes down; only of a UDP connection, and only if something goes down
 * @param place the expect line
 * @param text the expect line as written
 */
public record Promise(
    Spot from,
    Spot to,
    IpAddress target,
    Transport transport,
    OptionalInt port,
    boolean arrives,
    Optional<IpAddress> sourceSeen,
    List<Name> via,
    boolean direct,
    List<Failure> down,
    OptionalLong withinMillis,
    Place place,
    String text) {

  /**
   * Copies the list and checks what belongs together.
   *
   * @throws IllegalArgumentException if the transport and port don't fit, or a time and what it is
   *     about
   */
  public Promise {
    via = List.copyOf(via);
    down = List.copyOf(down);
    if ((transport == Transport.ICMP) != port.isEmpty()) {
      throw new IllegalArgumentException("TCP and UDP have a port, ICMP has none");
    }
    if (withinMillis.isPresent() && (down.isEmpty() || transport != Transport.UDP || !arrives)) {
      throw new IllegalArgumentException("a time is promised of UDP when something goes down");
    }
  }

  /**
   * A promise about a network of which everything works, that leaves open what lies between the two
   * but for the nodes named.
   */
  public Promise(
      Spot from,
      Spot to,
      IpAddress target,
      Transport transport,
      OptionalInt port,
      boolean arrives,
      Optional<IpAddress> sourceSeen,
      List<Name> via,
      Place place,
      String text) {
    this(
        from,
        to,
        target,
        transport,
        port,
        arrives,
        sourceSeen,
        via,
        false,
        List.of(),
        OptionalLong.empty(),
        place,
        text);
  }

  /** The same where every way will do, and any time. */
  public Promise byAnyWay() {
    return new Promise(
        from,
        to,
        target,
        transport,
        port,
        arrives,
        sourceSeen,
        List.of(),
        false,
        down,
        OptionalLong.empty(),
        place,
        text);
  }
}
