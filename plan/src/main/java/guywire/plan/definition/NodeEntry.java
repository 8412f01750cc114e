package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.network.InterfaceName;
import guywire.network.Internet;
import guywire.network.Name;
import guywire.network.Platform;
import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A node as declared.
 *
 * @param name the node
 * @param place where it is named
 * @param role what it is in the topology
 * @param hub the hub it hangs on, if it chose one of several
 * @param where where it is plugged in
 * @param endpoint the host name or address that others dial instead of its public address
 * @param listen its UDP port, if fixed
 * @param addresses its tunnel addresses, if fixed; at most one of each family
 * @param platform what it runs
 * @param tunnel its tunnel interface
 * @param mtu the MTU of its tunnel in bytes, if set by hand
 * @param keepaliveSeconds seconds if set by hand; 0 for never
 * @param sourceNat who appears in its LAN under its own address: empty for nobody, an empty list
 *     for everyone who comes from the tunnel
 * @param fullTunnel where all of its traffic leaves, if it sends all of it through the tunnel
 * @param publicKey its public key, if it is declared
 * @param keyOnDevice whether its private key is on the device and stays there
 */
public record NodeEntry(
    Name name,
    Place place,
    Role role,
    Optional<Ref> hub,
    Where where,
    Optional<String> endpoint,
    Optional<Placed<Integer>> listen,
    List<Placed<IpAddress>> addresses,
    Platform platform,
    InterfaceName tunnel,
    OptionalInt mtu,
    OptionalInt keepaliveSeconds,
    Optional<List<Ref>> sourceNat,
    Optional<FullTunnel> fullTunnel,
    Optional<PublicKey> publicKey,
    boolean keyOnDevice) {

  /** Copies the lists. */
  public NodeEntry {
    sourceNat = sourceNat.map(List::copyOf);
    addresses = List.copyOf(addresses);
  }

  /** What a node is in the topology. */
  public enum Role {
    /** One end of tunnels. */
    PLAIN,
    /** The node that others have their tunnel to, and that passes packets between them. */
    HUB,
    /** A node of a mesh that passes packets between nodes that can't reach each other. */
    RELAY
  }

  /**
   * A value where it stands.
   *
   * @param value the value
   * @param place its place
   */
  public record Placed<T>(T value, Place place) {}

  /**
   * All traffic of a node leaves through another.
   *
   * @param exit where it leaves; empty for the node's only hub
   * @param place where it is asked for
   */
  public record FullTunnel(Optional<Name> exit, Place place) {}

  /** Where a node is plugged in. */
  public sealed interface Where {

    /**
     * Straight on the internet.
     *
     * @param addresses its public addresses, the one to dial first
     */
    record Public(List<Placed<IpAddress>> addresses) implements Where {
      /** Copies the list. */
      public Public {
        addresses = List.copyOf(addresses);
      }
    }

    /**
     * In a site.
     *
     * @param site the site
     * @param duty what it does there
     * @param lanAddresses its addresses in the LANs, where known
     */
    record InSite(Ref site, Duty duty, List<Placed<IpAddress>> lanAddresses) implements Where {
      /** Copies the list. */
      public InSite {
        lanAddresses = List.copyOf(lanAddresses);
      }
    }

    /**
     * Wherever its owner is.
     *
     * @param networks the kinds of network it meets
     */
    record Roaming(List<Internet> networks) implements Where {
      /** Copies the list. */
      public Roaming {
        networks = List.copyOf(networks);
      }
    }
  }

  /** Whether it is the router or a gateway of a site: who passes packets between LAN and tunnel. */
  public boolean servesLan() {
    return where instanceof Where.InSite in && !(in.duty() instanceof Duty.Member);
  }

  /** The site it is in, if it is in one. */
  public Optional<Name> site() {
    return where instanceof Where.InSite in ? Optional.of(in.site().name()) : Optional.empty();
  }

  /** What a node does in its site. */
  public sealed interface Duty {

    /** A machine in the LAN like any other. */
    record Member() implements Duty {}

    /** The site's own router; all that leaves the LAN passes it. */
    record Router() implements Duty {}

    /**
     * A machine in the LAN that passes packets between LAN and tunnel.
     *
     * @param staticRoute whether the site's router sends the tunnel's addresses to it
     */
    record Gateway(boolean staticRoute) implements Duty {}
  }
}
