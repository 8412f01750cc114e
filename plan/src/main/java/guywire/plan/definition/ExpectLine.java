package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.address.IpAddress.Family;
import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One line of what must hold: a test of the network. */
public sealed interface ExpectLine {

  /** Where it stands. */
  Place place();

  /** The line as written. */
  String text();

  /** Who starts. */
  List<Ref> from();

  /**
   * Connections work, or must not.
   *
   * @param arrives whether they work
   * @param from who starts them
   * @param to who is meant; the same as {@code from} for "each other"
   * @param services what they carry; empty for a ping, a TCP and a UDP connection
   * @param via the nodes they pass, in order; empty if that is left open
   * @param direct whether nothing may lie between the two
   * @param source the source address that the far end sees, if said
   * @param family the address family, if said; otherwise every family that both ends have
   * @param down what is down meanwhile: nodes, sites, or the direct way between two nodes
   * @param within how long the two are cut off at most when that goes down, if said
   * @param forward the port by which a gateway is asked to forward it, if said
   */
  record Reach(
      boolean arrives,
      List<Ref> from,
      List<Ref> to,
      List<Service> services,
      List<Ref> via,
      boolean direct,
      Optional<Source> source,
      Optional<Family> family,
      List<Down> down,
      Optional<Duration> within,
      Optional<ThroughPort> forward,
      Place place,
      String text)
      implements ExpectLine {
    /** Copies the lists. */
    public Reach {
      from = List.copyOf(from);
      to = List.copyOf(to);
      services = List.copyOf(services);
      via = List.copyOf(via);
      down = List.copyOf(down);
    }
  }

  /**
   * A name is known.
   *
   * @param from who asks
   * @param names the nodes, hosts or records that are looked up
   * @param addresses the answer, if said; otherwise what the name server is given
   */
  record Resolve(
      List<Ref> from, List<Ref> names, List<IpAddress> addresses, Place place, String text)
      implements ExpectLine {
    /** Copies the lists. */
    public Resolve {
      from = List.copyOf(from);
      names = List.copyOf(names);
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * What is down.
   *
   * @param what a node or a site
   * @param other the other node, if the direct way between two is meant
   */
  record Down(Ref what, Optional<Ref> other) {}

  /**
   * The port that a gateway opens when it is asked to.
   *
   * @param gateway the gateway
   * @param port the port
   */
  record ThroughPort(Ref gateway, int port) {}

  /** The source address that the far end sees. */
  sealed interface Source {

    /** The sender's own. */
    record Kept() implements Source {}

    /**
     * A node's: its LAN address for a host in its site, its public address for the internet, else
     * its tunnel address.
     *
     * @param node the node
     */
    record Of(Ref node) implements Source {}

    /**
     * This one.
     *
     * @param address the address
     */
    record Is(IpAddress address) implements Source {}
  }
}
