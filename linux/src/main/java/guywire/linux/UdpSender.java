package guywire.linux;

import static guywire.linux.Msghdr.*;

/**
 * Sends datagrams, several of one size by one call where the kernel can cut them (UDP_SEGMENT).
 * First the addresses, by {@link #to4} or {@link #to6} and optionally {@link #from}, then any
 * number of {@link #send}. Confined to one thread.
 */
public final class UdpSender {

  /** The most datagrams that one call may carry. */
  public static final int MAX_SEGMENTS = 64;

  /** The most bytes that one call may carry (RFC 768's length less the headers), IPv4. */
  public static final int MAX_BYTES = 65_507;

  /**
   * Length of the tail that {@link #sendTailed} adds: shorter than any message of WireGuard, so
   * that whoever receives it drops it, and long enough for an Ethernet frame without padding.
   */
  public static final int TAIL_BYTES = 31;

  private final long message;
  private final long iovec;
  private final long tail;
  private final long name;
  private final long control;
  private boolean ipv6;
  private boolean fixedSource;
  private long sourceHigh;
  private long sourceLow;

  /** A sender without addresses, with its memory from there. */
  public UdpSender(Region memory) {
    message = memory.allocate(BYTES);
    iovec = memory.allocate(2 * Iovec.BYTES);
    tail = memory.allocate(TAIL_BYTES);
    name = memory.allocate(32);
    control = memory.allocate(128);
    Memory.putLong(message + NAME, name);
    Memory.putLong(message + IOV, iovec);
  }

  /** To an IPv4 address, from whichever of our addresses the routes choose. */
  public void to4(int address, int port) {
    ipv6 = false;
    fixedSource = false;
    Memory.putInt(message + NAME_LENGTH, Sockaddr.putIpv4(name, address, port));
  }

  /** To an IPv6 address, from whichever of our addresses the routes choose. */
  public void to6(long high, long low, int scope, int port) {
    ipv6 = true;
    fixedSource = false;
    Memory.putInt(message + NAME_LENGTH, Sockaddr.putIpv6(name, high, low, scope, port));
  }

  /** From this address of ours, which has the family of the destination. */
  public void from(long high, long low) {
    fixedSource = true;
    sourceHigh = high;
    sourceLow = low;
  }

  /** Back to the address that the routes choose. */
  public void fromAny() {
    fixedSource = false;
  }

  /**
   * Sends memory as datagrams of {@code segmentBytes}, the last being what remains.
   *
   * @param segmentBytes at most {@link #MAX_SEGMENTS} times into {@code length}; if not less than
   *     {@code length} it is one datagram
   * @param tos the TOS or traffic class byte
   * @return the bytes sent, or the negative error number
   */
  public int send(UdpSocket socket, long address, int length, int segmentBytes, int tos) {
    Iovec.set(iovec, 0, address, length);
    Memory.putLong(message + IOV_LENGTH, 1);
    return sendPieces(socket, length, segmentBytes, tos);
  }

  /**
   * As {@link #send}, with one more datagram at the end, of {@link #TAIL_BYTES} zeros.
   *
   * @return the bytes sent without the tail, or the negative error number
   */
  public int sendTailed(UdpSocket socket, long address, int length, int segmentBytes, int tos) {
    Iovec.set(iovec, 0, address, length);
    Iovec.set(iovec, 1, tail, TAIL_BYTES);
    Memory.putLong(message + IOV_LENGTH, 2);
    int sent = sendPieces(socket, length + TAIL_BYTES, segmentBytes, tos);
    return sent < 0 ? sent : Math.min(sent, length);
  }

  private int sendPieces(UdpSocket socket, int length, int segmentBytes, int tos) {
    long at = control;
    if (fixedSource) {
      at = putSource(at);
    }
    if (tos != 0) {
      putControl(at, ipv6 ? SOL_IPV6 : SOL_IP, ipv6 ? IPV6_TCLASS : IP_TOS, 4);
      Memory.putInt(at + CMSG_DATA, tos);
      at += controlSpace(4);
    }
    if (segmentBytes < length) {
      putControl(at, SOL_UDP, UDP_SEGMENT, 2);
      Memory.putShort(at + CMSG_DATA, segmentBytes);
      at += controlSpace(2);
    }
    Memory.putLong(message + CONTROL, at == control ? 0 : control);
    Memory.putLong(message + CONTROL_LENGTH, at - control);
    if (!socket.enter()) {
      return -Errno.EBADF;
    }
    long result = Syscall.call(Syscall.SENDMSG, socket.fd(), message, 0);
    socket.exit();
    return (int) result;
  }

  private long putSource(long at) {
    if (ipv6) {
      putControl(at, SOL_IPV6, IPV6_PKTINFO, PKTINFO6_BYTES);
      Memory.putLongBe(at + CMSG_DATA + PKTINFO6_LOCAL, sourceHigh);
      Memory.putLongBe(at + CMSG_DATA + PKTINFO6_LOCAL + 8, sourceLow);
      // Interface 0: the routes choose it; a fixed one would outlive a change of routes.
      Memory.putInt(at + CMSG_DATA + PKTINFO6_INDEX, 0);
      return at + controlSpace(PKTINFO6_BYTES);
    }
    putControl(at, SOL_IP, IP_PKTINFO, PKTINFO_BYTES);
    Memory.putInt(at + CMSG_DATA + PKTINFO_INDEX, 0);
    Memory.putIntBe(at + CMSG_DATA + PKTINFO_LOCAL, (int) sourceLow);
    Memory.putInt(at + CMSG_DATA + 8, 0);
    return at + controlSpace(PKTINFO_BYTES);
  }
}
