package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.linux.VirtioHeader;
import guywire.tunnel.machine.Sums;

/**
 * Cuts a super-packet from the TUN into the packets it stands for, one after the other: {@link
 * #begin}, then {@link #next} and {@link #write} until the former says no. Confined to one thread.
 */
/*
 * The packet's headers are kept aside without what differs between segments: lengths, IPv4 id, TCP
 * sequence and flags, checksums. The payload's copy and sum are the only work that grows with its length.
 */
final class Cutter {

  /** What payloads are written into. */
  interface Sink {
    /**
     * Takes the payload of a packet.
     *
     * @param offset where it begins in the packet
     * @return its sum
     */
    long fill(int offset, long from, int length);
  }

  private static final int MAX_HEADERS = 256;

  private final long headers;

  private long packet;
  private int length;
  private boolean whole;
  private boolean ipv6;
  private boolean tcp;
  private int transport;
  private int headerLength;
  private int segmentBytes;
  private int segments;
  private int index;
  private long networkSum;
  private long constantSum;
  private int firstId;
  private int firstSequence;
  private int flags;

  private int payload;
  private int bytes;

  Cutter(Region memory) {
    headers = memory.allocate(MAX_HEADERS);
  }

  /**
   * Takes a packet as the TUN gave it.
   *
   * @param virtio address of its header
   * @param packet address of the packet
   * @param length its length, as {@code InnerPacket.check} found it
   * @return false if header and packet do not agree: then it can only be dropped
   */
  boolean begin(long virtio, long packet, int length) {
    this.packet = packet;
    this.length = length;
    index = -1;
    int type = Memory.getByte(virtio + VirtioHeader.GSO_TYPE) & ~VirtioHeader.GSO_ECN;
    int start = Memory.getShort(virtio + VirtioHeader.CHECKSUM_START);
    int field = start + Memory.getShort(virtio + VirtioHeader.CHECKSUM_OFFSET);
    boolean unfinished =
        (Memory.getByte(virtio + VirtioHeader.FLAGS) & VirtioHeader.NEEDS_CHECKSUM) != 0;
    if (unfinished && field + 2 > length) {
      return false;
    }
    whole = type == VirtioHeader.GSO_NONE;
    if (whole) {
      segments = 1;
      bytes = length;
      if (unfinished) {
        finishChecksum(start, field);
      }
      return true;
    }
    return unfinished && beginSegments(type, start, field, virtio);
  }

  /**
   * The field holds the pseudo-header's sum: with it in place the sum over the rest is complete.
   */
  private void finishChecksum(int start, int field) {
    int sum = ~Checksum.fold(Sums.sum(packet + start, length - start)) & 0xffff;
    // UDP's zero means "none": its sum of zero is written as ones. TCP accepts either.
    Memory.putShort(packet + field, sum == 0 ? 0xffff : sum);
  }

  private boolean beginSegments(int type, int start, int field, long virtio) {
    ipv6 = Ip.version(packet) == 6;
    tcp = type != VirtioHeader.GSO_UDP_L4;
    transport = start;
    int network = ipv6 ? Ip.V6_HEADER : Ip.v4HeaderLength(packet);
    int least = tcp ? Ip.TCP_HEADER : Ip.UDP_HEADER;
    boolean known =
        tcp
            ? type == (ipv6 ? VirtioHeader.GSO_TCPV6 : VirtioHeader.GSO_TCPV4)
            : type == VirtioHeader.GSO_UDP_L4;
    if (!known || start < network || start + least > length) {
      return false;
    }
    if (field != start + (tcp ? Ip.TCP_CHECKSUM : Ip.UDP_CHECKSUM)) {
      return false;
    }
    headerLength = start + (tcp ? Ip.tcpHeaderLength(packet + start) : Ip.UDP_HEADER);
    segmentBytes = Memory.getShort(virtio + VirtioHeader.GSO_SIZE);
    int payload = length - headerLength;
    if (headerLength < start + least
        || headerLength > MAX_HEADERS
        || payload <= 0
        || segmentBytes == 0) {
      return false;
    }
    segments = (payload + segmentBytes - 1) / segmentBytes;
    keepHeaders(network);
    return true;
  }

