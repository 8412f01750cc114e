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
 * @param connection who connects to whom
 * @param reach what it shall come to
 * @param place the expect line
 * @param text the expect line as written
 */
public record Promise(
    PromisedConnection connection, PromisedReach reach, Place place, String text) {

  /**
   * Checks what belongs together.
   *
   * @throws IllegalArgumentException if a time is promised of anything but UDP
   */
  public Promise {
    if (reach.withinMillis().isPresent() && connection.transport() != Transport.UDP) {
      throw new IllegalArgumentException("a time is promised of UDP");
    }
  }

  /** The same where every way will do, and any time. */
  public Promise byAnyWay() {
    return new Promise(connection, reach.byAnyWay(), place, text);
  }

  /** Who starts the connection. */
  public Spot from() {
    return connection.from();
  }

  /** Who is meant. */
  public Spot to() {
    return connection.to();
  }

  /** The address that is used. */
  public IpAddress target() {
    return connection.target();
  }

  /** What the packet carries. */
  public Transport transport() {
    return connection.transport();
  }

  /** The destination port; none for ICMP. */
  public OptionalInt port() {
    return connection.port();
  }

  /** The port of a gateway to which the connection is made, if it is. */
  public Optional<ForwardedPort> forward() {
    return connection.forward();
  }

  /** Whether the connection must work; if not, no packet may arrive. */
  public boolean arrives() {
    return reach.arrives();
  }

  /** The source address that must be seen, if promised. */
  public Optional<IpAddress> sourceSeen() {
    return reach.sourceSeen();
  }

  /** The nodes it must pass, in order, if promised. */
  public List<Name> via() {
    return reach.via();
  }

  /** Whether no other machine may lie between the two. */
  public boolean direct() {
    return reach.direct();
  }

  /** What is down while it must hold. */
  public List<Failure> down() {
    return reach.down();
  }

  /** For how many milliseconds no packet may get through at most, if promised. */
  public OptionalLong withinMillis() {
    return reach.withinMillis();
  }
}
