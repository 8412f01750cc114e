package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.PacketPort;
import guywire.linux.Region;
import guywire.linux.VirtioHeader;

/**
 * Packets read from the TUN that wait to be sealed. Those of flows that have nothing else waiting
 * come first; a queue that stands makes senders slow down. Confined to the sending thread.
 */
/*
 * The TUN's own queue is one line of up to 500 packets, each perhaps of 64 KiB: an echo request behind
 * a full one waits for 32 MB to be sealed. So whatever the TUN has is read before each super-packet is
 * sealed, and as in fq_codel (RFC 8290) a packet overtakes if its flow has not more than a little
 * waiting. Packets of one flow never overtake each other: the next one waits behind the bulk as soon as
 * one of its flow does.
 *
 * Two kinds of slots keep the memory that is in use small, because what has just been read should still
 * be in the processor's cache: a packet is read into a slot for super-packets and, if it is short, copied
 * to a short one. Both are given out last in, first out. When there are none the TUN's queue fills.
 */
final class Backlog {

  /** Bytes that may be written before a packet's header and after its end. */
  static final int SLACK = 64;

  private static final int LONG_SLOTS = 32;
  private static final int SHORT_SLOTS = 512;
  private static final int SLOTS = LONG_SLOTS + SHORT_SLOTS;
  private static final int SHORT_BYTES = 2048;
  private static final int READ_BYTES = VirtioHeader.BYTES + Ip.MAX_LENGTH + Ip.V6_HEADER;

  // Odd multiples of a cache line apart, so that packets do not all fall into the same cache sets.
  private static final int LONG_STRIDE = READ_BYTES + 2 * SLACK + 63 + 64 & -128 | 64;
  private static final int SHORT_STRIDE = SHORT_BYTES + 2 * SLACK + 64;

  /** Packets read at once, so that sealing is not kept waiting by reading. */
  private static final int READS = 256;

  private static final int FLOWS = 1024;

  /** What a flow may have waiting and still overtake: two packets of an Ethernet's length. */
  private static final int SPARSE_BYTES = 3000;

  /**
   * A packet of each may leave in turn: a flood of flows of one packet does not stop the others.
   */
  private static final int SPARSE_IN_A_ROW = 64;

  private final PacketPort source;
  private final int headerBytes;
  private final long longSlots;
  private final long shortSlots;
  private final Slots longs = new Slots(0, LONG_SLOTS);
  private final Slots shorts = new Slots(LONG_SLOTS, SHORT_SLOTS);
  private final int[] lengths = new int[SLOTS];
  private final int[] flows = new int[SLOTS];
  private final long[] times = new long[SLOTS];
  private final Line sparse = new Line();
  private final Line bulk = new Line();
  private final int[] sparseBytes = new int[FLOWS];
  private final int[] bulkPackets = new int[FLOWS];
  private int sparseInARow;
  private int taken = -1;
  private boolean takenSparse;

  /** A stack of free slots. */
  private static final class Slots {
    private final int[] free;
    private int count;

    Slots(int first, int count) {
      free = new int[count];
      this.count = count;
      for (int i = 0; i < count; i++) {
        free[i] = first + count - 1 - i;
      }
    }
  }

  /** Slots first in, first out. */
  private static final class Line {
    private final int[] slots = new int[1024];
    private int head;
    private int tail;

    boolean isEmpty() {
      return head == tail;
    }

    void add(int slot) {
      slots[tail++ & slots.length - 1] = slot;
    }

    int first() {
      return slots[head & slots.length - 1];
    }

    int remove() {
      return slots[head++ & slots.length - 1];
    }
  }

  /** An empty one of packets from there. */
  Backlog(PacketPort source, Region memory) {
    this.source = source;
    headerBytes = source.hasVirtioHeader() ? VirtioHeader.BYTES : 0;
    longSlots = memory.allocate((long) LONG_SLOTS * LONG_STRIDE);
    shortSlots = memory.allocate((long) SHORT_SLOTS * SHORT_STRIDE);
  }

