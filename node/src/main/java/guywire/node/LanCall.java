package guywire.node;

import guywire.network.LanEndpoint;
import guywire.protocol.Endpoint;
import java.util.Optional;

/**
 * When a peer that is dialled from elsewhere is called in the LAN that it shares with this host,
 * and when no longer. Knows neither clock nor kernel; for one thread.
 */
/*
 * Homes and cafés have the same private prefixes, so that this host has an address in the LAN's prefix says only that
 * it may be there. The call is a trial, made once for each time that it comes: a packet is sent there, and WireGuard's
 * peer answers any data within KEEPALIVE_TIMEOUT (10 s; the WireGuard paper, section 6.5), by a keepalive if it has
 * nothing else. Nobody but the peer can.
 */
final class LanCall {

  private static final long SECOND = 1_000_000_000L;

  /** How long an answer from the LAN is waited for: what a peer needs, and a round trip. */
  static final long PATIENCE = 12 * SECOND;

  /** What is to be done with the peer's endpoint. */
  sealed interface Reaction {
    /** Nothing. */
    record Stay() implements Reaction {}

    /** It is called there, and a packet is sent to it. */
    record Try(Endpoint there) implements Reaction {}

    /** It is called again where it was. */
    record PutBack(Endpoint before) implements Reaction {}

    /** It is called where it is dialled from elsewhere. */
    record CallOutside() implements Reaction {}
  }

  private static final Reaction STAY = new Reaction.Stay();

  private record Trial(Optional<Endpoint> before, long receivedBytes, long until) {}

  private final Endpoint there;
  private boolean wasHere;
  private Optional<Trial> trial = Optional.empty();

  LanCall(LanEndpoint lan) {
    this.there = new Endpoint(lan.address(), lan.port());
  }

  /** When there is something to do; Long.MAX_VALUE for never, if nothing changes. */
  long deadline() {
    return trial.map(Trial::until).orElse(Long.MAX_VALUE);
  }

  /**
   * Looks at the peer.
   *
   * @param here whether this host has an address in the LAN
   * @param peer what the device says of it
   * @param now the time on a clock that never jumps, in ns
   */
  Reaction look(boolean here, WireGuardPeer peer, long now) {
    boolean comes = here && !wasHere;
    wasHere = here;
    boolean isThere = peer.endpoint().equals(Optional.of(there));
    if (trial.isPresent()) {
      var begun = trial.get();
      if (!isThere || here && peer.receivedBytes() > begun.receivedBytes()) {
        // WireGuard has followed it elsewhere, or something came from where it is called.
        trial = Optional.empty();
        return STAY;
      }
      if (here && now < begun.until()) {
        return STAY;
      }
      trial = Optional.empty();
      return begun.before().<Reaction>map(Reaction.PutBack::new).orElse(new Reaction.CallOutside());
    }
    if (comes && !isThere) {
      trial = Optional.of(new Trial(peer.endpoint(), peer.receivedBytes(), now + PATIENCE));
      return new Reaction.Try(there);
    }
    return !here && isThere ? new Reaction.CallOutside() : STAY;
  }
}
