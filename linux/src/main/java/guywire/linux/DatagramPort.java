package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A UDP socket at one address and port that hears only what came in by one interface. Receiving
 * never blocks. One thread receives; any may send; the receiving one closes.
 */
public final class DatagramPort implements AutoCloseable {

  private static final int SOCK_DGRAM_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
  private static final int MSG_DONTWAIT = 0x40;

  private final int fd;
  private final int most;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment buffer;
  private final MemorySegment sender = arena.allocate(Sockaddr.IN6_BYTES, 8);
  private final MemorySegment length = arena.allocate(8, 8);
  private boolean closed;

  /**
   * A datagram that came.
   *
   * @param bytes its payload, cut to the most that is received
   * @param sender who sent it, as {@link #send} takes it
   */
  @SuppressWarnings("ArrayRecordComponent") // a view of one datagram, compared by nobody
  public record Datagram(byte[] bytes, byte[] sender) {

    /** The sender's address and port. */
    public InetSocketAddress from() {
      var in = ByteBuffer.wrap(sender);
      int port = in.getShort(Sockaddr.PORT) & 0xffff;
      boolean ipv6 = sender.length >= Sockaddr.IN6_BYTES;
      byte[] address = new byte[ipv6 ? 16 : 4];
      in.get(ipv6 ? Sockaddr.IN6_ADDRESS : Sockaddr.IN_ADDRESS, address);
      return new InetSocketAddress(Attributes.address(address), port);
    }
  }

  private DatagramPort(int fd, int most) {
    this.fd = fd;
    this.most = most;
    this.buffer = arena.allocate(most, 8);
  }

  /**
   * Opens a socket.
   *
   * @param device the interface's name
   * @param most the most bytes of a datagram that are received
   * @throws LinuxException EADDRINUSE if it is taken, EADDRNOTAVAIL if the address is not here,
   *     ENODEV if there is no such interface
   */
  public static DatagramPort open(InetAddress address, int port, String device, int most) {
    return new DatagramPort(Bound.socket(SOCK_DGRAM_NONBLOCK_CLOEXEC, address, port, device), most);
  }

  /** The descriptor, readable when a datagram is there. */
  public int fd() {
    return fd;
  }

  /** The next datagram, if one is there. */
  public Optional<Datagram> receive() {
    length.set(ValueLayout.JAVA_INT, 0, Sockaddr.IN6_BYTES);
    long got =
        Syscall.call(
            Syscall.RECVFROM,
            fd,
            buffer.address(),
            most,
            MSG_DONTWAIT,
            sender.address(),
            length.address());
    if (got < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Datagram(
            buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE),
            sender.asSlice(0, length.get(ValueLayout.JAVA_INT, 0)).toArray(ValueLayout.JAVA_BYTE)));
  }

  /** Sends a datagram, if there is room for it now. */
  public void send(byte[] bytes, InetSocketAddress to) {
    byte[] address = to.getAddress().getAddress();
    boolean ipv6 = address.length == 16;
    var out = ByteBuffer.allocate(ipv6 ? Sockaddr.IN6_BYTES : Sockaddr.IN_BYTES);
    out.order(ByteOrder.nativeOrder())
        .putShort((short) (ipv6 ? Sockaddr.AF_INET6 : Sockaddr.AF_INET));
    out.order(ByteOrder.BIG_ENDIAN).putShort((short) to.getPort());
    out.put(ipv6 ? Sockaddr.IN6_ADDRESS : Sockaddr.IN_ADDRESS, address);
    send(bytes, out.array());
  }

  /** Sends a datagram, if there is room for it now; to whom a datagram came from. */
  public synchronized void send(byte[] bytes, byte[] to) {
    if (closed) {
      return;
    }
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment data = scratch.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      MemorySegment target = scratch.allocate(Sockaddr.IN6_BYTES, 8);
      MemorySegment.copy(to, 0, target, ValueLayout.JAVA_BYTE, 0, to.length);
      Syscall.call(
          Syscall.SENDTO,
          fd,
          data.address(),
          bytes.length,
          MSG_DONTWAIT,
          target.address(),
          to.length);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscall.call(Syscall.CLOSE, fd);
    }
  }
}
