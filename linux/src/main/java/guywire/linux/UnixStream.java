package guywire.linux;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One connection of a {@link UnixListener} or {@link TcpListener}. Reads and writes block; one
 * thread uses it.
 */
public final class UnixStream implements AutoCloseable {

  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int BUFFER_BYTES = 1 << 14;

  private final int fd;
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 64);
  private boolean closed;

  UnixStream(int fd) {
    this.fd = fd;
  }

  /** Makes a read or write fail that gets nowhere for so long. */
  public void setTimeout(int seconds) {
    long at = buffer.address();
    Memory.putLong(at, seconds);
    Memory.putLong(at + 8, 0);
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
        long got = Syscall.call(Syscall.RECVFROM, fd, buffer.address(), most, 0, 0, 0);
        if (got < 0) {
          throw new IOException("read: errno " + -got);
        }
        MemorySegment.copy(buffer, 0, MemorySegment.ofArray(bytes), offset, got);
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
          MemorySegment.copy(MemorySegment.ofArray(bytes), (long) offset + at, buffer, 0, piece);
          long sent = Syscall.call(Syscall.SENDTO, fd, buffer.address(), piece, MSG_NOSIGNAL, 0, 0);
          forget(piece);
          if (sent < 0) {
            throw new IOException("write: errno " + -sent);
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
