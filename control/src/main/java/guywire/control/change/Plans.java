package guywire.control.change;

import guywire.network.Name;
import guywire.network.Network;
import guywire.network.json.NetworkId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The newest plan of each of the networks asked about last, so that many nodes that ask after a
 * change have it planned once. Safe for use by several threads.
 */
final class Plans {

  /** So many networks; the one that was longest not asked about is forgotten first. */
  private static final int MOST = 16;

  /** A plan, made by the first who wants it; the others wait for that. */
  private static final class Kept {
    private final long revision;
    private final Set<Name> out;
    private Optional<Optional<Network>> made = Optional.empty();

    Kept(long revision, Set<Name> out) {
      this.revision = revision;
      this.out = out;
    }

    synchronized Optional<Network> made(Supplier<Optional<Network>> maker) {
      if (made.isEmpty()) {
        made = Optional.of(maker.get());
      }
      return made.get();
    }
  }

  private final Map<NetworkId, Kept> kept =
      new LinkedHashMap<>(MOST, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<NetworkId, Kept> eldest) {
          return size() > MOST;
        }
      };

  /**
   * The plan of a network in a revision.
   *
   * @param out who is left out of it
   * @param maker makes it, if it is not here
   */
  Optional<Network> of(
      NetworkId network, long revision, Set<Name> out, Supplier<Optional<Network>> maker) {
    Kept found;
    synchronized (kept) {
      var known = kept.get(network);
      if (known == null || known.revision < revision || !known.out.equals(out)) {
        known = new Kept(revision, out);
        kept.put(network, known);
      } else if (known.revision > revision) {
        // Who read an older one before another came makes it for himself.
        known = new Kept(revision, out);
      }
      found = known;
    }
    return found.made(maker);
  }
}
