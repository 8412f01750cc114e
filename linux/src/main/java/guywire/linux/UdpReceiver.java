package guywire.linux;

import static guywire.linux.Msghdr.*;

/**
 * Receives many datagrams by one call into buffers of its own. With GRO a buffer may hold several
 * datagrams of one sender, all of {@link #segmentBytes} but the last. Confined to one thread.
 */
public final class UdpReceiver implements ReceivedDatagrams {

  /** What GRO may deliver at once. */
  public static final int BUFFER_BYTES = 1 << 16;

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
   * @param memory where they are from
   */
  public UdpReceiver(int capacity, Region memory) {
    this.capacity = capacity;
    messages = memory.allocate((long) capacity * MMSG_BYTES);
    iovecs = memory.allocate((long) capacity * Iovec.BYTES);
    names = memory.allocate((long) capacity * NAME_BYTES);
    controls = memory.allocate((long) capacity * CONTROL_BYTES);
    buffers = memory.allocate((long) capacity * BUFFER_BYTES + SLACK_BYTES);
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

  @Override
  public long address(int index) {
    return buffers + (long) index * BUFFER_BYTES;
  }

  @Override
  public int length(int index) {
    long message = messages + (long) index * MMSG_BYTES;
    boolean cut = (Memory.getInt(message + FLAGS) & TRUNCATED) != 0;
    return cut ? 0 : Memory.getInt(message + MMSG_LENGTH);
  }

  @Override
  public int segmentBytes(int index) {
    return segmentBytes[index] > 0 ? segmentBytes[index] : length(index);
  }

  @Override
  public int tos(int index) {
    return tos[index] & 0xff;
  }

  @Override
  public long arrivalUnixNanos(int index) {
    return arrivals[index];
  }

  @Override
  public int port(int index) {
    return Memory.getShortBe(name(index) + Sockaddr.PORT);
  }

  @Override
  public long high(int index) {
    return isIpv6(index) ? Memory.getLongBe(name(index) + Sockaddr.IN6_ADDRESS) : 0;
  }

  @Override
  public long low(int index) {
    return isIpv6(index)
        ? Memory.getLongBe(name(index) + Sockaddr.IN6_ADDRESS + 8)
        : Memory.getIntBe(name(index) + Sockaddr.IN_ADDRESS) & 0xffffffffL;
  }

  @Override
  public int scope(int index) {
    return isIpv6(index) ? Memory.getInt(name(index) + Sockaddr.IN6_SCOPE) : 0;
  }

  @Override
  public boolean isIpv6(int index) {
    return Memory.getShort(name(index) + Sockaddr.FAMILY) == Sockaddr.AF_INET6;
  }

  @Override
  public boolean hasLocal(int index) {
    return local[index];
  }

  @Override
  public long localHigh(int index) {
    return localHigh[index];
  }

  @Override
  public long localLow(int index) {
    return localLow[index];
  }

  @Override
  public int localIndex(int index) {
    return localIndex[index];
  }
}
