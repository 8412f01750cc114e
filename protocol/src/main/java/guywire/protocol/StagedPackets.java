package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The packets of one peer that wait for a session, oldest first; an empty one stands for a
 * keepalive. Under the device's lock.
 */
final class StagedPackets {

  /** The bytes that all peers of a device may have waiting together. */
  static final class Budget {
    private final long limit;
    private long used;

    Budget(long limitBytes) {
      this.limit = limitBytes;
    }

    long used() {
      return used;
    }
  }

  private static final byte[] KEEPALIVE = new byte[0];

  /** What a waiting packet costs beside its bytes: array header, queue slot. */
  private static final int FIXED_COST = 64;

  private @Nullable ArrayDeque<byte[]> queue;
  private final Budget budget;

  StagedPackets(Budget budget) {
    this.budget = budget;
  }

  int size() {
    ArrayDeque<byte[]> packets = queue;
    return packets == null ? 0 : packets.size();
  }

  /**
   * Adds a copy of a packet, dropping as many of this peer's oldest as are needed to make room.
   *
   * @return how many packets were dropped, perhaps the new one too
   */
  int add(MemorySegment packet, long offset, int length) {
    ArrayDeque<byte[]> packets = packets();
    int dropped = 0;
    while (!packets.isEmpty()
        && (packets.size() >= Limits.MAX_STAGED_PACKETS
            || budget.used + length + FIXED_COST > budget.limit)) {
      take();
      dropped++;
    }
    if (budget.used + length + FIXED_COST > budget.limit) {
      return dropped + 1;
    }
    var copy = new byte[length];
    MemorySegment.copy(packet, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
    budget.used += length + FIXED_COST;
    packets.add(copy);
    return dropped;
  }

  /** Adds a keepalive unless something waits already: any packet will do in its place. */
  void addKeepalive() {
    if (size() == 0) {
      packets().add(KEEPALIVE);
      budget.used += FIXED_COST;
    }
  }

  /** Takes the oldest packet out. */
  byte[] take() {
    byte[] packet = packets().remove();
    budget.used -= packet.length + FIXED_COST;
    return packet;
  }

  /** Drops everything; returns how many packets that were not keepalives. */
  int purge() {
    int dropped = 0;
    while (size() > 0) {
      if (take().length > 0) {
        dropped++;
      }
    }
    return dropped;
  }

  /** Made for the first packet: most peers of a large device never have one waiting. */
  private ArrayDeque<byte[]> packets() {
    ArrayDeque<byte[]> packets = queue;
    if (packets == null) {
      packets = new ArrayDeque<>();
      queue = packets;
    }
    return packets;
  }
}
