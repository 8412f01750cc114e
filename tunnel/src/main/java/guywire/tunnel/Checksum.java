package guywire.tunnel;

import guywire.linux.Memory;
import guywire.tunnel.machine.Sums;

/**
 * The internet checksum (RFC 1071) of IP packets. Sums are kept unfolded, in the processor's byte
 * order ({@link Sums}), which the one's complement sum allows until {@link #fold}.
 */
final class Checksum {

  private static final long LOW = 0xffffffffL;

  private Checksum() {}

  /** The sum of the pseudo-header: addresses of the packet, protocol and upper-layer length. */
  static long pseudo(long packet, boolean ipv6, int protocol, int length) {
    long addresses =
        ipv6 ? Sums.sum(packet + Ip.V6_SOURCE, 32) : Sums.sum(packet + Ip.V4_SOURCE, 8);
    return addresses + swapped(protocol) + swapped(length) + swapped(length >>> 16);
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
    Memory.putShort(packet + Ip.V4_CHECKSUM, ~fold(Sums.sum(packet, headerLength)));
  }
}
