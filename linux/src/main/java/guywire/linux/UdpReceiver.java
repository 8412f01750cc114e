package guywire.linux;

import static guywire.linux.Msghdr.*;

/**
 * Receives many datagrams by one call into buffers of its own. With GRO a buffer may hold several
 * datagrams of one sender, all of {@link #segmentBytes} but the last. Confined to one thread; its
 * memory is never given back.
 */
public final class UdpReceiver {

  /** What GRO may deliver at once. */
  public static final int BUFFER_BYTES = 1 << 16;

  /** Memory behind each buffer that may be read. */
  public static final int SLACK_BYTES = 128;

  private static final int NAME_BYTES = 32;
  private static final int CONTROL_BYTES = 128;
  private static final int MSG_DONTWAIT = 0x40;

  private final int capacity;
  private final long messages;
  private final long iovecs;
  private final long names;
  private final long controls;
  private final long buffers;

  private final int[] segmentBytes;
  private final int[] tos;
  private final long[] arrivals;
  private final boolean[] local;
  private final long[] localHigh;
  private final long[] localLow;
  private final int[] localIndex;

  /**
   * Buffers for a batch.
   *
   * @param capacity how many buffers of 64 KiB
   */
  public UdpReceiver(int capacity) {
    this.capacity = capacity;
    messages = Memory.allocate((long) capacity * MMSG_BYTES);
    iovecs = Memory.allocate((long) capacity * Iovec.BYTES);
    names = Memory.allocate((long) capacity * NAME_BYTES);
    controls = Memory.allocate((long) capacity * CONTROL_BYTES);
    buffers = Memory.allocate((long) capacity * BUFFER_BYTES + SLACK_BYTES);
    segmentBytes = new int[capacity];
    tos = new int[capacity];
    arrivals = new long[capacity];
    local = new boolean[capacity];
    localHigh = new long[capacity];
    localLow = new long[capacity];
    localIndex = new int[capacity];
    for (int i = 0; i < capacity; i++) {
      long message = messages + (long) i * MMSG_BYTES;
      Iovec.set(iovecs, i, buffers + (long) i * BUFFER_BYTES, BUFFER_BYTES);
      Memory.putLong(message + NAME, name(i));
      Memory.putInt(message + NAME_LENGTH, NAME_BYTES);
      Memory.putLong(message + IOV, iovecs + (long) i * Iovec.BYTES);
      Memory.putLong(message + IOV_LENGTH, 1);
      Memory.putLong(message + CONTROL, controls + (long) i * CONTROL_BYTES);
      Memory.putLong(message + CONTROL_LENGTH, CONTROL_BYTES);
    }
  }

  /** Receives what is there: how many buffers were filled, or the negative error number. */
  public int receive(UdpSocket socket) {
    if (!socket.enter()) {
      return -Errno.EBADF;
    }
    long result =
        Syscall.call(Syscall.RECVMMSG, socket.fd(), messages, capacity, MSG_DONTWAIT, 0, 0);
    socket.exit();
    int count = (int) result;
    for (int i = 0; i < count; i++) {
      parseControl(i);
    }
    return count;
  }

