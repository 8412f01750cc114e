package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.Memory;
import guywire.linux.PacketPort;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A TUN in the test's memory: frames wait to be read, and those written are kept. */
final class MemoryTun implements PacketPort {

  final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  final List<byte[]> written = new ArrayList<>();

  @Override
  public boolean hasVirtioHeader() {
    return true;
  }

  @Override
  public boolean setOffloads(Iterable<Offload> offloads) {
    return true;
  }

  @Override
  public int read(long address, int capacity) {
    byte[] frame = waiting.poll();
    if (frame == null) {
      return -Errno.EAGAIN;
    }
    if (frame.length > capacity) {
      throw new AssertionError("a frame of " + frame.length + " bytes where " + capacity + " fit");
    }
    MemorySegment.copy(frame, 0, Memory.ALL, ValueLayout.JAVA_BYTE, address, frame.length);
    return frame.length;
  }

  @Override
  public synchronized int write(long address, int length) {
    var frame = new byte[length];
    MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_BYTE, address, frame, 0, length);
    written.add(frame);
    return length;
  }
}
