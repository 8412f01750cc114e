package guywire.network;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.address.Prefixes;
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
 * @param views what those are told instead who stand in a LAN that others know by an alias
 */
public record NameServer(
    List<IpAddress> listen,
    String domain,
    Map<Name, List<IpAddress>> records,
    List<IpAddress> upstream,
    List<LanView> views) {

  /** Copies the collections; the records by name, so that they are always written in one order. */
  public NameServer {
    listen = List.copyOf(listen);
    records = Collections.unmodifiableMap(new TreeMap<>(records));
    upstream = List.copyOf(upstream);
    views = List.copyOf(views);
  }

  /** One that tells everybody the same. */
  public NameServer(
      List<IpAddress> listen,
      String domain,
      Map<Name, List<IpAddress>> records,
      List<IpAddress> upstream) {
    this(listen, domain, records, upstream, List.of());
  }

  /**
   * What some askers are told in place of the records.
   *
   * @param askers the addresses that they ask from
   * @param records the addresses of hosts as they mean them, by label
   */
  public record LanView(List<Prefix> askers, Map<Name, List<IpAddress>> records) {
    /** Copies the collections. */
    public LanView {
      askers = List.copyOf(askers);
      records = Collections.unmodifiableMap(new TreeMap<>(records));
    }

    /** Whether it is for who asks from this address. */
    public boolean isFor(IpAddress asker) {
      return Prefixes.contain(askers, asker);
    }
  }

  /** The addresses of a host, as who asks from this address means it; none if there is none. */
  public List<IpAddress> addresses(Name label, IpAddress asker) {
    return views.stream()
        .filter(view -> view.isFor(asker) && view.records().containsKey(label))
        .findFirst()
        .map(LanView::records)
        .orElse(records)
        .getOrDefault(label, List.of());
  }
}
