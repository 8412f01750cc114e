package guywire.prove;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A machine's kernel routes: the main table, and wg-quick's rules for tunnels that take the default
 * route.
 */
final class RoutingTable {

  /**
   * A route.
   *
   * @param to the destination
   * @param device the interface
   * @param via the next hop; empty means the destination itself
   * @param metric smaller wins among equal prefixes; of equals the first stays
   */
  record Entry(Prefix to, Device device, Optional<IpAddress> via, int metric) {}

  private final PrefixMap<Entry> main = new PrefixMap<>();
  private final List<Prefix> discards = new ArrayList<>();
  private final List<Device.Tunnel> defaults = new ArrayList<>();
  private final Map<Device, PrefixMap<Device>> arrivals = new HashMap<>();
  private final PrefixMap<Supplier<Optional<Device.Tunnel>>> chosen = new PrefixMap<>();

  /** Adds a route to the main table; false if one of the same prefix and metric is there. */
  boolean add(Entry entry) {
    var present = main.exactly(entry.to());
    if (present.isEmpty() || entry.metric() < present.get().metric()) {
      main.put(entry.to(), entry);
    }
    return present.isEmpty() || entry.metric() != present.get().metric();
  }

  /** Adds a route to the main table that discards what it is for. */
  void discard(Prefix to, int metric) {
    var present = main.exactly(to);
    if (present.isEmpty() || metric < present.get().metric()) {
      discards.add(to);
    }
  }

  /** Whether a route discards what goes there. */
  boolean discards(IpAddress destination) {
    return !discards.isEmpty()
        && discards.stream()
            .filter(prefix -> prefix.contains(destination))
            .anyMatch(prefix ->
                main.longest(destination)
                    .map(found -> found.prefix().length() <= prefix.length())
                    .orElse(true));
  }

  /** Adds a tunnel that takes the default route; the last one added is asked first. */
  void addDefault(Device.Tunnel tunnel) {
    defaults.addFirst(tunnel);
  }

  /** Adds a route for what came out of a tunnel that agents choose: by that tunnel again. */
  void addArrival(Prefix to, Device.Tunnel tunnel) {
    arrivals.computeIfAbsent(tunnel, key -> new PrefixMap<>()).put(to, tunnel);
  }

  /** Adds what an agent chooses among the ways to a prefix: a tunnel, if not the usual one. */
  void addChoice(Prefix to, Supplier<Optional<Device.Tunnel>> choice) {
    chosen.put(to, choice);
  }

  /** The route of a packet that is bound to an interface. */
  static Entry by(Device device, IpAddress destination) {
    var all = new Prefix(destination.family().any(), 0);
    if (device instanceof Device.Port port && port.segment() instanceof Segment.Lan lan) {
      Prefix prefix = lan.lan().prefix();
      return prefix.contains(destination)
          ? new Entry(prefix, device, Optional.empty(), 0)
          : new Entry(all, device, Optional.of(lan.lan().router()), 0);
    }
    return new Entry(all, device, Optional.empty(), 0);
  }

  /**
   * The route of a packet that came in by an interface. What came out of a tunnel goes by the
   * ordinary routes, whatever the agent has chosen for the host's own packets and those of its LAN.
   */
  Optional<Entry> lookup(IpAddress destination, Device in) {
    var arrival =
        Optional.ofNullable(arrivals.get(in)).flatMap(table -> table.longest(destination));
    return arrival.isPresent()
        ? arrival.map(entry -> new Entry(entry.prefix(), entry.value(), Optional.empty(), 0))
        : in instanceof Device.Tunnel ? ordinary(destination, 0) : lookup(destination, 0);
  }

  /**
   * The route of a packet that is the host's own.
   *
   * @param destination where it goes
   * @param mark its firewall mark, or 0
   */
  Optional<Entry> lookup(IpAddress destination, long mark) {
    var choice =
        chosen
            .longest(destination)
            .flatMap(entry ->
                entry
                    .value()
                    .get()
                    .map(tunnel -> new Entry(entry.prefix(), tunnel, Optional.empty(), 0)));
    return choice.isPresent() ? choice : ordinary(destination, mark);
  }

  private Optional<Entry> ordinary(IpAddress destination, long mark) {
    if (discards(destination)) {
      return Optional.empty();
    }
    var found = main.longest(destination).map(PrefixMap.Entry::value);
    if (found.isPresent() && !found.get().to().isDefault()) {
      return found;
    }
    for (var tunnel : defaults) {
      if (tunnel.takesDefault(destination.family()) && tunnel.mark() != mark) {
        var all = new Prefix(destination.family().any(), 0);
        return Optional.of(new Entry(all, tunnel, Optional.empty(), 0));
      }
    }
    return found;
  }
}
