package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One netlink socket, opened in the network namespace of the calling thread, where it stays
 * whichever thread uses it later. All methods may be called from any thread, one at a time.
 */
final class NetlinkSocket implements AutoCloseable {

  static final int ROUTE = 0;
  static final int GENERIC = 16;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
  private static final int SOL_SOCKET = 1;
  private static final int NETNS_COOKIE = 71;
  private static final int SOL_NETLINK = 270;
  private static final int ADD_MEMBERSHIP = 1;
  private static final int LISTEN_ALL_NSID = 8;
  private static final int CAP_ACK = 10;
  private static final int EXT_ACK = 11;

  private static final int TYPE_ERROR = 2;
  private static final int TYPE_DONE = 3;
  private static final int FLAG_DUMP_INTERRUPTED = 0x10;
  private static final int FLAG_CAPPED = 0x100;
  private static final int FLAG_ACK_TLVS = 0x200;
  private static final int ERROR_TEXT = 1;

  /** The kernel sends at most 32 KiB at a time in a dump. */
  private static final int RECEIVE_BYTES = 1 << 16;

  private static final int DUMP_ATTEMPTS = 20;

  /** A received message: its type, the socket that it is about, and what follows the header. */
  record Received(int type, int port, ByteBuffer body) {}

  private final Arena arena = Arena.ofShared();
  private final MemorySegment receive = arena.allocate(RECEIVE_BYTES, 8);
  private final int descriptor;
  private int sequence;
  private boolean closed;

  private NetlinkSocket(int protocol) {
    descriptor =
        (int)
            Syscall.checked(
                "netlink socket",
                Syscall.call(Syscall.SOCKET, AF_NETLINK, SOCK_RAW_CLOEXEC, protocol));
    try {
      // struct sockaddr_nl { u16 family; u16 pad; u32 pid; u32 groups; }: the kernel picks the pid.
      MemorySegment address = arena.allocate(12, 4);
      buffer(address).putShort(0, (short) AF_NETLINK);
      Syscall.checked(
          "netlink bind", Syscall.call(Syscall.BIND, descriptor, address.address(), 12));
      option(CAP_ACK, 1);
      option(EXT_ACK, 1);
    } catch (LinuxException e) {
      close();
      throw e;
    }
  }

  /** Opens a socket of this netlink protocol. */
  static NetlinkSocket open(int protocol) {
    return new NetlinkSocket(protocol);
  }

  int descriptor() {
    return descriptor;
  }

  /** Sends a message and waits for the kernel's word. */
  synchronized void execute(NetlinkMessage message) {
    request(message);
  }

  /** Sends a message and returns the answer: all messages up to the acknowledgement. */
  synchronized List<Received> request(NetlinkMessage message) {
    for (int attempt = 1; ; attempt++) {
      int number = ++sequence;
      send(message, number);
      var answer = new ArrayList<Received>();
      if (collect(message.purpose(), number, answer)) {
        return answer;
      }
      if (attempt == DUMP_ATTEMPTS) {
        throw new LinuxException(
            message.purpose() + ": changed too often while it was read", Errno.EINTR);
      }
    }
  }

  /**
   * The number of this socket's network namespace, which no other has until Linux is started anew.
   *
   * @throws LinuxException if the kernel has no such numbers (before 5.14)
   */
  long namespace() {
    try (var scratch = Arena.ofConfined()) {
      MemorySegment memory = scratch.allocate(2L * Long.BYTES, Long.BYTES);
      buffer(memory).putInt(Long.BYTES, Long.BYTES);
      long at = memory.address();
      Syscall.checked(
          "number of the network namespace",
          Syscall.call(
              Syscall.GETSOCKOPT, descriptor, SOL_SOCKET, NETNS_COOKIE, at, at + Long.BYTES, 0));
      return buffer(memory).getLong(0);
    }
  }

  /** Subscribes to a multicast group. */
  synchronized void join(int group) {
    option(ADD_MEMBERSHIP, group);
  }

  /** Subscribes in numbered namespaces too. Takes no lock: another thread may wait for messages. */
  void setListeningEverywhere(boolean everywhere) {
    option(LISTEN_ALL_NSID, everywhere ? 1 : 0);
  }

  /**
   * Waits for a message or a wake-up; takes no lock, so that the wake-up can end it.
   *
   * @param timeoutMillis the longest wait; negative waits without end
   * @return whether a message is there, and nobody woke this
   */
  boolean await(Wakeup wakeup, int timeoutMillis) {
    var poll = new Poll(descriptor, wakeup.fd());
    if (timeoutMillis < 0) {
      poll.await();
    } else {
      poll.await(timeoutMillis * 1_000_000L);
    }
    return poll.ready(0) && !poll.ready(1);
  }

