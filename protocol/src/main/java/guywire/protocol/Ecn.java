package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Explicit congestion notification through the tunnel (RFC 6040, normal mode, as the kernel does).
 */
public final class Ecn {

  private static final int MASK = 3;
  private static final int NOT_ECT = 0;
  private static final int ECT_1 = 1;
  private static final int ECT_0 = 2;
  private static final int CE = 3;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private Ecn() {}

  /** The outer traffic class of a packet: its ECN bits alone, congestion not repeated outside. */
  public static int encapsulate(MemorySegment packet, long offset) {
    int inner = read(packet, offset) & MASK;
    return inner == CE ? ECT_0 : inner;
  }

  /**
   * Carries the outer header's congestion mark into the packet, whose IPv4 checksum is kept right.
   * A mark on a packet that does not take part is left out, as the kernel's WireGuard does.
   */
  public static void decapsulate(int outerTrafficClass, MemorySegment packet, long offset) {
    int outer = outerTrafficClass & MASK;
    if (outer != CE && outer != ECT_1) {
      return;
    }
    int before = read(packet, offset);
    int inner = before & MASK;
    int after;
    if (outer == CE && inner != NOT_ECT) {
      after = before | CE;
    } else if (outer == ECT_1 && inner == ECT_0) {
      after = (before & ~MASK) | ECT_1;
    } else {
      return;
    }
    if (after != before) {
      write(packet, offset, before, after);
    }
  }

  /**
   * Tells a packet's receiver of congestion here; false, changing nothing, if sender and receiver
   * have not agreed to be told in this way.
   */
  public static boolean mark(MemorySegment packet, long offset) {
    int before = read(packet, offset);
    if ((before & MASK) == NOT_ECT) {
      return false;
    }
    write(packet, offset, before, before | CE);
    return true;
  }

  private static int read(MemorySegment packet, long offset) {
    return InnerPacket.version(packet, offset) == 4
        ? packet.get(ValueLayout.JAVA_BYTE, offset + 1) & 0xff
        : packet.get(SHORT, offset) >> 4 & 0xff;
  }

  private static void write(MemorySegment packet, long offset, int before, int after) {
    int word = Short.toUnsignedInt(packet.get(SHORT, offset));
    if (InnerPacket.version(packet, offset) == 4) {
      packet.set(ValueLayout.JAVA_BYTE, offset + 1, (byte) after);
      // RFC 1624: ~checksum' = ~checksum + ~old + new, in one's complement; only the low byte
      // moves.
      int sum = ~packet.get(SHORT, offset + 10) & 0xffff;
      sum += (~before & 0xffff) + after;
      sum = (sum & 0xffff) + (sum >>> 16);
      sum = (sum & 0xffff) + (sum >>> 16);
      packet.set(SHORT, offset + 10, (short) ~sum);
    } else {
      packet.set(SHORT, offset, (short) ((word & 0xf00f) | after << 4));
    }
  }
}
