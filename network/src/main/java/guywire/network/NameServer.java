package guywire.network;

import guywire.address.IpAddress;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A name server that a node runs for the network.
 *
 * @param listen the addresses it answers on, port 53, UDP and TCP
 * @param domain the domain it knows, such as {@code two-homes.internal}
 * @param records the addresses of each host in it, by label
 * @param upstream where it asks for every other name; none means it refuses them
 */
public record NameServer(
    List<IpAddress> listen,
    String domain,
    Map<Name, List<IpAddress>> records,
    List<IpAddress> upstream) {

  /** Copies the collections; the records by name, so that they are always written in one order. */
  public NameServer {
    listen = List.copyOf(listen);
    records = Collections.unmodifiableMap(new TreeMap<>(records));
    upstream = List.copyOf(upstream);
  }
}
