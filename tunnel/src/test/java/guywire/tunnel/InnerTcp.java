package guywire.tunnel;

import java.nio.ByteBuffer;

/**
 * A TCP connection by hand, for the inside of a tunnel: from 10.10.0.2 to a port of 10.10.0.1.
 * Segments have right checksums and no options but that windows are counted in units of 256 bytes.
 */
final class InnerTcp {

  /** Length of the headers of a segment of data. */
  static final int HEADERS = 40;

  private static final int PORT = 5;
  private static final int FIRST = 1000;
  private static final int SYN = 2;
  private static final byte[] WINDOW_SCALE = {3, 3, 8, 1};

  private final int port;
  private int next = FIRST;
  private int acknowledged;

  InnerTcp(int port) {
    this.port = port;
  }

  /** What begins the connection. */
  byte[] begin() {
    byte[] packet = packet(SYN, WINDOW_SCALE, new byte[0]);
    next++;
    return packet;
  }

  /** What ends its beginning. */
  byte[] confirm(byte[] answer) {
    acknowledged = ByteBuffer.wrap(answer).getInt(20 + Ip.TCP_SEQUENCE) + 1;
    return packet(Ip.ACK, new byte[0], new byte[0]);
  }

  /** The next segment. */
  byte[] data(byte[] payload) {
    byte[] packet = packet(Ip.ACK, new byte[0], payload);
    next += payload.length;
    return packet;
  }

  /** How many bytes of data a packet of the other side acknowledges. */
  int acknowledged(byte[] packet) {
    return ByteBuffer.wrap(packet).getInt(20 + Ip.TCP_ACKNOWLEDGED) - FIRST - 1;
  }

  private byte[] packet(int flags, byte[] options, byte[] payload) {
    int header = 20 + options.length;
    var packet = ByteBuffer.allocate(20 + header + payload.length);
    packet.put(0, (byte) 0x45).putShort(2, (short) packet.capacity()).putShort(6, (short) 0x4000);
    packet.put(8, (byte) 64).put(9, (byte) Ip.TCP);
    packet.putInt(12, 0x0a0a0002).putInt(16, 0x0a0a0001);
    packet.putShort(20, (short) PORT).putShort(22, (short) port);
    packet.putInt(20 + Ip.TCP_SEQUENCE, next).putInt(20 + Ip.TCP_ACKNOWLEDGED, acknowledged);
    packet.put(32, (byte) (header / 4 << 4)).put(20 + Ip.TCP_FLAGS, (byte) flags);
    packet.putShort(34, (short) 0xffff);
    packet.put(HEADERS, options).put(HEADERS + options.length, payload);
    packet.putShort(10, (short) ~InnerUdp.sum(packet, 0, 20, 0));
    int upper = packet.capacity() - 20;
    packet.putShort(
        20 + Ip.TCP_CHECKSUM, (short) ~InnerUdp.sum(packet, 12, packet.capacity(), Ip.TCP + upper));
    return packet.array();
  }
}