  /**
   * Reads what the source has, as far as there is room.
   *
   * @param now a time in nanoseconds
   * @return 0 if there may be more, or the error number with which the source ended
   */
  int fill(long now) {
    for (int i = 0; i < READS && longs.count > 0 && shorts.count > 0; i++) {
      int slot = longs.free[longs.count - 1];
      long at = address(slot);
      int got = source.read(at + VirtioHeader.BYTES - headerBytes, READ_BYTES);
      if (got < 0) {
        return -got;
      }
      if (headerBytes == 0) {
        // Without a header from the TUN, one of zeros says: nothing to cut, nothing to complete.
        Memory.clear(at, VirtioHeader.BYTES);
      }
      int length = got - headerBytes;
      if (length <= SHORT_BYTES) {
        slot = shorts.free[--shorts.count];
        Memory.copy(at, address(slot), (long) VirtioHeader.BYTES + Math.max(0, length));
      } else {
        longs.count--;
      }
      enqueue(slot, length, now);
    }
    return 0;
  }

  private void enqueue(int slot, int length, long now) {
    int flow = flow(address(slot) + VirtioHeader.BYTES, length);
    lengths[slot] = length;
    flows[slot] = flow;
    times[slot] = now;
    if (bulkPackets[flow] == 0 && sparseBytes[flow] + length <= SPARSE_BYTES) {
      sparseBytes[flow] += length;
      sparse.add(slot);
    } else {
      bulkPackets[flow]++;
      bulk.add(slot);
    }
  }

  boolean isEmpty() {
    return sparse.isEmpty() && bulk.isEmpty();
  }

  /** Takes the next packet, which stays where it is until the next call; false if there is none. */
  boolean take() {
    release();
    if (isEmpty()) {
      return false;
    }
    takenSparse = !sparse.isEmpty() && !isBulksTurn();
    if (takenSparse) {
      taken = sparse.remove();
      sparseBytes[flows[taken]] -= lengths[taken];
      sparseInARow++;
    } else {
      taken = bulk.remove();
      bulkPackets[flows[taken]]--;
      sparseInARow = 0;
    }
    return true;
  }

  /** After a row of others, unless one of its own flow has overtaken and is still here. */
  private boolean isBulksTurn() {
    return sparseInARow >= SPARSE_IN_A_ROW
        && !bulk.isEmpty()
        && sparseBytes[flows[bulk.first()]] == 0;
  }

  private void release() {
    if (taken >= 0) {
      Slots slots = taken < LONG_SLOTS ? longs : shorts;
      slots.free[slots.count++] = taken;
      taken = -1;
    }
  }

  /** Whether the packet taken overtook others. */
  boolean isSparse() {
    return takenSparse;
  }

  /** Whether more of the same flow waits behind the packet taken. */
  boolean isFollowed() {
    return bulkPackets[flows[taken]] > 0;
  }

  /** Where the header of the packet taken is, with the packet behind it. */
  long virtio() {
    return address(taken);
  }

  /** The length of the packet taken. */
  int length() {
    return lengths[taken];
  }

  /** When the packet taken was read. */
  long time() {
    return times[taken];
  }

  private long address(int slot) {
    return slot < LONG_SLOTS
        ? longSlots + (long) slot * LONG_STRIDE + SLACK
        : shortSlots + (long) (slot - LONG_SLOTS) * SHORT_STRIDE + SLACK;
  }

  /** A number below FLOWS that is the same for all packets of a flow; fragments go by addresses. */
  private static int flow(long packet, int length) {
    if (length < Ip.V4_HEADER) {
      return 0;
    }
    long hash;
    int protocol;
    int transport;
    if (Ip.version(packet) == 6) {
      if (length < Ip.V6_HEADER) {
        return 0;
      }
      hash = Memory.getLong(packet + Ip.V6_SOURCE) * 31 + Memory.getLong(packet + Ip.V6_SOURCE + 8);
      hash = hash * 31 + Memory.getLong(packet + Ip.V6_DESTINATION);
      hash = hash * 31 + Memory.getLong(packet + Ip.V6_DESTINATION + 8);
      protocol = Memory.getByte(packet + Ip.V6_NEXT);
      transport = Ip.V6_HEADER;
    } else {
      hash = Memory.getLong(packet + Ip.V4_SOURCE);
      protocol = Memory.getByte(packet + Ip.V4_PROTOCOL);
      boolean fragment = (Memory.getShortBe(packet + Ip.V4_FRAGMENT) & Ip.FRAGMENT_MASK) != 0;
      transport = fragment ? length : Ip.v4HeaderLength(packet);
    }
    hash = hash * 31 + protocol;
    if ((protocol == Ip.TCP || protocol == Ip.UDP) && transport + 4 <= length) {
      hash = hash * 31 + Memory.getInt(packet + transport);
    }
    return (int) (hash * 0x9e3779b97f4a7c15L >>> 54);
  }
}