  /** The messages of one datagram; waits for it. */
  synchronized List<Received> receive() {
    var messages = new ArrayList<Received>();
    for (var raw : datagram("netlink events")) {
      messages.add(new Received(raw.type, raw.port, raw.body));
    }
    return messages;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscall.call(Syscall.CLOSE, descriptor);
      arena.close();
    }
  }

  private record Raw(int type, int flags, int sequence, int port, ByteBuffer body) {}

  private void send(NetlinkMessage message, int number) {
    byte[] bytes = message.bytes(number);
    try (var scratch = Arena.ofConfined()) {
      MemorySegment out = scratch.allocate(bytes.length, 4);
      buffer(out).put(0, bytes);
      Syscall.checked(
          message.purpose(),
          Syscall.call(Syscall.SENDTO, descriptor, out.address(), bytes.length, 0));
      out.fill((byte) 0);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Reads one answer; false if a dump was interrupted by a change and must be repeated. */
  private boolean collect(String purpose, int number, List<Received> answer) {
    boolean whole = true;
    while (true) {
      for (var raw : datagram(purpose)) {
        if (raw.sequence != number) {
          continue;
        }
        whole &= (raw.flags & FLAG_DUMP_INTERRUPTED) == 0;
        if (raw.type == TYPE_ERROR) {
          int error = raw.body.getInt(0);
          if (error != 0) {
            throw new LinuxException(purpose, -error, explanation(raw));
          }
          return whole;
        }
        if (raw.type == TYPE_DONE) {
          int error = raw.body.remaining() >= 4 ? raw.body.getInt(0) : 0;
          if (error < 0) {
            throw new LinuxException(purpose, -error);
          }
          return whole;
        }
        answer.add(new Received(raw.type, raw.port, raw.body));
      }
    }
  }

  private static String explanation(Raw raw) {
    if ((raw.flags & FLAG_ACK_TLVS) == 0) {
      return "";
    }
    // struct nlmsgerr { int error; struct nlmsghdr msg; } and, unless capped, the request's body.
    int echoed = (raw.flags & FLAG_CAPPED) == 0 ? raw.body.getInt(4) : NetlinkMessage.HEADER_BYTES;
    int start = 4 + ((echoed + 3) & ~3);
    return start >= raw.body.limit()
        ? ""
        : Attributes.of(raw.body.duplicate().order(ByteOrder.nativeOrder()).position(start))
            .text(ERROR_TEXT)
            .orElse("");
  }

  private List<Raw> datagram(String purpose) {
    long length;
    do {
      length = Syscall.call(Syscall.RECVFROM, descriptor, receive.address(), RECEIVE_BYTES, 0);
    } while (length == -Errno.EINTR);
    Syscall.checked(purpose, length);
    byte[] received = new byte[(int) length];
    buffer(receive).get(0, received);
    ByteBuffer all = ByteBuffer.wrap(received).order(ByteOrder.nativeOrder());
    var messages = new ArrayList<Raw>();
    int at = 0;
    while (all.limit() - at >= NetlinkMessage.HEADER_BYTES) {
      int size = all.getInt(at);
      if (size < NetlinkMessage.HEADER_BYTES || at + size > all.limit()) {
        break;
      }
      messages.add(
          new Raw(
              all.getShort(at + 4) & 0xffff,
              all.getShort(at + 6) & 0xffff,
              all.getInt(at + 8),
              all.getInt(at + 12),
              all.slice(at + NetlinkMessage.HEADER_BYTES, size - NetlinkMessage.HEADER_BYTES)
                  .order(ByteOrder.nativeOrder())));
      at += (size + 3) & ~3;
    }
    return messages;
  }

  private void option(int name, int value) {
    try (var scratch = Arena.ofConfined()) {
      MemorySegment number = scratch.allocate(Integer.BYTES, Integer.BYTES);
      buffer(number).putInt(0, value);
      long at = number.address();
      Syscall.checked(
          "netlink option " + name,
          Syscall.call(Syscall.SETSOCKOPT, descriptor, SOL_NETLINK, name, at, Integer.BYTES, 0));
    }
  }

  /** For few numbers: memory's own accessors are made when first used, which takes longer. */
  private static ByteBuffer buffer(MemorySegment memory) {
    return memory.asByteBuffer().order(ByteOrder.nativeOrder());
  }
}
