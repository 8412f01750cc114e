package guywire.tunnel;

import guywire.address.IpAddress;
import guywire.linux.VirtioHeader;
import java.util.Arrays;

/** Packets of one flow, as its sender makes them: headers of all kinds, before any payload. */
final class MixedStream {

  final int from;
  final int to;
  final boolean ipv6;
  final int protocol;
  final boolean ipOptions;
  int id;
  private final int number;
  private final int options;
  private int sequence;

  /** The flow of this number between so many tunnels. */
  MixedStream(int number, int tunnels) {
    this.number = number;
    from = number % tunnels;
    to = (from + 1 + number / tunnels % 2) % tunnels;
    ipv6 = number / 6 % 2 == 1;
    protocol = number < 12 ? Ip.TCP : Ip.UDP;
    options = number % 4 == 0 ? 12 : 0;
    ipOptions = number % 8 == 5 && !ipv6;
    sequence = number * 0x1357_9bdf;
    id = number * 999;
  }

  private MixedStream(MixedStream like, int protocol, int id) {
    from = like.from;
    to = like.to;
    ipv6 = like.ipv6;
    this.protocol = protocol;
    this.id = id;
    ipOptions = false;
    number = 0;
    options = 0;
  }

  /** Another flow between the same two. */
  MixedStream other(int itsProtocol, int itsId) {
    return new MixedStream(this, itsProtocol, itsId);
  }

  boolean isTcp() {
    return protocol == Ip.TCP;
  }

  /** Where the transport's header begins. */
  int transport() {
    return ipv6 ? 40 : ipOptions ? 24 : 20;
  }

  /** The bytes of all headers. */
  int headers() {
    return transport() + (isTcp() ? 20 + options : 8);
  }

  /** Where the checksum is in the transport's header. */
  int checksum() {
    return isTcp() ? 16 : 6;
  }

  /** The next packet, with a payload of zeros. */
  byte[] packet(int payload, boolean pushes) {
    int headers = headers();
    var packet = new byte[headers + payload];
    int transport = transport();
    network(packet, transport);
    TunFrame.big(packet, transport, 4000 + number);
    TunFrame.big(packet, transport + 2, 5000 + number);
    if (isTcp()) {
      TunFrame.big(packet, transport + 4, sequence >>> 16 & 0xffff);
      TunFrame.big(packet, transport + 6, sequence & 0xffff);
      packet[transport + 12] = (byte) ((20 + options) / 4 << 4);
      packet[transport + 13] = (byte) (Ip.ACK | (pushes ? Ip.PSH : 0));
      Arrays.fill(packet, transport + 20, headers, (byte) 1);
      sequence += payload;
    } else {
      TunFrame.big(packet, transport + 4, 8 + payload);
    }
    return packet;
  }

  /** Writes the header of IP, which ends where the transport's begins. */
  void network(byte[] packet, int transport) {
    if (ipv6) {
      packet[0] = 0x60;
      TunFrame.big(packet, 4, packet.length - 40);
      packet[6] = (byte) protocol;
      packet[7] = 64;
      address(packet, 8, "fd0" + from + "::1");
      address(packet, 24, "fd0" + to + "::1");
      return;
    }
    packet[0] = (byte) (0x40 | transport / 4);
    TunFrame.big(packet, 2, packet.length);
    TunFrame.big(packet, 4, id & 0xffff);
    packet[8] = 64;
    packet[9] = (byte) protocol;
    address(packet, 12, "10.0." + from + ".1");
    address(packet, 16, "10.0." + to + ".1");
    Arrays.fill(packet, 20, transport, (byte) 1);
    TunFrame.big(packet, 10, TunFrame.complement(TunFrame.sum(packet, 0, transport)));
  }

  private static void address(byte[] packet, int at, String text) {
    byte[] bytes = IpAddress.parse(text).bytes();
    System.arraycopy(bytes, 0, packet, at, bytes.length);
  }

  /** The kernel leaves the pseudo-header's sum where the checksum belongs. */
  void leaveChecksum(byte[] frame) {
    int start = transport();
    TunFrame.little(frame, VirtioHeader.CHECKSUM_START, start);
    TunFrame.little(frame, VirtioHeader.CHECKSUM_OFFSET, checksum());
    byte[] packet = Arrays.copyOfRange(frame, VirtioHeader.BYTES, frame.length);
    long pseudo = TunFrame.pseudo(packet, ipv6, isTcp(), packet.length - start);
    TunFrame.big(frame, VirtioHeader.BYTES + start + checksum(), TunFrame.fold(pseudo));
  }
}
