package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.ReceivedDatagrams;
import guywire.linux.Wakeup;
import guywire.protocol.Limits;
import guywire.protocol.Message;
import guywire.protocol.Path;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Handshake and cookie messages between the receiving thread, which only copies them, and the
 * control thread, which works on them. Holds at most 4096, in memory that is used again.
 */
/*
 * Two lanes, so that a flood of first initiations, which anybody can send from any address, keeps nobody
 * out who has answered for his: what replies to a message of ours, and initiations that carry the second
 * MAC, which is made with the cookie that was sent to their address. They go first, and have room of
 * their own.
 */
final class HandshakeQueue {

  private static final int FIRST_ROOM = Limits.MAX_QUEUED_HANDSHAKES / 4;
  private static final int OTHER_ROOM = Limits.MAX_QUEUED_HANDSHAKES - FIRST_ROOM;

  /** A waiting message, until the next {@link #poll}. */
  static final class Waiting {
    private final byte[] bytes = new byte[Message.INITIATION_LENGTH];
    private final MemorySegment segment = MemorySegment.ofArray(bytes);
    private int length;
    private final Sender sender = new Sender();
    private int trafficClass;

    /** The message, from the beginning. */
    MemorySegment segment() {
      return segment;
    }

    int length() {
      return length;
    }

    /** How it came. */
    Path path() {
      return sender.path();
    }

    int trafficClass() {
      return trafficClass;
    }
  }

  /** A ring: one thread puts in, another takes out. */
  private static final class Lane {
    private final @Nullable Waiting[] ring;
    private volatile int put;
    private volatile int taken;

    Lane(int room) {
      ring = new @Nullable Waiting[room];
    }

    /** Where the next message goes; null if there is no room. */
    @Nullable Waiting free() {
      // One place is left out: it is still being worked on.
      if (put - taken >= ring.length - 1) {
        return null;
      }
      int at = Integer.remainderUnsigned(put, ring.length);
      Waiting place = ring[at];
      if (place == null) {
        place = new Waiting();
        ring[at] = place;
      }
      return place;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes it
    void filled() {
      put++;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes it
    @Nullable Waiting take() {
      if (taken == put) {
        return null;
      }
      Waiting oldest = ring[Integer.remainderUnsigned(taken, ring.length)];
      taken++;
      return oldest;
    }
  }

  private final Lane first = new Lane(FIRST_ROOM);
  private final Lane other = new Lane(OTHER_ROOM);
  private final AtomicInteger size = new AtomicInteger();
  private final Wakeup control;

  HandshakeQueue(Wakeup control) {
    this.control = control;
  }

  /**
   * Whether {@link #offer} would find room for a message.
   *
   * @param type initiation, response or cookie, of that type's length
   */
  boolean hasRoom(int type, long address, int length) {
    return lane(type, address, length).free() != null;
  }

  /**
   * Copies a message in and wakes the control thread; false if there is no room.
   *
   * @param type initiation, response or cookie, of that type's length
   * @param index of the buffer in which it came
   */
  boolean offer(int type, long address, int length, ReceivedDatagrams batch, int index) {
    Lane lane = lane(type, address, length);
    Waiting place = lane.free();
    if (place == null) {
      return false;
    }
    MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_BYTE, address, place.bytes, 0, length);
    place.length = length;
    place.sender.copy(batch, index);
    place.trafficClass = batch.tos(index);
    lane.filled();
    if (size.getAndIncrement() == 0) {
      control.signal();
    }
    return true;
  }

  private Lane lane(int type, long address, int length) {
    return type != Message.INITIATION || hasSecondMac(address, length) ? first : other;
  }

  private static boolean hasSecondMac(long address, int length) {
    long at = address + length - 16;
    return (Memory.getLong(at) | Memory.getLong(at + Long.BYTES)) != 0;
  }

  /** The message to work on next, or null. */
  @Nullable Waiting poll() {
    Waiting waiting = first.take();
    if (waiting == null) {
      waiting = other.take();
    }
    if (waiting != null) {
      size.decrementAndGet();
    }
    return waiting;
  }

  /** How many wait. */
  int size() {
    return Math.max(0, size.get());
  }
}
