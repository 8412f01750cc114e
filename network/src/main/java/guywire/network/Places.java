package guywire.network;

import guywire.network.text.Place;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the parts of a {@link NodeConfig} were written.
 *
 * @param whole where the node as a whole stands: its file
 * @param known the places of single parts
 */
public record Places(Place whole, Map<Part, Place> known) {

  /** The places of a node that Guywire planned by itself. */
  public static final Places PLANNED = new Places(Place.PLANNED, Map.of());

  /**
   * Copies the map: into one with buckets, because the hashes of parts that stand one after the
   * other are neighbours, which open addressing answers with long probes.
   */
  public Places {
    known = Collections.unmodifiableMap(new HashMap<>(known));
  }

  /** Where a part stands; where that is not known, where it belongs to, up to the whole file. */
  public Place of(Part part) {
    var place = known.get(part);
    return place != null ? place : part.parent().map(this::of).orElse(whole);
  }

  /** Places as they are found while a file is read. Not safe for use by several threads. */
  public static final class Collector {
    private final Map<Part, Place> known = new HashMap<>();

    /** Notes where a part stands; the first word stays. */
    public void put(Part part, Place place) {
      known.putIfAbsent(part, place);
    }

    /** Notes where a part stands, the last word winning; whether it is the first word too. */
    public boolean add(Part part, Place place) {
      return known.put(part, place) == null;
    }

    /** Forgets what was noted of a peer that turns out to be none. */
    public void forgetPeer(InterfaceName tunnel, int index) {
      var peer = new Part.Peer(tunnel, index);
      known
          .keySet()
          .removeIf(part -> part.equals(peer) || part.parent().filter(peer::equals).isPresent());
    }

    /** All that were noted, in a file. */
    public Places in(Place whole) {
      return new Places(whole, known);
    }
  }
}
