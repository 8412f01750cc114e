package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * A socket that sees whole packets: those of one protocol that arrived for this machine (after its
 * firewall let them in), or all that pass its interfaces. It belongs to the network namespace of
 * the thread that opened it; then any thread may use it, one at a time.
 */
public final class RawSocket implements AutoCloseable {

  /** Internet Control Message Protocol. */
  public static final int ICMP = 1;

  /** Transmission Control Protocol. */
  public static final int TCP = 6;

  /** User Datagram Protocol. */
  public static final int UDP = 17;

  /** ICMP for IPv6. */
  public static final int ICMPV6 = 58;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int AF_PACKET = 17;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_RAW = 3;
  private static final int NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUFFORCE = 33;

  /** ETH_P_ALL, 3, in network order. */
  private static final int ALL_PROTOCOLS = 0x0300;

  /** Enough for any probe; longer packets are cut. */
  private static final int PACKET_BYTES = 2048;

  /** sockaddr_in6 is the longest of those met here with 28 bytes. */
  private static final int ADDRESS_BYTES = 32;

  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

  /**
   * A packet that was seen.
   *
   * @param source where it came from, 4 or 16 bytes; empty if seen in passing
   * @param ipv6 whether it is an IPv6 packet
   * @param here whether it came in for this machine; if seen in passing it may also be leaving, or
   *     be switched from one port of a bridge to another
   * @param bytes the packet from its IP header on; without that header for an IPv6 protocol
   */
  @SuppressWarnings("ArrayRecordComponent") // a view of one packet, compared by nobody
  public record CapturedPacket(byte[] source, boolean ipv6, boolean here, byte[] bytes) {}

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(PACKET_BYTES, 8);
  private final MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
  private final MemorySegment length = arena.allocate(8, 8);
  private final int family;
  private final int fd;

  private RawSocket(int family, int type, int protocol) {
    this.family = family;
    long made = Syscall.call(Syscall.SOCKET, family, type | NONBLOCK_CLOEXEC, protocol);
    fd = (int) Syscall.checked("raw socket", made);
    length.set(ValueLayout.JAVA_INT, 0, RECEIVE_BUFFER_BYTES);
    // Losing a packet to a small buffer would look like a packet that never came.
    Syscall.call(
        Syscall.SETSOCKOPT, fd, SOL_SOCKET, SO_RCVBUFFORCE, length.address(), Integer.BYTES, 0);
  }

  /**
   * Sees the IPv4 packets of a protocol that arrive here.
   *
   * @throws LinuxException if this process may not
   */
  public static RawSocket ipv4(int protocol) {
    return new RawSocket(AF_INET, SOCK_RAW, protocol);
  }

  /**
   * Sees the IPv6 packets of a protocol that arrive here.
   *
   * @throws LinuxException if this process may not, or has no IPv6
   */
  public static RawSocket ipv6(int protocol) {
    return new RawSocket(AF_INET6, SOCK_RAW, protocol);
  }

  /**
   * Sees every IP packet on every interface, coming or going.
   *
   * @throws LinuxException if this process may not
   */
  public static RawSocket passing() {
    return new RawSocket(AF_PACKET, SOCK_DGRAM, ALL_PROTOCOLS);
  }

  /** The descriptor, to wait on. */
  public int fd() {
    return fd;
  }

  /** The next packet, if one is there. */
  public synchronized Optional<CapturedPacket> receive() {
    length.set(ValueLayout.JAVA_INT, 0, ADDRESS_BYTES);
    long size =
        Syscall.call(
            Syscall.RECVFROM,
            fd,
            buffer.address(),
            PACKET_BYTES,
            0,
            address.address(),
            length.address());
    if (size < 0) {
      return Optional.empty();
    }
    byte[] bytes = buffer.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
    return Optional.of(
        switch (family) {
          // struct sockaddr_in { u16 family; u16 port; u8 address[4]; }
          case AF_INET -> new CapturedPacket(part(4, 4), false, true, bytes);
          // struct sockaddr_in6 { u16 family; u16 port; u32 flow; u8 address[16]; u32 scope; }
          case AF_INET6 -> new CapturedPacket(part(8, 16), true, true, bytes);
          // struct sockaddr_ll { u16 family; u16 protocol; int index; u16 hardware; u8 type; ... }
          default ->
              new CapturedPacket(
                  new byte[0],
                  bytes.length > 0 && bytes[0] >>> 4 == 6,
                  address.get(ValueLayout.JAVA_BYTE, 10) == PACKET_HOST,
                  bytes);
        });
  }

  private static final int PACKET_HOST = 0;

  /**
   * Sends a packet's payload (what follows the IP header, which the kernel makes).
   *
   * @param to 4 or 16 bytes, as fits this socket
   * @return 0, or the positive error number
   */
  public synchronized int send(byte[] to, byte[] payload) {
    try (var scratch = Arena.ofConfined()) {
      MemorySegment data = scratch.allocate(payload.length, 8);
      MemorySegment.copy(payload, 0, data, ValueLayout.JAVA_BYTE, 0, payload.length);
      MemorySegment target = scratch.allocate(ADDRESS_BYTES, 8);
      target.set(ValueLayout.JAVA_SHORT, 0, (short) family);
      MemorySegment.copy(
          to, 0, target, ValueLayout.JAVA_BYTE, family == AF_INET ? 4 : 8, to.length);
      long sent =
          Syscall.call(
              Syscall.SENDTO,
              fd,
              data.address(),
              payload.length,
              0,
              target.address(),
              family == AF_INET ? 16 : 28);
      return sent < 0 ? (int) -sent : 0;
    }
  }

  private byte[] part(long offset, long size) {
    return address.asSlice(offset, size).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public synchronized void close() {
    if (arena.scope().isAlive()) {
      Syscall.call(Syscall.CLOSE, fd);
      arena.close();
    }
  }
}
