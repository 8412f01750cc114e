package guywire.lab;

import guywire.address.IpAddress;
import guywire.linux.RawSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A packet of one of our probes that was seen on a machine.
 *
 * <p>A probe is known by its key: the source port of its TCP connections (no NAT of a tunnel
 * changes it, for every probe has another), and a stamp at the start of what its datagrams and echo
 * requests carry.
 *
 * @param kind what was seen
 * @param key the probe's key
 * @param source the packet's source address
 * @param hops the packet's TTL or hop limit; 0 where not known
 */
record SeenPacket(Kind kind, int key, IpAddress source, int hops) {

  enum Kind {
    /** The first packet of a probe in its direction. */
    REQUEST,
    /** The answer to an echo request. */
    ECHO_REPLY
  }

  /** The length of a stamp: eight bytes that mark this lab's packets, four of key. */
  static final int STAMP_BYTES = 12;

  private static final int ICMP_BYTES = 8;
  private static final int UDP_BYTES = 8;
  private static final int TCP_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int SYN = 2;
  private static final int ACK = 16;

  /** The stamp of a probe's packets. */
  static byte[] stamp(long mark, int key) {
    return ByteBuffer.allocate(STAMP_BYTES).putLong(mark).putInt(key).array();
  }

  /** The body of an echo request (RFC 792, RFC 4443) with a probe's stamp. */
  static byte[] echoRequest(boolean ipv4, long mark, int key, int sequence) {
    byte[] message =
        ByteBuffer.allocate(ICMP_BYTES + STAMP_BYTES)
            .put((byte) (ipv4 ? 8 : 128))
            .put((byte) 0)
            .putShort((short) 0)
            .putShort((short) key)
            .putShort((short) sequence)
            .putLong(mark)
            .putInt(key)
            .array();
    if (ipv4) {
      // For IPv6 the kernel does it, since the sum covers the addresses too.
      int sum = 0;
      for (int i = 0; i < message.length; i += 2) {
        sum += (message[i] & 0xff) << 8 | (message[i + 1] & 0xff);
      }
      sum = (sum >>> 16) + (sum & 0xffff);
      sum = ~(sum + (sum >>> 16));
      message[2] = (byte) (sum >>> 8);
      message[3] = (byte) sum;
    }
    return message;
  }

  /** What a packet that arrived on a raw socket of a protocol says of a probe. */
  static Optional<SeenPacket> arrived(RawSocket.CapturedPacket packet, int protocol, long mark) {
    byte[] bytes = packet.bytes();
    if (packet.ipv6()) {
      return of(protocol, bytes, 0, mark, IpAddress.of(packet.source()), 0);
    }
    return passing(packet, mark);
  }

  /** What a whole packet says of a probe. */
  static Optional<SeenPacket> passing(RawSocket.CapturedPacket packet, long mark) {
    byte[] bytes = packet.bytes();
    if (bytes.length >= 20 && bytes[0] >>> 4 == 4) {
      int start = (bytes[0] & 15) * 4;
      IpAddress source = IpAddress.of(Arrays.copyOfRange(bytes, 12, 16));
      return of(bytes[9] & 0xff, bytes, start, mark, source, bytes[8] & 0xff);
    }
    if (bytes.length >= IPV6_BYTES && bytes[0] >>> 4 == 6) {
      IpAddress source = IpAddress.of(Arrays.copyOfRange(bytes, 8, 24));
      return of(bytes[6] & 0xff, bytes, IPV6_BYTES, mark, source, bytes[7] & 0xff);
    }
    return Optional.empty();
  }

  private static Optional<SeenPacket> of(
      int protocol, byte[] bytes, int start, long mark, IpAddress source, int hops) {
    return switch (protocol) {
      case RawSocket.ICMP, RawSocket.ICMPV6 ->
          stamped(bytes, start + ICMP_BYTES, mark)
              .flatMap(key -> echo(bytes[start] & 0xff, key, source, hops));
      case RawSocket.UDP ->
          stamped(bytes, start + UDP_BYTES, mark)
              .map(key -> new SeenPacket(Kind.REQUEST, key, source, hops));
      case RawSocket.TCP ->
          bytes.length >= start + TCP_BYTES && (bytes[start + 13] & (SYN | ACK)) == SYN
              ? Optional.of(
                  new SeenPacket(
                      Kind.REQUEST,
                      (bytes[start] & 0xff) << 8 | (bytes[start + 1] & 0xff),
                      source,
                      hops))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<SeenPacket> echo(int type, int key, IpAddress source, int hops) {
    return switch (type) {
      case 8, 128 -> Optional.of(new SeenPacket(Kind.REQUEST, key, source, hops));
      case 0, 129 -> Optional.of(new SeenPacket(Kind.ECHO_REPLY, key, source, hops));
      default -> Optional.empty();
    };
  }

  private static Optional<Integer> stamped(byte[] bytes, int at, long mark) {
    if (bytes.length < at + STAMP_BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes, at, STAMP_BYTES);
    return in.getLong() == mark ? Optional.of(in.getInt()) : Optional.empty();
  }
}
