package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The IP packet inside a tunnel: its version, its real length and its ECN bits. */
public final class InnerPacket {

  /** Returned by {@link #check} for what is no IP packet. */
  public static final int INVALID = -1;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;

  private InnerPacket() {}

  /**
   * The packet's own length, without the padding after it.
   *
   * @param length how many bytes there are
   * @return the length from its header, at most {@code length}, or {@link #INVALID} if this is
   *     neither IPv4 nor IPv6, is shorter than its header or claims more bytes than there are
   */
  public static int check(MemorySegment packet, long offset, long length) {
    if (length < IPV4_HEADER) {
      return INVALID;
    }
    int claimed;
    switch (version(packet, offset)) {
      case 4 -> {
        claimed = Short.toUnsignedInt(packet.get(SHORT, offset + 2));
        if (claimed < IPV4_HEADER) {
          return INVALID;
        }
      }
      case 6 -> {
        if (length < IPV6_HEADER) {
          return INVALID;
        }
        claimed = Short.toUnsignedInt(packet.get(SHORT, offset + 4)) + IPV6_HEADER;
      }
      default -> {
        return INVALID;
      }
    }
    return claimed <= length ? claimed : INVALID;
  }

  /** The first four bits: 4 or 6 for an IP packet. */
  public static int version(MemorySegment packet, long offset) {
    return packet.get(ValueLayout.JAVA_BYTE, offset) >> 4 & 0xf;
  }
}
