package guywire.tunnel;

import guywire.linux.VirtioHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A frame of a TUN and the packets it stands for, cut one at a time and from scratch: the slow and
 * obvious oracle beside {@link Cutter}, {@link Flow} and all that lies between them.
 */
final class TunFrame {

  private TunFrame() {}

  /** The packets that a frame stands for, with right checksums where they were to be made. */
  static List<byte[]> packets(byte[] frame) {
    byte[] packet = Arrays.copyOfRange(frame, VirtioHeader.BYTES, frame.length);
    boolean unfinished = (frame[VirtioHeader.FLAGS] & VirtioHeader.NEEDS_CHECKSUM) != 0;
    int type = frame[VirtioHeader.GSO_TYPE] & 0xff & ~VirtioHeader.GSO_ECN;
    int size = little(frame, VirtioHeader.GSO_SIZE);
    int start = little(frame, VirtioHeader.CHECKSUM_START);
    int field = start + little(frame, VirtioHeader.CHECKSUM_OFFSET);
    if (type == VirtioHeader.GSO_NONE) {
      if (unfinished) {
        int sum = complement(sum(packet, start, packet.length));
        big(packet, field, sum == 0 ? 0xffff : sum);
      }
      return List.of(packet);
    }
    return segments(packet, type != VirtioHeader.GSO_UDP_L4, start, size);
  }

  private static List<byte[]> segments(byte[] packet, boolean tcp, int start, int size) {
    int header = start + (tcp ? (packet[start + 12] >> 4 & 0xf) * 4 : 8);
    boolean ipv6 = (packet[0] >> 4 & 0xf) == 6;
    var all = new ArrayList<byte[]>();
    for (int at = header, i = 0; at < packet.length; at += size, i++) {
      int payload = Math.min(size, packet.length - at);
      var segment = new byte[header + payload];
      System.arraycopy(packet, 0, segment, 0, header);
      System.arraycopy(packet, at, segment, header, payload);
      if (ipv6) {
        big(segment, 4, segment.length - 40);
      } else {
        big(segment, 2, segment.length);
        big(segment, 4, big(packet, 4) + i & 0xffff);
        big(segment, 10, 0);
        big(segment, 10, complement(sum(segment, 0, start)));
      }
      if (tcp) {
        boolean last = at + size >= packet.length;
        long sequence =
            ((long) big(packet, start + 4) << 16 | big(packet, start + 6)) + at - header;
        big(segment, start + 4, (int) (sequence >>> 16) & 0xffff);
        big(segment, start + 6, (int) sequence & 0xffff);
        int flags = segment[start + 13] & 0xff;
        flags &= last ? 0xff : ~(Ip.FIN | Ip.PSH);
        flags &= i == 0 ? 0xff : ~Ip.CWR;
        segment[start + 13] = (byte) flags;
      } else {
        big(segment, start + 4, segment.length - start);
      }
      fillTransport(segment, ipv6, tcp, start);
      all.add(segment);
    }
    return all;
  }

  /** Makes the TCP or UDP checksum right. */
  static void fillTransport(byte[] packet, boolean ipv6, boolean tcp, int start) {
    int field = start + (tcp ? 16 : 6);
    big(packet, field, 0);
    int sum =
        complement(
            pseudo(packet, ipv6, tcp, packet.length - start) + sum(packet, start, packet.length));
    big(packet, field, sum == 0 && !tcp ? 0xffff : sum);
  }

  /** The sum of the pseudo-header. */
  static long pseudo(byte[] packet, boolean ipv6, boolean tcp, int length) {
    long addresses = ipv6 ? sum(packet, 8, 40) : sum(packet, 12, 20);
    return addresses + (tcp ? 6 : 17) + (length >>> 16) + (length & 0xffff);
  }

  /**
   * What must be the same at the far end: all but what merging takes away, which is the IPv4 id and
   * PSH, and checksums that are right.
   */
  static byte[] essence(byte[] packet) {
    byte[] essence = packet.clone();
    boolean ipv6 = (packet[0] >> 4 & 0xf) == 6;
    int start = ipv6 ? 40 : (packet[0] & 0xf) * 4;
    int protocol = packet[ipv6 ? 6 : 9];
    boolean fragment = !ipv6 && (big(packet, 6) & Ip.FRAGMENT_MASK) != 0;
    boolean tcp = protocol == Ip.TCP && packet.length >= start + 20;
    boolean udp = protocol == Ip.UDP && packet.length >= start + 8;
    if (fragment || !tcp && !udp) {
      return essence;
    }
    boolean right =
        fold(pseudo(packet, ipv6, tcp, packet.length - start) + sum(packet, start, packet.length))
            == 0xffff;
    if (!right || !ipv6 && fold(sum(packet, 0, start)) != 0xffff) {
      return essence;
    }
    big(essence, start + (tcp ? 16 : 6), 0);
    if (tcp) {
      essence[start + 13] &= ~Ip.PSH;
    }
    if (!ipv6) {
      big(essence, 4, 0);
      big(essence, 10, 0);
    }
    return essence;
  }

  /** The sum of a range as RFC 1071 has it, two bytes at a time. */
  static long sum(byte[] bytes, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i += 2) {
      sum += (bytes[i] & 0xff) << 8 | (i + 1 < to ? bytes[i + 1] & 0xff : 0);
    }
    return sum;
  }

  static int fold(long sum) {
    long folded = sum;
    while (folded > 0xffff) {
      folded = (folded & 0xffff) + (folded >>> 16);
    }
    return (int) folded;
  }

  static int complement(long sum) {
    return ~fold(sum) & 0xffff;
  }

  static int big(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }

  static void big(byte[] bytes, int at, int value) {
    bytes[at] = (byte) (value >> 8);
    bytes[at + 1] = (byte) value;
  }

  private static int little(byte[] bytes, int at) {
    return (bytes[at + 1] & 0xff) << 8 | bytes[at] & 0xff;
  }

  static void little(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >> 8);
  }
}
