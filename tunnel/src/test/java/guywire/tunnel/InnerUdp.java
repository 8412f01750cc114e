package guywire.tunnel;

import java.nio.ByteBuffer;

/** UDP packets for the inside of a tunnel, with right checksums. */
final class InnerUdp {

  /** Length of the headers. */
  static final int HEADERS = 28;

  private static final int UDP = 17;

  private InnerUdp() {}

  /**
   * From 10.10.0.{@code from} to 10.10.0.1.
   *
   * @param length the packet's, at least 32
   * @param number the first word of its payload, which is zeros otherwise
   */
  static byte[] packet(int from, int port, int length, int number) {
    var packet = ByteBuffer.allocate(length);
    packet.put(0, (byte) 0x45).putShort(2, (short) length).put(8, (byte) 64).put(9, (byte) UDP);
    packet.putInt(12, 0x0a0a0000 + from).putInt(16, 0x0a0a0001);
    packet.putShort(20, (short) 5).putShort(22, (short) port).putShort(24, (short) (length - 20));
    packet.putInt(HEADERS, number);
    packet.putShort(10, (short) ~sum(packet, 0, 20, 0));
    packet.putShort(26, (short) ~sum(packet, 12, length, UDP + length - 20));
    return packet.array();
  }

  /** The sum of 16-bit words (RFC 1071). */
  static int sum(ByteBuffer packet, int from, int to, int more) {
    int sum = more;
    for (int at = from; at < to; at++) {
      sum += (packet.get(at) & 0xff) << (at % 2 == 0 ? 8 : 0);
    }
    sum = (sum & 0xffff) + (sum >>> 16);
    return (sum & 0xffff) + (sum >>> 16);
  }
}
