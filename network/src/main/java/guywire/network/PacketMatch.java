package guywire.network;

import guywire.address.Prefix;
import java.util.List;
import java.util.Optional;

/**
 * Which packets a rule is for. An empty list or Optional matches anything; all parts must match. A
 * rule whose {@code from} or {@code to} is not empty sees only packets of the families named there.
 *
 * @param in the interface a packet came in on
 * @param out the interface it leaves by
 * @param from its source lies in one of these
 * @param to its destination lies in one of these
 * @param transport what it carries
 * @param ports its destination port lies in one of these (TCP and UDP)
 * @param connections which connections it belongs to
 */
public record PacketMatch(
    Optional<InterfaceMatch> in,
    Optional<InterfaceMatch> out,
    List<Prefix> from,
    List<Prefix> to,
    Optional<Transport> transport,
    List<PortRange> ports,
    Connections connections) {

  /** Every packet. */
  public static final PacketMatch ANY =
      new PacketMatch(
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          Optional.empty(),
          List.of(),
          Connections.ANY);

  /** Which packets by the state of their connection (conntrack). */
  public enum Connections {
    ANY,
    /** Replies and related errors: established, related. */
    ESTABLISHED,
    /** The first packet of a connection: new. */
    NEW,
    /** What belongs to none: invalid. */
    INVALID
  }

  /**
   * Some interfaces, or any but those.
   *
   * @param names the interfaces, at least one; a {@code +} at the end stands for any ending, as for
   *     iptables
   * @param negated whether every other interface is meant
   */
  public record InterfaceMatch(List<InterfaceName> names, boolean negated) {

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if no interface is named
     */
    public InterfaceMatch {
      names = List.copyOf(names);
      if (names.isEmpty()) {
        throw new IllegalArgumentException("a match of interfaces names one");
      }
    }

    /** One interface, or any but it. */
    public InterfaceMatch(InterfaceName name, boolean negated) {
      this(List.of(name), negated);
    }

    /** The interface, where there is one; else the first. */
    public InterfaceName name() {
      return names.getFirst();
    }

    /** Whether one of the names, or of those that they stand for, is that of this interface. */
    public boolean covers(String device) {
      return names.stream().anyMatch(name -> covers(name.text(), device));
    }

    private static boolean covers(String text, String device) {
      return text.endsWith("+")
          ? device.startsWith(text.substring(0, text.length() - 1))
          : device.equals(text);
    }

    /** This interface. */
    public static InterfaceMatch of(InterfaceName name) {
      return new InterfaceMatch(name, false);
    }

    /** Any interface but this one. */
    public static InterfaceMatch not(InterfaceName name) {
      return new InterfaceMatch(name, true);
    }
  }

  /**
   * Copies the lists and checks that ports have a transport.
   *
   * @throws IllegalArgumentException if ports are given without TCP or UDP
   */
  public PacketMatch {
    from = List.copyOf(from);
    to = List.copyOf(to);
    ports = List.copyOf(ports);
    if (!ports.isEmpty()
        && !transport.equals(Optional.of(Transport.TCP))
        && !transport.equals(Optional.of(Transport.UDP))) {
      throw new IllegalArgumentException("only TCP and UDP have ports");
    }
  }

  /** The same, for packets that come in on this interface. */
  public PacketMatch comingIn(InterfaceMatch match) {
    return new PacketMatch(Optional.of(match), out, from, to, transport, ports, connections);
  }

  /** The same, for packets that leave by this interface. */
  public PacketMatch goingOut(InterfaceMatch match) {
    return new PacketMatch(in, Optional.of(match), from, to, transport, ports, connections);
  }

  /** The same, for these sources. */
  public PacketMatch from(List<Prefix> prefixes) {
    return new PacketMatch(in, out, prefixes, to, transport, ports, connections);
  }

  /** The same, for these destinations. */
  public PacketMatch to(List<Prefix> prefixes) {
    return new PacketMatch(in, out, from, prefixes, transport, ports, connections);
  }

  /** The same, for this transport and (unless empty) these destination ports. */
  public PacketMatch carrying(Transport wanted, List<PortRange> wantedPorts) {
    return new PacketMatch(in, out, from, to, Optional.of(wanted), wantedPorts, connections);
  }

  /** The same, for packets of these connections. */
  public PacketMatch of(Connections wanted) {
    return new PacketMatch(in, out, from, to, transport, ports, wanted);
  }
}
