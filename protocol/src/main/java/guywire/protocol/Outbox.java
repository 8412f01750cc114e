package guywire.protocol;

import java.lang.foreign.MemorySegment;

/**
 * Where a {@link Device} puts what leaves it. Called under the device's lock, during a call to the
 * device; the bytes are valid only until the method returns.
 */
public interface Outbox {

  /**
   * Sends a datagram to the endpoint that a peer has now.
   *
   * @param path the way to the peer
   * @param trafficClass the outer TOS or traffic class byte: DSCP AF41 for handshakes, ECN bits
   *     only for data
   * @return whether it was sent
   */
  boolean send(
      Peer peer, Path path, MemorySegment datagram, long offset, int length, int trafficClass);

  /** Sends a datagram back along the way of one that belongs to no known peer (a cookie). */
  void reply(Path path, MemorySegment datagram, long offset, int length, int trafficClass);

  /** Delivers an authenticated, allowed and trimmed inner packet to this host. */
  void deliver(Peer peer, MemorySegment packet, long offset, int length);
}
