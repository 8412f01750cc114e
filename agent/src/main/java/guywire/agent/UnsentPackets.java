package guywire.agent;

import guywire.network.InterfaceName;
import guywire.node.WireGuardDevice;
import guywire.node.WireGuardPeer;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether a tunnel's interface took packets that it could send to nobody, because their peer has no
 * endpoint: it would have to call.
 *
 * <p>For one thread.
 */
/*
 * No counter of a peer moves for them. Linux's own WireGuard refuses them, which are errors of its interface;
 * guywire-tunnel counts them by their reason. Another program tells of nothing: its peers were sent less than
 * the packets that its interface took, each with header and tag. What is added besides (up to 15 bytes that
 * fill a packet up, handshakes, keepalives) can hide one among a dozen others; then it is seen when those pause.
 */
final class UnsentPackets {

  private static final String REASON = "no-endpoint";

  /** WireGuard's header and tag (whitepaper, section 5.4.6). */
  static final int SEALED_BYTES = 32;

  /** What was found of packets to peers that must call. */
  enum Found {
    /** There were none but ours. */
    NOTHING,
    /** There were some, which may be probes of other agents that were to be passed on. */
    PERHAPS_PROBES,
    /** There were some from elsewhere. */
    TRAFFIC
  }

  /**
   * What the kernel counts of an interface.
   *
   * @param receivedBytes bytes of the packets that came out of it
   * @param receivedPackets how many came
   * @param sentBytes bytes of the packets that it took
   * @param sentPackets how many it took
   * @param refused packets that it did not take, for errors or want of room
   */
  record Counters(
      long receivedBytes, long receivedPackets, long sentBytes, long sentPackets, long refused) {

    static final Counters NONE = new Counters(0, 0, 0, 0, 0);

    private static final int RECEIVED_BYTES = 0;
    private static final int RECEIVED_PACKETS = 1;
    private static final int SENT_BYTES = 8;
    private static final int SENT_PACKETS = 9;
    private static final int SENT_ERRORS = 10;
    private static final int SENT_DROPS = 11;

    /** Those that stand behind the interface's name in a line of /proc/net/dev. */
    static Counters of(String line) {
      var words = line.strip().split("\\s+", -1);
      return words.length <= SENT_DROPS
          ? NONE
          : new Counters(
              Long.parseLong(words[RECEIVED_BYTES]),
              Long.parseLong(words[RECEIVED_PACKETS]),
              Long.parseLong(words[SENT_BYTES]),
              Long.parseLong(words[SENT_PACKETS]),
              Long.parseLong(words[SENT_ERRORS]) + Long.parseLong(words[SENT_DROPS]));
    }

    /** What its peers are sent at least if all of its packets go out. */
    private long sealedBytes() {
      return sentBytes + sentPackets * SEALED_BYTES;
    }
  }

  /**
   * What was seen at a look.
   *
   * @param carriedPackets packets of ours that it did not show yet: a program takes what is sent to
   *     it when it comes to that
   * @param carriedBytes their bytes
   * @param brought what came out of tunnels since the look before
   */
  private record Seen(
      Counters counters,
      long sentByPeers,
      long refusedByReason,
      long carriedPackets,
      long carriedBytes,
      Brought brought) {}

  /**
   * Packets that came out of tunnels, and may have been passed on.
   *
   * @param packets how many
   * @param bytes their bytes, with {@link #SEALED_BYTES} for each
   */
  record Brought(long packets, long bytes) {

    static final Brought NONE = new Brought(0, 0);

    Brought and(Brought other) {
      return new Brought(packets + other.packets, bytes + other.bytes);
    }

    /** What came out of an interface between two looks. */
    static Brought between(Counters last, Counters now) {
      long packets = now.receivedPackets() - last.receivedPackets();
      long bytes = now.receivedBytes() - last.receivedBytes();
      // An interface that was made anew begins to count anew.
      return packets < 0 || bytes < 0 ? NONE : new Brought(packets, bytes + packets * SEALED_BYTES);
    }
  }

  private final Map<InterfaceName, Seen> before = new HashMap<>();

  /** Whether nothing can be sent to a peer before it has called. */
  static boolean mustCall(WireGuardPeer peer) {
    return peer.endpoint().isEmpty();
  }

  /**
   * Looks at a tunnel.
   *
   * @param counters its interface's, read before the device
   * @param isTun whether a program carries its packets, and not the kernel
   * @param ownPackets how many packets to peers that must call we have sent since the last look
   * @param ownBytes their bytes, with {@link #SEALED_BYTES} for each
   * @param brought what came out of tunnels since the last look
   */
  Found look(
      InterfaceName tunnel,
      Counters counters,
      WireGuardDevice device,
      boolean isTun,
      long ownPackets,
      long ownBytes,
      Brought brought) {
    long sent = device.peers().stream().mapToLong(WireGuardPeer::sentBytes).sum();
    long byReason = device.drops().getOrDefault(REASON, 0L);
    var last = before.getOrDefault(tunnel, new Seen(counters, sent, byReason, 0, 0, Brought.NONE));
    long packets =
        isTun ? byReason - last.refusedByReason() : counters.refused() - last.counters().refused();
    // Linux's own counts what it sends, and not what it takes; a program that says why it dropped
    // some has dropped others, as what Linux sends to all on every interface, for other reasons.
    long bytes =
        isTun && device.drops().isEmpty()
            ? counters.sealedBytes() - last.counters().sealedBytes() - (sent - last.sentByPeers())
            : 0;
    before.put(
        tunnel,
        new Seen(
            counters,
            sent,
            byReason,
            Math.max(0, ownPackets - Math.max(0, packets)),
            Math.max(0, ownBytes - Math.max(0, bytes)),
            brought));
    long otherPackets = packets - ownPackets - last.carriedPackets();
    long otherBytes = bytes - ownBytes - last.carriedBytes();
    // What came just before the last look may have been passed on after it.
    var passedOn = brought.and(last.brought());
    if (otherPackets > passedOn.packets() || otherBytes > passedOn.bytes()) {
      return Found.TRAFFIC;
    }
    return otherPackets > 0 || otherBytes > 0 ? Found.PERHAPS_PROBES : Found.NOTHING;
  }
}
