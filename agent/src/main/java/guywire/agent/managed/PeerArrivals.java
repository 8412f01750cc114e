package guywire.agent.managed;

import guywire.protocol.Limits;
import guywire.protocol.PublicKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who has come: a peer that shook hands and was not here when it was last looked. People wait for
 * that, with a phone in their hand, and not for the next report. Not safe for use by several
 * threads.
 */
final class PeerArrivals {

  /** A handshake, and when it was first seen here: clocks that jump have no say. */
  private record Seen(Instant handshake, long nanos) {}

  private final Map<PublicKey, Seen> seen = new HashMap<>();
  private boolean awaited;

  /**
   * Notes who is here.
   *
   * @param handshakes the latest handshake of each peer, if it had one
   * @param nanos now, of a clock that only goes on
   * @return whether anyone has come since the look before
   */
  boolean look(Map<PublicKey, Optional<Instant>> handshakes, long nanos) {
    boolean came = false;
    awaited = false;
    seen.keySet().retainAll(handshakes.keySet());
    for (var each : handshakes.entrySet()) {
      var before = Optional.ofNullable(seen.get(each.getKey()));
      boolean wasHere =
          before.filter(known -> nanos - known.nanos() < Limits.REJECT_AFTER_NANOS).isPresent();
      var latest = each.getValue();
      if (latest.isPresent() && !latest.equals(before.map(Seen::handshake))) {
        seen.put(each.getKey(), new Seen(latest.get(), nanos));
        came |= !wasHere;
      } else {
        awaited |= !wasHere;
      }
    }
    return came;
  }

  /** Whether anyone was away when it was last looked, and so may come. */
  boolean isAwaited() {
    return awaited;
  }
}
