package guywire.tunnel;

import guywire.linux.Memory;

/**
 * Offsets and constants of IPv4 (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293), UDP and ICMP headers,
 * as far as cutting and merging need them.
 */
final class Ip {

  static final int V4_TOS = 1;
  static final int V4_LENGTH = 2;
  static final int V4_ID = 4;
  static final int V4_FRAGMENT = 6;
  static final int V4_TTL = 8;
  static final int V4_PROTOCOL = 9;
  static final int V4_CHECKSUM = 10;
  static final int V4_SOURCE = 12;
  static final int V4_DESTINATION = 16;
  static final int V4_HEADER = 20;

  static final int V6_LENGTH = 4;
  static final int V6_NEXT = 6;
  static final int V6_HOPS = 7;
  static final int V6_SOURCE = 8;
  static final int V6_DESTINATION = 24;
  static final int V6_HEADER = 40;

  static final int ICMP = 1;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int ICMPV6 = 58;

  static final int TCP_SEQUENCE = 4;
  static final int TCP_ACKNOWLEDGED = 8;
  static final int TCP_DATA_OFFSET = 12;
  static final int TCP_FLAGS = 13;
  static final int TCP_CHECKSUM = 16;
  static final int TCP_HEADER = 20;

  static final int FIN = 1;
  static final int SYN = 2;
  static final int RST = 4;
  static final int PSH = 8;
  static final int ACK = 0x10;
  static final int CWR = 0x80;

  static final int UDP_DESTINATION = 2;
  static final int UDP_LENGTH = 4;
  static final int UDP_CHECKSUM = 6;
  static final int UDP_HEADER = 8;

  /** More fragments, and the fragment offset: nonzero in every fragment. */
  static final int FRAGMENT_MASK = 0x3fff;

  /** The most bytes an IP packet can have by its length field (IPv6: without its own header). */
  static final int MAX_LENGTH = 65_535;

  private Ip() {}

  /** Four or six, if this is an IP packet. */
  static int version(long packet) {
    return Memory.getByte(packet) >>> 4;
  }

  /** Whether it carries TCP, as a whole or a piece of it, right behind its header. */
  static boolean isTcp(long packet) {
    return Memory.getByte(packet + (version(packet) == 6 ? V6_NEXT : V4_PROTOCOL)) == TCP;
  }

  /** Length of the IPv4 header with its options. */
  static int v4HeaderLength(long packet) {
    return (Memory.getByte(packet) & 0xf) * 4;
  }

  /** Length of the TCP header with its options. */
  static int tcpHeaderLength(long tcp) {
    return (Memory.getByte(tcp + TCP_DATA_OFFSET) >>> 4) * 4;
  }
}
