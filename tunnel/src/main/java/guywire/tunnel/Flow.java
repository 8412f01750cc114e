package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.VirtioHeader;

/**
 * Packets of one TCP or UDP flow that arrived in order and become one super-packet: the first
 * packet whole, of the others the payload. They are copied, and decrypted only then if a cipher has
 * opened them. Confined to the receiving thread.
 */
/*
 * The super-packet is put together in a buffer while the payloads' sums are made, which reads them
 * anyway: one long piece is written to the TUN faster than many short ones.
 */
final class Flow {

  /** Length of the longest super-packet, in bytes: as much as is received at a time. */
  static final int LONGEST = Inbound.BUFFERS << 16;

  /** A super-packet has at most as many packets as its greatest length makes of this. */
  private static final int SMALLEST_COMMON_BYTES = 512;

  private static final int ROOM = VirtioHeader.BYTES + LONGEST;

  /** Where the super-packet is; the virtio header ends where a cache line begins. */
  private final long whole;

  private final PacketView first = new PacketView();
  private int longest;
  private int count;
  private int total;
  private int segmentBytes;
  private int nextSequence;
  private boolean closed;
  private int pushed;

  Flow(Region memory) {
    whole = memory.allocate(ROOM + 64L) + 64;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Whether a packet has this flow's addresses, ports and protocol. */
  boolean isOf(PacketView packet) {
    return count > 0 && first.sameFlow(packet);
  }

  /**
   * Starts with a packet that may be merged; false, and it is none, if its checksum is wrong.
   *
   * @param longestTcp4 length in bytes that it may have if it is TCP over IPv4, up to {@link
   *     #LONGEST}; any other has at most 64 KiB
   */
  boolean start(PacketView packet, int longestTcp4) {
    Memory.copy(packet.address(), whole, packet.headerLength());
    if (!packet.isRightWith(packet.copyPayload(whole + packet.headerLength()))) {
      return false;
    }
    first.copy(packet, whole);
    longest = packet.isTcp() && !packet.isIpv6() ? longestTcp4 : Ip.MAX_LENGTH;
    count = 1;
    total = packet.length();
    segmentBytes = packet.payloadBytes();
    nextSequence = packet.sequence() + segmentBytes;
    closed = false;
    pushed = packet.flags() & Ip.PSH;
    return true;
  }

  /** Whether a packet of this flow, which may be merged, is the next piece of it. */
  boolean continues(PacketView packet) {
    if (closed
        || count >= longest / SMALLEST_COMMON_BYTES
        || packet.payloadBytes() > segmentBytes
        || total + packet.payloadBytes() > longest
        || !first.sameHeaders(packet)) {
      return false;
    }
    return !packet.isTcp() || packet.sequence() == nextSequence;
  }

  /** Adds the next piece; false, and nothing is added, if its checksum is wrong. */
  boolean append(PacketView packet) {
    int payload = packet.payloadBytes();
    if (!packet.isRightWith(packet.copyPayload(whole + total))) {
      return false;
    }
    total += payload;
    nextSequence += payload;
    closed = payload < segmentBytes;
    pushed |= packet.flags() & Ip.PSH;
    count++;
    return true;
  }

  /** How many packets there are. */
  int count() {
    return count;
  }

  /**
   * Where the first packet is while there is no other; there is room for a virtio header before.
   */
  long packet() {
    return whole;
  }

  /** Length of all packets together. */
  int length() {
    return total;
  }

  /**
   * Makes the headers of the super-packet, of two packets or more.
   *
   * @return where it begins with its virtio header; it has {@link #bytes}
   */
  long finish() {
    long transport = whole + first.transport();
    long virtio = whole - VirtioHeader.BYTES;
    int upper = total - first.transport();
    Memory.putByte(virtio + VirtioHeader.FLAGS, VirtioHeader.NEEDS_CHECKSUM);
    Memory.putByte(virtio + VirtioHeader.GSO_TYPE, gsoType());
    Memory.putShort(virtio + VirtioHeader.HEADER_LENGTH, first.headerLength());
    Memory.putShort(virtio + VirtioHeader.GSO_SIZE, segmentBytes);
    Memory.putShort(virtio + VirtioHeader.CHECKSUM_START, first.transport());
    Memory.putShort(
        virtio + VirtioHeader.CHECKSUM_OFFSET, first.isTcp() ? Ip.TCP_CHECKSUM : Ip.UDP_CHECKSUM);
    if (first.isIpv6()) {
      Memory.putShortBe(whole + Ip.V6_LENGTH, total - Ip.V6_HEADER);
    } else {
      // One that is too long for the field has none: Linux since 6.3 (its "BIG TCP").
      Memory.putShortBe(whole + Ip.V4_LENGTH, total > Ip.MAX_LENGTH ? 0 : total);
      Checksum.fillIpv4(whole, Ip.V4_HEADER);
    }
    int protocol = first.isTcp() ? Ip.TCP : Ip.UDP;
    int partial = Checksum.fold(Checksum.pseudo(whole, first.isIpv6(), protocol, upper));
    if (first.isTcp()) {
      Memory.putByte(transport + Ip.TCP_FLAGS, first.flags() | pushed);
      Memory.putShort(transport + Ip.TCP_CHECKSUM, partial);
    } else {
      Memory.putShortBe(transport + Ip.UDP_LENGTH, upper);
      Memory.putShort(transport + Ip.UDP_CHECKSUM, partial);
    }
    return virtio;
  }

  /** Length of the super-packet with its virtio header. */
  int bytes() {
    return VirtioHeader.BYTES + total;
  }

  private int gsoType() {
    if (!first.isTcp()) {
      return VirtioHeader.GSO_UDP_L4;
    }
    return first.isIpv6() ? VirtioHeader.GSO_TCPV6 : VirtioHeader.GSO_TCPV4;
  }

  void clear() {
    count = 0;
  }
}