  private void keepHeaders(int network) {
    Memory.copy(packet, headers, headerLength);
    long header = headers + transport;
    if (!ipv6) {
      firstId = Memory.getShortBe(headers + Ip.V4_ID);
      Memory.putShort(headers + Ip.V4_LENGTH, 0);
      Memory.putShort(headers + Ip.V4_ID, 0);
      Memory.putShort(headers + Ip.V4_CHECKSUM, 0);
      networkSum = Sums.sum(headers, network);
    }
    if (tcp) {
      firstSequence = Memory.getIntBe(header + Ip.TCP_SEQUENCE);
      flags = Memory.getByte(header + Ip.TCP_FLAGS);
      Memory.putInt(header + Ip.TCP_SEQUENCE, 0);
      Memory.putByte(header + Ip.TCP_FLAGS, 0);
      Memory.putShort(header + Ip.TCP_CHECKSUM, 0);
    } else {
      Memory.putShort(header + Ip.UDP_LENGTH, 0);
      Memory.putShort(header + Ip.UDP_CHECKSUM, 0);
    }
    constantSum =
        Checksum.pseudo(headers, ipv6, tcp ? Ip.TCP : Ip.UDP, 0)
            + Sums.sum(header, headerLength - transport);
  }

  /** How many packets the super-packet stands for. */
  int segments() {
    return segments;
  }

  /** How many are left: the one it is at, if {@link #next} has been called, and those behind. */
  int left() {
    return segments - Math.max(index, 0);
  }

  /** Goes to the next packet; false if there is none. */
  boolean next() {
    if (++index >= segments) {
      return false;
    }
    if (!whole) {
      payload = Math.min(segmentBytes, length - headerLength - index * segmentBytes);
      bytes = headerLength + payload;
    }
    return true;
  }

  /** The packet's length. */
  int bytes() {
    return bytes;
  }

  /** Where the payload of the packet lies; those of the others follow. */
  long payloadAddress() {
    return packet + headerLength + (long) index * segmentBytes;
  }

  /** How many packets from this one on have its length. */
  int alike() {
    return payload == segmentBytes && !whole ? (length - headerLength) / segmentBytes - index : 1;
  }

  /** How much of each packet is headers that are made for it; 0 if it stays as it is. */
  int headerBytes() {
    return whole ? 0 : headerLength;
  }

  /** Writes the packet to where there is room for it, outside of the super-packet. */
  void write(long target) {
    if (whole) {
      Memory.copy(packet, target, bytes);
    } else {
      write(target, (offset, from, length) -> Sums.copyAndSum(from, target + offset, length));
    }
  }

  /**
   * Writes a packet that has headers of its own, its payload into a sink.
   *
   * @param target where its {@link #headerBytes} go
   */
  void write(long target, Sink sink) {
    copyHeaders(target);
    long payloadSum = sink.fill(headerLength, payloadAddress(), payload);
    writeNetwork(target);
    writeTransport(target, payloadSum);
  }

  private void copyHeaders(long target) {
    int at = 0;
    for (; at + 8 <= headerLength; at += 8) {
      Memory.putLong(target + at, Memory.getLong(headers + at));
    }
    if (at + 4 <= headerLength) {
      Memory.putInt(target + at, Memory.getInt(headers + at));
      at += 4;
    }
    // Headers are whole words, but the TUN may say otherwise.
    for (; at < headerLength; at++) {
      Memory.putByte(target + at, Memory.getByte(headers + at));
    }
  }

  private void writeNetwork(long target) {
    if (ipv6) {
      Memory.putShortBe(target + Ip.V6_LENGTH, bytes - Ip.V6_HEADER);
      return;
    }
    int id = firstId + index & 0xffff;
    Memory.putShortBe(target + Ip.V4_LENGTH, bytes);
    Memory.putShortBe(target + Ip.V4_ID, id);
    long sum = networkSum + Checksum.swapped(bytes) + Checksum.swapped(id);
    Memory.putShort(target + Ip.V4_CHECKSUM, ~Checksum.fold(sum));
  }

  private void writeTransport(long target, long payloadSum) {
    long header = target + transport;
    int upper = bytes - transport;
    long sum = constantSum + payloadSum + Checksum.swapped(upper);
    if (tcp) {
      int sequence = firstSequence + index * segmentBytes;
      int now = flags;
      if (index < segments - 1) {
        now &= ~(Ip.FIN | Ip.PSH);
      }
      if (index > 0) {
        now &= ~Ip.CWR;
      }
      Memory.putIntBe(header + Ip.TCP_SEQUENCE, sequence);
      Memory.putByte(header + Ip.TCP_FLAGS, now);
      sum += Checksum.swapped(sequence >>> 16) + Checksum.swapped(sequence & 0xffff);
      // The flags are the second byte of their 16-bit word.
      sum += Checksum.swapped(now);
      Memory.putShort(header + Ip.TCP_CHECKSUM, ~Checksum.fold(sum));
    } else {
      Memory.putShortBe(header + Ip.UDP_LENGTH, upper);
      sum += Checksum.swapped(upper);
      int complement = ~Checksum.fold(sum) & 0xffff;
      Memory.putShort(header + Ip.UDP_CHECKSUM, complement == 0 ? 0xffff : complement);
    }
  }
}
