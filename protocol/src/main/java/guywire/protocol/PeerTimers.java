package guywire.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The five timers of a peer (whitepaper section 6, in the kernel's form): set and cancelled by the
 * sending and the receiving thread without a lock, fired under the device's lock.
 */
final class PeerTimers {

  /*
   * A timer is the time it is due, or NONE. Setting one costs a store; the ordered queue of peers
   * that the device keeps is told only when the new time is earlier than the one at which it will
   * look at this peer anyway (Peer.touch). So the queue may wake up for a timer that was moved or
   * cancelled since, finds nothing due and looks for the next: once per wait, never per packet.
   * Firing takes the time out by compare-and-set, so that a timer moved in that moment is not lost.
   */

  static final long NONE = Device.NO_DEADLINE;

  private static final VarHandle NEW_HANDSHAKE = handle("newHandshake");
  private static final VarHandle KEEPALIVE = handle("keepalive");
  private static final VarHandle RETRY = handle("retry");
  private static final VarHandle ZERO_KEYS = handle("zeroKeys");
  private static final VarHandle PERSISTENT = handle("persistent");

  private volatile long newHandshake = NONE;
  private volatile long keepalive = NONE;
  private volatile long retry = NONE;
  private volatile long zeroKeys = NONE;
  private volatile long persistent = NONE;
  private volatile boolean anotherKeepalive;

  private static VarHandle handle(String field) {
    try {
      return MethodHandles.lookup().findVarHandle(PeerTimers.class, field, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** When the next timer is due, or NONE. */
  long earliest() {
    return Math.min(
        Math.min(Math.min(newHandshake, keepalive), Math.min(retry, zeroKeys)), persistent);
  }

  /** Data was sent: unless an answer comes, the session is taken for dead. Returns the time. */
  long dataSent(long now, long jitterNanos) {
    long due = newHandshake;
    if (due == NONE) {
      due = now + Limits.KEEPALIVE_TIMEOUT_NANOS + Limits.REKEY_TIMEOUT_NANOS + jitterNanos;
      newHandshake = due;
    }
    return due;
  }

  /** Data was received: unless something is sent, a keepalive is the answer. */
  long dataReceived(int packets, long now) {
    long due = keepalive;
    boolean pending = due != NONE;
    if (!pending) {
      due = now + Limits.KEEPALIVE_TIMEOUT_NANOS;
      keepalive = due;
    }
    if (pending || packets > 1) {
      anotherKeepalive = true;
    }
    return due;
  }

  /** Anything authenticated was sent: the other side knows that we are there. */
  void anythingSent() {
    if (keepalive != NONE) {
      keepalive = NONE;
    }
  }

  /** Anything authenticated was received: the session lives. */
  void anythingReceived() {
    if (newHandshake != NONE) {
      newHandshake = NONE;
    }
  }

  /** Anything went either way: the unasked keepalive starts anew. Returns its time, or NONE. */
  long anythingPassed(int persistentSeconds, long now) {
    if (persistentSeconds == 0) {
      return NONE;
    }
    long due = now + persistentSeconds * 1_000_000_000L;
    persistent = due;
    return due;
  }

  /** An initiation was sent: it is repeated unless a response comes. Returns the time. */
  long initiationSent(long now, long jitterNanos) {
    long due = now + Limits.REKEY_TIMEOUT_NANOS + jitterNanos;
    retry = due;
    return due;
  }

  /** An initiation may not be sent before this time: then it is, unless one is under way. */
  long initiationWaits(long due) {
    if (retry == NONE) {
      retry = due;
    }
    return retry;
  }

  void handshakeComplete() {
    retry = NONE;
  }

  /** A session was made: all keys go unless another one follows. Returns the time. */
  long sessionMade(long now) {
    long due = now + Limits.ZERO_KEYS_AFTER_NANOS;
    zeroKeys = due;
    return due;
  }

  /** The handshake was given up: keys go, in time, though no session follows. */
  void gaveUp(long now) {
    keepalive = NONE;
    if (zeroKeys == NONE) {
      zeroKeys = now + Limits.ZERO_KEYS_AFTER_NANOS;
    }
  }

  void keysZeroed() {
    zeroKeys = NONE;
  }

  void persistentOff() {
    persistent = NONE;
  }

  void stop() {
    newHandshake = NONE;
    keepalive = NONE;
    retry = NONE;
    zeroKeys = NONE;
    persistent = NONE;
    anotherKeepalive = false;
  }

  boolean fireNewHandshake(long now) {
    long due = newHandshake;
    return due <= now && NEW_HANDSHAKE.compareAndSet(this, due, NONE);
  }

  boolean fireKeepalive(long now) {
    long due = keepalive;
    return due <= now && KEEPALIVE.compareAndSet(this, due, NONE);
  }

  /** After a keepalive was sent: more data had come meanwhile, so another one follows. */
  void repeatKeepalive(long now) {
    if (anotherKeepalive) {
      anotherKeepalive = false;
      keepalive = now + Limits.KEEPALIVE_TIMEOUT_NANOS;
    }
  }

  boolean fireRetry(long now) {
    long due = retry;
    return due <= now && RETRY.compareAndSet(this, due, NONE);
  }

  boolean fireZeroKeys(long now) {
    long due = zeroKeys;
    return due <= now && ZERO_KEYS.compareAndSet(this, due, NONE);
  }

  boolean firePersistent(long now) {
    long due = persistent;
    return due <= now && PERSISTENT.compareAndSet(this, due, NONE);
  }
}
