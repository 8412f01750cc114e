package guywire.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * One connection of a {@link UnixListener} or {@link TcpListener}, or to a socket file. Reads and
 * writes block; one thread uses it.
 */
public final class UnixStream implements AutoCloseable {

  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int BUFFER_BYTES = 1 << 14;

  private final int fd;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 64);

  /** The same, where access is at once: what memory's own goes through is made when first used. */
  private final ByteBuffer view = buffer.asByteBuffer().order(ByteOrder.nativeOrder());

  private boolean closed;

  UnixStream(int fd) {
    this.fd = fd;
  }

  /**
   * Connects to whoever listens behind a socket file.
   *
   * @param timeoutSeconds how long it waits to be connected, and each read or write to get on
   * @throws IOException if nobody listens there, or is too busy for that long
   */
  public static UnixStream connect(Path path, int timeoutSeconds) throws IOException {
    long opened = Syscall.call(Syscall.SOCKET, UnixAddress.AF_UNIX, SOCK_STREAM_CLOEXEC, 0);
    var stream = new UnixStream((int) Syscall.checked("UNIX socket", opened));
    try (Arena arena = Arena.ofConfined()) {
      stream.setTimeout(timeoutSeconds);
      var address = UnixAddress.of(arena, path.toString().getBytes(StandardCharsets.UTF_8));
      long connected;
      do {
        connected = Syscall.call(Syscall.CONNECT, stream.fd, address.address(), UnixAddress.BYTES);
      } while (connected == -Errno.EINTR);
      if (connected < 0) {
        stream.close();
        throw failure("connect", connected);
      }
    }
    return stream;
  }

  private static IOException failure(String what, long result) {
    return result == -Errno.EAGAIN
        ? new InterruptedIOException(what + ": no answer in time")
        : new IOException(what + ": errno " + -result);
  }

  /** Makes a read or write fail that gets nowhere for so long. */
  public void setTimeout(int seconds) {
    long at = buffer.address();
    view.putLong(0, seconds).putLong(8, 0);
    Syscall.call(Syscall.SETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO, at, Clock.TIMESPEC_BYTES, 0);
    Syscall.call(Syscall.SETSOCKOPT, fd, SOL_SOCKET, SO_SNDTIMEO, at, Clock.TIMESPEC_BYTES, 0);
  }

  /** What the other side writes. */
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        int most = Math.min(length, BUFFER_BYTES);
        long got;
        do {
          got = Syscall.call(Syscall.RECVFROM, fd, buffer.address(), most, 0, 0, 0);
        } while (got == -Errno.EINTR);
        if (got < 0) {
          throw failure("read", got);
        }
        view.get(0, bytes, offset, (int) got);
        forget(got);
        return got == 0 ? -1 : (int) got;
      }
    };
  }

  /** What the other side reads. */
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        int at = 0;
        while (at < length) {
          int piece = Math.min(length - at, BUFFER_BYTES);
          view.put(0, bytes, offset + at, piece);
          long sent;
          do {
            sent = Syscall.call(Syscall.SENDTO, fd, buffer.address(), piece, MSG_NOSIGNAL, 0, 0);
          } while (sent == -Errno.EINTR);
          forget(piece);
          if (sent < 0) {
            throw failure("write", sent);
          }
          at += (int) sent;
        }
      }
    };
  }

  /** What came or went may be a key. */
  private void forget(long bytes) {
    buffer.asSlice(0, bytes).fill((byte) 0);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Syscall.call(Syscall.CLOSE, fd);
    }
  }
}
