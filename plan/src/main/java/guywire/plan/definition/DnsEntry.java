package guywire.plan.definition;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.text.Place;
import guywire.plan.definition.Definition.Ref;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network's name server.
 *
 * @param server the node it runs on
 * @param domain the domain of the network's names
 * @param upstream who answers every other name
 * @param clients who uses it; empty for roaming nodes and those with a full tunnel
 * @param records names beside those of nodes and hosts
 * @param place where it is declared
 */
public record DnsEntry(
    Ref server,
    String domain,
    List<IpAddress> upstream,
    Optional<List<Ref>> clients,
    Map<Name, List<IpAddress>> records,
    Place place) {

  /** Who answers other names unless told: two public resolvers of different owners. */
  public static final List<IpAddress> USUAL_UPSTREAM =
      List.of(IpAddress.parse("9.9.9.9"), IpAddress.parse("1.1.1.1"));

  /** Copies the collections. */
  public DnsEntry {
    upstream = List.copyOf(upstream);
    clients = clients.map(List::copyOf);
    records = Map.copyOf(records);
  }
}