  private void parseControl(int index) {
    long message = messages + (long) index * MMSG_BYTES;
    long control = controls + (long) index * CONTROL_BYTES;
    long end = control + Memory.getLong(message + CONTROL_LENGTH);
    segmentBytes[index] = 0;
    tos[index] = 0;
    arrivals[index] = 0;
    local[index] = false;
    while (control + CMSG_DATA <= end) {
      int length = (int) Memory.getLong(control + CMSG_LENGTH);
      if (length < CMSG_DATA) {
        break;
      }
      long data = control + CMSG_DATA;
      switch (Memory.getInt(control + CMSG_LEVEL) << 8 | Memory.getInt(control + CMSG_TYPE)) {
        case SOL_UDP << 8 | UDP_GRO -> segmentBytes[index] = Memory.getInt(data);
        case SOL_SOCKET << 8 | SO_TIMESTAMPNS ->
            arrivals[index] =
                Memory.getLong(data + Clock.SECONDS) * 1_000_000_000L
                    + Memory.getLong(data + Clock.NANOS);
        case SOL_IP << 8 | IP_TOS -> tos[index] = Memory.getByte(data);
        case SOL_IPV6 << 8 | IPV6_TCLASS -> tos[index] = Memory.getInt(data);
        case SOL_IP << 8 | IP_PKTINFO -> {
          local[index] = true;
          localHigh[index] = 0;
          localLow[index] = Memory.getIntBe(data + PKTINFO_LOCAL) & 0xffffffffL;
          localIndex[index] = Memory.getInt(data + PKTINFO_INDEX);
        }
        case SOL_IPV6 << 8 | IPV6_PKTINFO -> {
          local[index] = true;
          localHigh[index] = Memory.getLongBe(data + PKTINFO6_LOCAL);
          localLow[index] = Memory.getLongBe(data + PKTINFO6_LOCAL + 8);
          localIndex[index] = Memory.getInt(data + PKTINFO6_INDEX);
        }
        default -> {}
      }
      control += controlSpace(length - CMSG_DATA);
    }
    // The kernel overwrote the room it was offered with the room it used.
    Memory.putLong(message + CONTROL_LENGTH, CONTROL_BYTES);
    Memory.putInt(message + NAME_LENGTH, NAME_BYTES);
  }

  private long name(int index) {
    return names + (long) index * NAME_BYTES;
  }

  /** Where buffer {@code index} begins; {@link #SLACK_BYTES} behind it may be read. */
  public long address(int index) {
    return buffers + (long) index * BUFFER_BYTES;
  }

  /** How many bytes arrived in the buffer, 0 if they did not fit and are lost. */
  public int length(int index) {
    long message = messages + (long) index * MMSG_BYTES;
    boolean cut = (Memory.getInt(message + FLAGS) & TRUNCATED) != 0;
    return cut ? 0 : Memory.getInt(message + MMSG_LENGTH);
  }

  /** The size of each datagram in the buffer but the last; the whole length if it is one. */
  public int segmentBytes(int index) {
    return segmentBytes[index] > 0 ? segmentBytes[index] : length(index);
  }

  /** The TOS or traffic class byte. */
  public int tos(int index) {
    return tos[index] & 0xff;
  }

  /** When the machine received it, as {@link Clock#unixNanos} counts; 0 if that is not known. */
  public long arrivalUnixNanos(int index) {
    return arrivals[index];
  }

  /** The sender's UDP port. */
  public int port(int index) {
    return Memory.getShortBe(name(index) + Sockaddr.PORT);
  }

  /** The upper 64 bits of the sender's address, 0 for IPv4. */
  public long high(int index) {
    return isIpv6(index) ? Memory.getLongBe(name(index) + Sockaddr.IN6_ADDRESS) : 0;
  }

  /** The lower 64 bits of the sender's address. */
  public long low(int index) {
    return isIpv6(index)
        ? Memory.getLongBe(name(index) + Sockaddr.IN6_ADDRESS + 8)
        : Memory.getIntBe(name(index) + Sockaddr.IN_ADDRESS) & 0xffffffffL;
  }

  /** The interface a link-local sender is on, else 0. */
  public int scope(int index) {
    return isIpv6(index) ? Memory.getInt(name(index) + Sockaddr.IN6_SCOPE) : 0;
  }

  /** Whether the sender's address is IPv6. */
  public boolean isIpv6(int index) {
    return Memory.getShort(name(index) + Sockaddr.FAMILY) == Sockaddr.AF_INET6;
  }

  /** Whether the kernel told which of our addresses the datagram came to. */
  public boolean hasLocal(int index) {
    return local[index];
  }

  /** The upper 64 bits of our address, 0 for IPv4. */
  public long localHigh(int index) {
    return localHigh[index];
  }

  /** The lower 64 bits of our address. */
  public long localLow(int index) {
    return localLow[index];
  }

  /** The interface the datagram came in by. */
  public int localIndex(int index) {
    return localIndex[index];
  }
}
