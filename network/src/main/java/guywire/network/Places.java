package guywire.network;

import guywire.network.text.Place;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Where the parts of a {@link NodeConfig} were written. Never changes. */
public final class Places {

  /** The places of a node that Guywire planned by itself. */
  public static final Places PLANNED = new Collector().in(Place.PLANNED);

  private final Place whole;
  private final Map<InterfaceName, TunnelPlaces> tunnels;
  private final Map<Part.Entry, Place> entries;

  private Places(
      Place whole, Map<InterfaceName, TunnelPlaces> tunnels, Map<Part.Entry, Place> entries) {
    this.whole = whole;
    this.tunnels = tunnels;
    this.entries = entries;
  }

  /** Where the node as a whole stands: its file. */
  public Place whole() {
    return whole;
  }

  /** Where a part stands; where that is not known, where it belongs to, up to the whole file. */
  public Place of(Part part) {
    return known(tunnels, entries, part).orElseGet(() -> part.parent().map(this::of).orElse(whole));
  }

  /**
   * Hands over all parts of which the place itself is known, peers and addresses in their order.
   */
  public void forEach(BiConsumer<Part, Place> action) {
    tunnels.forEach((name, places) -> places.forEach(name, action));
    entries.forEach(action);
  }

  private static Optional<Place> known(
      Map<InterfaceName, TunnelPlaces> tunnels, Map<Part.Entry, Place> entries, Part part) {
    // Not by a switch over patterns: the JVM makes a class for each of them at every start.
    if (part instanceof Part.OfTunnel ofTunnel) {
      return Optional.ofNullable(tunnels.get(ofTunnel.tunnel()))
          .flatMap(places -> places.get(ofTunnel));
    }
    return Optional.ofNullable(entries.get((Part.Entry) part));
  }

  /** Places as they are found while a file is read. Not safe for use by several threads. */
  public static final class Collector {
    private final Map<InterfaceName, TunnelPlaces> tunnels = new HashMap<>();
    private final Map<Part.Entry, Place> entries = new HashMap<>();

    /** Notes where a part stands; the first word stays. */
    public void put(Part part, Place place) {
      if (known(tunnels, entries, part).isEmpty()) {
        set(part, place);
      }
    }

    /** Notes where a part stands, the last word winning; whether it is the first word too. */
    public boolean add(Part part, Place place) {
      boolean first = known(tunnels, entries, part).isEmpty();
      set(part, place);
      return first;
    }

    private void set(Part part, Place place) {
      if (part instanceof Part.OfTunnel ofTunnel) {
        tunnels
            .computeIfAbsent(ofTunnel.tunnel(), _ -> new TunnelPlaces(place.file()))
            .set(ofTunnel, place);
      } else {
        entries.put((Part.Entry) part, place);
      }
    }

    /** Forgets what was noted of a peer that turns out to be none. */
    public void forgetPeer(InterfaceName tunnel, int index) {
      var places = tunnels.get(tunnel);
      if (places != null) {
        places.forgetPeer(index);
      }
    }

    /** All that were noted, in a file. */
    public Places in(Place whole) {
      var copies = new HashMap<InterfaceName, TunnelPlaces>();
      tunnels.forEach((name, places) -> copies.put(name, new TunnelPlaces(places)));
      // With buckets, because the hashes of entries that stand one after the other are neighbours,
      // which the open addressing of Map.copyOf answers with long probes.
      return new Places(whole, copies, Collections.unmodifiableMap(new HashMap<>(entries)));
    }
  }
}
