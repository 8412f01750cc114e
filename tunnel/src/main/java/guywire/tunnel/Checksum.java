package guywire.tunnel;

import guywire.linux.Memory;
import guywire.tunnel.machine.Routines;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The internet checksum (RFC 1071). Sums are kept unfolded, in the processor's byte order, which
 * the one's complement sum allows until {@link #fold}.
 */
final class Checksum {

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final long LOW = 0xffffffffL;
  private static final boolean MACHINE = Routines.isPresent();

  /** Shorter sums are done before a call is. */
  private static final int WORTH_A_CALL = 96;

  private Checksum() {}

  /** The sum over memory of any length; an odd last byte counts as if a zero followed it. */
  static long sum(long address, int length) {
    return MACHINE && length >= WORTH_A_CALL
        ? Routines.sum(address, length)
        : plainSum(address, length);
  }

  /** Copies memory to where it does not overlap, and sums it. */
  static long copyAndSum(long from, long to, int length) {
    if (MACHINE) {
      return Routines.copyAndSum(from, to, length);
    }
    Memory.copy(from, to, length);
    return plainSum(to, length);
  }

  private static long plainSum(long address, int length) {
    MemorySegment all = Memory.ALL;
    long low = 0;
    long high = 0;
    int whole = length & ~7;
    for (int i = 0; i < whole; i += 8) {
      long word = all.get(LONG, address + i);
      low += word & LOW;
      high += word >>> 32;
    }
    int at = whole;
    if ((length & 4) != 0) {
      low += Memory.getInt(address + at) & LOW;
      at += 4;
    }
    if ((length & 2) != 0) {
      low += Memory.getShort(address + at);
      at += 2;
    }
    if ((length & 1) != 0) {
      low += Memory.getByte(address + at);
    }
    return low + high;
  }

  /** The sum of the pseudo-header: addresses of the packet, protocol and upper-layer length. */
  static long pseudo(long packet, boolean ipv6, int protocol, int length) {
    long addresses = ipv6 ? sum(packet + Ip.V6_SOURCE, 32) : sum(packet + Ip.V4_SOURCE, 8);
    return addresses + swapped(protocol) + swapped(length);
  }

  /** A 16-bit number in network order as it counts in a sum. */
  static int swapped(int value) {
    return Short.reverseBytes((short) value) & 0xffff;
  }

  /** The sum folded to 16 bits, in the processor's byte order; not complemented. */
  static int fold(long sum) {
    long folded = (sum & LOW) + (sum >>> 32);
    folded = (folded & 0xffff) + (folded >>> 16);
    folded = (folded & 0xffff) + (folded >>> 16);
    return (int) ((folded & 0xffff) + (folded >>> 16));
  }

  /** Writes the IPv4 header checksum. */
  static void fillIpv4(long packet, int headerLength) {
    Memory.putShort(packet + Ip.V4_CHECKSUM, 0);
    Memory.putShort(packet + Ip.V4_CHECKSUM, ~fold(sum(packet, headerLength)));
  }
}
