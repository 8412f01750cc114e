package guywire.protocol;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
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

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final PrefixTrie ipv4 = new PrefixTrie();
  private final PrefixTrie ipv6 = new PrefixTrie();

  private final int most;

  AllowedIps() {
    this(Limits.MAX_ALLOWED_IPS);
  }

  /** With room for so many prefixes. */
  AllowedIps(int most) {
    this.most = most;
  }

  /** The owner of an IPv4 address (its 32 bits), or null. */
  public @Nullable Peer ipv4(int address) {
    return ipv4.longestMatch((long) address << 32, 0);
  }

  /** The owner of an IPv6 address, or null. */
  public @Nullable Peer ipv6(long high, long low) {
    return ipv6.longestMatch(high, low);
  }

  /** The owner of an address, or null. */
  public @Nullable Peer owner(IpAddress address) {
    return address.isIpv4() ? ipv4((int) address.low()) : ipv6(address.high(), address.low());
  }

  /** The owner of a packet's destination, or null; the packet passed {@link InnerPacket#check}. */
  public @Nullable Peer ofDestination(MemorySegment packet, long offset) {
    return InnerPacket.version(packet, offset) == 4
        ? ipv4(packet.get(INT, offset + 16))
        : ipv6(packet.get(LONG, offset + 24), packet.get(LONG, offset + 32));
  }

  /** The owner of a packet's source, or null; the packet passed {@link InnerPacket#check}. */
  public @Nullable Peer ofSource(MemorySegment packet, long offset) {
    return InnerPacket.version(packet, offset) == 4
        ? ipv4(packet.get(INT, offset + 12))
        : ipv6(packet.get(LONG, offset + 8), packet.get(LONG, offset + 16));
  }

  /**
   * Gives a prefix to a peer; the same prefix is taken from whoever had it. Returns false, changing
   * nothing, if there is no room for one more.
   */
  public boolean insert(Prefix prefix, Peer peer) {
    if (peer.isRemoved()) {
      throw new IllegalArgumentException("a removed peer owns nothing");
    }
    IpAddress address = prefix.address();
    PrefixTrie trie = address.isIpv4() ? ipv4 : ipv6;
    long high = address.isIpv4() ? address.low() << 32 : address.high();
    long low = address.isIpv4() ? 0 : address.low();
    if (size() >= most && !trie.has(high, low, prefix.length())) {
      return false;
    }
    trie.insert(high, low, prefix.length(), peer);
    return true;
  }

  /** Takes a prefix from a peer. Returns false, changing nothing, if the peer does not own it. */
  public boolean remove(Prefix prefix, Peer peer) {
    IpAddress address = prefix.address();
    return address.isIpv4()
        ? ipv4.remove(address.low() << 32, 0, prefix.length(), peer)
        : ipv6.remove(address.high(), address.low(), prefix.length(), peer);
  }

  /** Takes all prefixes from a peer. */
  public void removeAll(Peer peer) {
    for (Prefix prefix : of(peer)) {
      remove(prefix, peer);
    }
  }

  /** The prefixes of a peer, the newest first. */
  public List<Prefix> of(Peer peer) {
    var prefixes = new ArrayList<Prefix>();
    for (PrefixTrie.Owned node = peer.owned; node != null; node = node.next) {
      prefixes.add(
          new Prefix(
              node.trie == ipv4
                  ? IpAddress.ipv4((int) (node.high >>> 32))
                  : IpAddress.ipv6(node.high, node.low),
              node.length));
    }
    return prefixes;
  }

  /** How many prefixes there are. */
  public int size() {
    return ipv4.size() + ipv6.size();
  }
}
