package guywire.tunnel;

import guywire.linux.Memory;
import guywire.tunnel.cipher.MessageCipher;
import guywire.tunnel.machine.Sums;
import org.jspecify.annotations.Nullable;

/**
 * A checked look at an inner IP packet: what decides whether it belongs to a flow and may be merged
 * with its neighbours. Of one that was opened only the beginning need be decrypted. Confined to one
 * thread.
 */
final class PacketView {

  private long address;
  private int length;
  private boolean ipv6;
  private int protocol;
  private int transport;
  private int headerLength;
  private boolean hasPorts;
  private boolean mergeable;
  private long a;
  private long b;
  private long c;
  private long d;
  private int ports;
  private @Nullable MessageCipher sealed;
  private int index;

  /** Looks at a packet whose length fits its header ({@code InnerPacket.check}). */
  void look(long packet, int bytes) {
    sealed = null;
    lookAt(packet, bytes);
  }

  /**
   * Looks at the beginning of a packet that a cipher has opened, and that fits its header.
   *
   * @param message which one
   */
  void look(MessageCipher cipher, int message, int bytes) {
    sealed = cipher;
    index = message;
    lookAt(cipher.head(message), bytes);
  }

  private void lookAt(long packet, int bytes) {
    address = packet;
    length = bytes;
    ipv6 = Ip.version(packet) == 6;
    hasPorts = false;
    mergeable = false;
    ports = 0;
    headerLength = 0;
    if (ipv6) {
      a = Memory.getLong(packet + Ip.V6_SOURCE);
      b = Memory.getLong(packet + Ip.V6_SOURCE + 8);
      c = Memory.getLong(packet + Ip.V6_DESTINATION);
      d = Memory.getLong(packet + Ip.V6_DESTINATION + 8);
      protocol = Memory.getByte(packet + Ip.V6_NEXT);
      transport = Ip.V6_HEADER;
      lookTransport(true);
    } else {
      a = Memory.getLong(packet + Ip.V4_SOURCE);
      b = 0;
      c = 0;
      d = 0;
      protocol = Memory.getByte(packet + Ip.V4_PROTOCOL);
      transport = Ip.v4HeaderLength(packet);
      boolean fragment = (Memory.getShortBe(packet + Ip.V4_FRAGMENT) & Ip.FRAGMENT_MASK) != 0;
      if (!fragment && transport >= Ip.V4_HEADER) {
        lookTransport(transport == Ip.V4_HEADER);
      }
    }
  }

  private void lookTransport(boolean withoutOptions) {
    long header = address + transport;
    if (protocol == Ip.TCP && length >= transport + Ip.TCP_HEADER) {
      hasPorts = true;
      ports = Memory.getInt(header);
      headerLength = transport + Ip.tcpHeaderLength(header);
      mergeable =
          withoutOptions
              && (flags() & ~Ip.PSH) == Ip.ACK
              && headerLength >= transport + Ip.TCP_HEADER
              && headerLength < length
              && isHeaderRight();
    } else if (protocol == Ip.UDP && length >= transport + Ip.UDP_HEADER) {
      hasPorts = true;
      ports = Memory.getInt(header);
      headerLength = transport + Ip.UDP_HEADER;
      mergeable =
          withoutOptions
              && headerLength < length
              && Memory.getShort(header + Ip.UDP_CHECKSUM) != 0
              && Memory.getShortBe(header + Ip.UDP_LENGTH) == length - transport
              && isHeaderRight();
    }
  }

  /** Whether the checksum of an IPv4 header is right, which a super-packet's would hide. */
  private boolean isHeaderRight() {
    return ipv6 || Checksum.fold(Sums.sum(address, Ip.V4_HEADER)) == 0xffff;
  }

  /** Becomes a look at the copy of a packet that another one looks at. */
  void copy(PacketView other, long copy) {
    sealed = null;
    address = copy;
    length = other.length;
    ipv6 = other.ipv6;
    protocol = other.protocol;
    transport = other.transport;
    headerLength = other.headerLength;
    hasPorts = other.hasPorts;
    mergeable = other.mergeable;
    a = other.a;
    b = other.b;
    c = other.c;
    d = other.d;
    ports = other.ports;
  }

  boolean sameFlow(PacketView other) {
    return a == other.a
        && b == other.b
        && c == other.c
        && d == other.d
        && ports == other.ports
        && protocol == other.protocol
        && ipv6 == other.ipv6;
  }

  /** Whether all headers agree but for lengths, IPv4 id, sequence, PSH and checksums. */
  boolean sameHeaders(PacketView other) {
    if (headerLength != other.headerLength) {
      return false;
    }
    long mine = address;
    long its = other.address;
    boolean same;
    if (ipv6) {
      same =
          Memory.getInt(mine) == Memory.getInt(its)
              && Memory.getByte(mine + Ip.V6_HOPS) == Memory.getByte(its + Ip.V6_HOPS);
    } else {
      same =
          Memory.getShort(mine) == Memory.getShort(its)
              && Memory.getShort(mine + Ip.V4_FRAGMENT) == Memory.getShort(its + Ip.V4_FRAGMENT)
              && Memory.getByte(mine + Ip.V4_TTL) == Memory.getByte(its + Ip.V4_TTL);
    }
    if (!same || !isTcp()) {
      return same;
    }
    mine += transport;
    its += transport;
    if (Memory.getInt(mine + Ip.TCP_ACKNOWLEDGED) != Memory.getInt(its + Ip.TCP_ACKNOWLEDGED)) {
      return false;
    }
    for (int at = Ip.TCP_HEADER; at < headerLength - transport; at += 4) {
      if (Memory.getInt(mine + at) != Memory.getInt(its + at)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Copies the payload to where it does not overlap.
   *
   * @return its sum
   */
  long copyPayload(long to) {
    return sealed == null
        ? Sums.copyAndSum(address + headerLength, to, payloadBytes())
        : sealed.take(index, headerLength, to, payloadBytes());
  }

  /** Whether the TCP or UDP checksum is right, if this is the sum of the payload. */
  boolean isRightWith(long payloadSum) {
    long sum =
        Checksum.pseudo(address, ipv6, protocol, length - transport)
            + Sums.sum(address + transport, headerLength - transport)
            + payloadSum;
    return Checksum.fold(sum) == 0xffff;
  }

  /** Where its headers can be read. */
  long address() {
    return address;
  }

  int length() {
    return length;
  }

  boolean isIpv6() {
    return ipv6;
  }

  boolean isTcp() {
    return protocol == Ip.TCP;
  }

  /** Whether its flow is known; of fragments and other protocols it is not. */
  boolean hasPorts() {
    return hasPorts;
  }

  /** Whether it may be part of a super-packet, if its checksum is right. */
  boolean isMergeable() {
    return mergeable;
  }

  /** Where the TCP or UDP header begins. */
  int transport() {
    return transport;
  }

  /** Length of all headers. */
  int headerLength() {
    return headerLength;
  }

  int payloadBytes() {
    return length - headerLength;
  }

  int sequence() {
    return isTcp() ? Memory.getIntBe(address + transport + Ip.TCP_SEQUENCE) : 0;
  }

  int flags() {
    return isTcp() ? Memory.getByte(address + transport + Ip.TCP_FLAGS) : 0;
  }
}
