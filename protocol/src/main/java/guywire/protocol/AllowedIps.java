package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which peer owns which addresses: a longest-prefix map from {@link Prefix} to {@link Peer}, used
 * for destinations of outgoing packets and for sources of incoming ones.
 *
 * <p>Any thread looks up without a lock and without allocation; changes are made under the device's
 * lock and are seen by lookups at once.
 */
public final class AllowedIps {

  AllowedIps() {}

  /** The owner of an IPv4 address (its 32 bits), or null. */
  public @Nullable Peer ipv4(int address) {
    throw new UnsupportedOperationException();
  }

  /** The owner of an IPv6 address, or null. */
  public @Nullable Peer ipv6(long high, long low) {
    throw new UnsupportedOperationException();
  }

  /** The owner of an address, or null. */
  public @Nullable Peer owner(IpAddress address) {
    throw new UnsupportedOperationException();
  }

  /** The owner of a packet's destination, or null; the packet passed {@link InnerPacket#check}. */
  public @Nullable Peer ofDestination(MemorySegment packet, long offset) {
    throw new UnsupportedOperationException();
  }

  /** The owner of a packet's source, or null; the packet passed {@link InnerPacket#check}. */
  public @Nullable Peer ofSource(MemorySegment packet, long offset) {
    throw new UnsupportedOperationException();
  }

  /** Gives a prefix to a peer; the same prefix is taken from whoever had it. */
  public void insert(Prefix prefix, Peer peer) {
    throw new UnsupportedOperationException();
  }

  /** Takes a prefix from a peer. Returns false, changing nothing, if the peer does not own it. */
  public boolean remove(Prefix prefix, Peer peer) {
    throw new UnsupportedOperationException();
  }

  /** Takes all prefixes from a peer. */
  public void removeAll(Peer peer) {
    throw new UnsupportedOperationException();
  }

  /** The prefixes of a peer, the newest first. */
  public List<Prefix> of(Peer peer) {
    throw new UnsupportedOperationException();
  }

  /** How many prefixes there are. */
  public int size() {
    throw new UnsupportedOperationException();
  }
}
