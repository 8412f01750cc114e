package guywire.tunnel;

import guywire.linux.Iovec;
import guywire.linux.Memory;
import guywire.linux.VirtioHeader;

/**
 * Packets of one TCP or UDP flow that arrived in order and become one super-packet: the first
 * packet whole, of the others the payload. They stay where they were decrypted; only the first
 * one's headers are changed. Confined to the receiving thread.
 */
final class Flow {

  /** The most packets of one super-packet: what 64 KiB of the smallest common segments make. */
  private static final int MAX_PACKETS = 128;

  private final long iovecs = Memory.allocate((long) (MAX_PACKETS + 1) * Iovec.BYTES);
  private final long[] packets = new long[MAX_PACKETS];
  private final int[] lengths = new int[MAX_PACKETS];

  private final PacketView first = new PacketView();
  private int count;
  private int total;
  private int segmentBytes;
  private int nextSequence;
  private boolean closed;
  private int pushed;

  private int savedLength;
  private int savedIpChecksum;
  private int savedChecksum;
  private int savedFlags;

  boolean isEmpty() {
    return count == 0;
  }

  /** Whether a packet has this flow's addresses, ports and protocol. */
  boolean isOf(PacketView packet) {
    return count > 0 && first.sameFlow(packet);
  }

  /** Starts with a packet that may be merged and whose checksum is right. */
  void start(PacketView packet) {
    first.copy(packet);
    count = 0;
    total = packet.length();
    segmentBytes = packet.payloadBytes();
    nextSequence = packet.sequence() + segmentBytes;
    closed = false;
    pushed = packet.flags() & Ip.PSH;
    keep(packet);
  }

  /** Whether a packet of this flow, which may be merged, is the next piece of it. */
  boolean continues(PacketView packet) {
    if (closed
        || count == MAX_PACKETS
        || packet.payloadBytes() > segmentBytes
        || total + packet.payloadBytes() > Ip.MAX_LENGTH
        || !first.sameHeaders(packet)) {
      return false;
    }
    return !packet.isTcp() || packet.sequence() == nextSequence;
  }

  /** Adds the next piece, whose checksum is right. */
  void append(PacketView packet) {
    total += packet.payloadBytes();
    nextSequence += packet.payloadBytes();
    closed = packet.payloadBytes() < segmentBytes;
    pushed |= packet.flags() & Ip.PSH;
    keep(packet);
  }

  private void keep(PacketView packet) {
    packets[count] = packet.address();
    lengths[count] = packet.length();
    count++;
  }

  int count() {
    return count;
  }

  long packet(int index) {
    return packets[index];
  }

  int length(int index) {
    return lengths[index];
  }

  /**
   * Makes the super-packet's headers, with the virtio header in the bytes before the first packet.
   *
   * @return the pieces to be written, {@link #count} of them
   */
  long assemble() {
    long packet = first.address();
    long transport = packet + first.transport();
    long virtio = packet - VirtioHeader.BYTES;
    int upper = total - first.transport();
    saveHeaders(packet, transport);
    Memory.putByte(virtio + VirtioHeader.FLAGS, VirtioHeader.NEEDS_CHECKSUM);
    Memory.putByte(virtio + VirtioHeader.GSO_TYPE, gsoType());
    Memory.putShort(virtio + VirtioHeader.HEADER_LENGTH, first.headerLength());
    Memory.putShort(virtio + VirtioHeader.GSO_SIZE, segmentBytes);
    Memory.putShort(virtio + VirtioHeader.CHECKSUM_START, first.transport());
    Memory.putShort(
        virtio + VirtioHeader.CHECKSUM_OFFSET, first.isTcp() ? Ip.TCP_CHECKSUM : Ip.UDP_CHECKSUM);
    if (first.isIpv6()) {
      Memory.putShortBe(packet + Ip.V6_LENGTH, total - Ip.V6_HEADER);
    } else {
      Memory.putShortBe(packet + Ip.V4_LENGTH, total);
      Checksum.fillIpv4(packet, Ip.V4_HEADER);
    }
    int protocol = first.isTcp() ? Ip.TCP : Ip.UDP;
    int partial = Checksum.fold(Checksum.pseudo(packet, first.isIpv6(), protocol, upper));
    if (first.isTcp()) {
      Memory.putByte(transport + Ip.TCP_FLAGS, savedFlags | pushed);
      Memory.putShort(transport + Ip.TCP_CHECKSUM, partial);
    } else {
      Memory.putShortBe(transport + Ip.UDP_LENGTH, upper);
      Memory.putShort(transport + Ip.UDP_CHECKSUM, partial);
    }
    Iovec.set(iovecs, 0, virtio, (long) VirtioHeader.BYTES + lengths[0]);
    for (int i = 1; i < count; i++) {
      int headers = first.headerLength();
      Iovec.set(iovecs, i, packets[i] + headers, (long) lengths[i] - headers);
    }
    return iovecs;
  }

  private void saveHeaders(long packet, long transport) {
    savedLength = Memory.getShort(packet + (first.isIpv6() ? Ip.V6_LENGTH : Ip.V4_LENGTH));
    savedIpChecksum = Memory.getShort(packet + Ip.V4_CHECKSUM);
    savedFlags = first.isTcp() ? Memory.getByte(transport + Ip.TCP_FLAGS) : 0;
    savedChecksum =
        Memory.getShort(transport + (first.isTcp() ? Ip.TCP_CHECKSUM : Ip.UDP_CHECKSUM));
  }

  /** Gives the first packet its own headers back: the kernel refused the super-packet. */
  void takeApart() {
    long packet = first.address();
    long transport = packet + first.transport();
    Memory.putShort(packet + (first.isIpv6() ? Ip.V6_LENGTH : Ip.V4_LENGTH), savedLength);
    if (!first.isIpv6()) {
      Memory.putShort(packet + Ip.V4_CHECKSUM, savedIpChecksum);
    }
    if (first.isTcp()) {
      Memory.putByte(transport + Ip.TCP_FLAGS, savedFlags);
      Memory.putShort(transport + Ip.TCP_CHECKSUM, savedChecksum);
    } else {
      Memory.putShortBe(transport + Ip.UDP_LENGTH, lengths[0] - first.transport());
      Memory.putShort(transport + Ip.UDP_CHECKSUM, savedChecksum);
    }
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
