package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.PacketPort;
import guywire.linux.Region;
import guywire.linux.VirtioHeader;
import guywire.tunnel.machine.Sums;

/**
 * Tells the sender of a packet that no peer takes it: ICMP host unreachable (RFC 792) or ICMPv6
 * address unreachable (RFC 4443 section 3.1), as the kernel's WireGuard does; or that it is too
 * long: fragmentation needed (RFC 1191) or packet too big (RFC 4443 section 3.2). Confined to one
 * thread.
 */
/*
 * The answer enters by the TUN as if the destination itself had sent it: a source that is ours would be
 * taken for forged, and the destination is routed into the tunnel, so it passes reverse path filters.
 */
final class Unreachable {

  private static final int QUOTED_V4 = 8;
  private static final int MAX_V6 = 1280;
  private static final int ICMP_HEADER = 8;
  private static final int V4_UNREACHABLE = 3;
  private static final int V4_HOST = 1;
  private static final int V6_UNREACHABLE = 1;
  private static final int V6_ADDRESS = 3;
  private static final int V4_TOO_LONG = 4;
  private static final int V6_TOO_BIG = 2;

  /** At most this many answers a second: an answer must not cost more than what it answers. */
  private static final int ANSWERS_PER_SECOND = 200;

  private final PacketPort tun;
  private final long buffer;
  private long second;
  private int answered;

  Unreachable(PacketPort tun, Region memory) {
    this.tun = tun;
    buffer = memory.allocate(2048);
  }

  /** Answers a packet that was checked, unless nobody expects an answer to it. */
  void answer(long packet, int length, long nowNanos) {
    answer(packet, length, nowNanos, 0);
  }

  /**
   * Answers a packet that was checked and is too long.
   *
   * @param longest how long it may be, in bytes, below 65536
   */
  void answerTooLong(long packet, int length, long nowNanos, int longest) {
    answer(packet, length, nowNanos, longest);
  }

  private void answer(long packet, int length, long nowNanos, int longest) {
    long currentSecond = nowNanos / 1_000_000_000L;
    if (currentSecond != second) {
      second = currentSecond;
      answered = 0;
    }
    if (answered >= ANSWERS_PER_SECOND) {
      return;
    }
    Memory.clear(buffer, 128);
    long reply = buffer + VirtioHeader.BYTES;
    int bytes =
        Ip.version(packet) == 4
            ? writeV4(packet, length, reply, longest)
            : writeV6(packet, length, reply, longest);
    if (bytes > 0) {
      answered++;
      int header = tun.hasVirtioHeader() ? VirtioHeader.BYTES : 0;
      tun.write(reply - header, bytes + header);
    }
  }

  private static int writeV4(long packet, int length, long reply, int longest) {
    int header = Ip.v4HeaderLength(packet);
    int fragment = Memory.getShortBe(packet + Ip.V4_FRAGMENT) & 0x1fff;
    int protocol = Memory.getByte(packet + Ip.V4_PROTOCOL);
    int target = Memory.getByte(packet + Ip.V4_DESTINATION);
    if (header < Ip.V4_HEADER || header > length || fragment != 0 || target >= 224) {
      return 0;
    }
    // Of ICMP only an echo request and the like may be answered by an error.
    int icmpType = protocol == Ip.ICMP && length > header ? Memory.getByte(packet + header) : 8;
    boolean query = icmpType == 8 || icmpType == 13 || icmpType == 15 || icmpType == 17;
    if (!query) {
      return 0;
    }
    int quoted = Math.min(length, header + QUOTED_V4);
    int bytes = Ip.V4_HEADER + ICMP_HEADER + quoted;
    Memory.putByte(reply, 0x45);
    Memory.putByte(reply + Ip.V4_TOS, 0xc0);
    Memory.putShortBe(reply + Ip.V4_LENGTH, bytes);
    Memory.putByte(reply + Ip.V4_TTL, 64);
    Memory.putByte(reply + Ip.V4_PROTOCOL, Ip.ICMP);
    Memory.putInt(reply + Ip.V4_SOURCE, Memory.getInt(packet + Ip.V4_DESTINATION));
    Memory.putInt(reply + Ip.V4_DESTINATION, Memory.getInt(packet + Ip.V4_SOURCE));
    Checksum.fillIpv4(reply, Ip.V4_HEADER);
    long icmp = reply + Ip.V4_HEADER;
    Memory.putByte(icmp, V4_UNREACHABLE);
    Memory.putByte(icmp + 1, longest > 0 ? V4_TOO_LONG : V4_HOST);
    Memory.putShortBe(icmp + ICMP_HEADER - Short.BYTES, longest);
    Memory.copy(packet, icmp + ICMP_HEADER, quoted);
    int sum = Checksum.fold(Sums.sum(icmp, ICMP_HEADER + quoted));
    Memory.putShort(icmp + 2, ~sum);
    return bytes;
  }

  private static int writeV6(long packet, int length, long reply, int longest) {
    int next = Memory.getByte(packet + Ip.V6_NEXT);
    boolean error =
        next == Ip.ICMPV6 && length > Ip.V6_HEADER && Memory.getByte(packet + Ip.V6_HEADER) < 128;
    boolean multicast = Memory.getByte(packet + Ip.V6_DESTINATION) == 0xff;
    long source = Memory.getLong(packet + Ip.V6_SOURCE) | Memory.getLong(packet + Ip.V6_SOURCE + 8);
    if (error || multicast || source == 0) {
      return 0;
    }
    int quoted = Math.min(length, MAX_V6 - Ip.V6_HEADER - ICMP_HEADER);
    int upper = ICMP_HEADER + quoted;
    Memory.putByte(reply, 0x60);
    Memory.putShortBe(reply + Ip.V6_LENGTH, upper);
    Memory.putByte(reply + Ip.V6_NEXT, Ip.ICMPV6);
    Memory.putByte(reply + Ip.V6_HOPS, 64);
    Memory.copy(packet + Ip.V6_DESTINATION, reply + Ip.V6_SOURCE, 16);
    Memory.copy(packet + Ip.V6_SOURCE, reply + Ip.V6_DESTINATION, 16);
    long icmp = reply + Ip.V6_HEADER;
    Memory.putByte(icmp, longest > 0 ? V6_TOO_BIG : V6_UNREACHABLE);
    Memory.putByte(icmp + 1, longest > 0 ? 0 : V6_ADDRESS);
    Memory.putShortBe(icmp + ICMP_HEADER - Short.BYTES, longest);
    Memory.copy(packet, icmp + ICMP_HEADER, quoted);
    long sum = Checksum.pseudo(reply, true, Ip.ICMPV6, upper) + Sums.sum(icmp, upper);
    Memory.putShort(icmp + 2, ~Checksum.fold(sum));
    return Ip.V6_HEADER + upper;
  }
}
