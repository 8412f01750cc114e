package guywire.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A session: the two keys that one handshake made, its counters and its age.
 *
 * <p>Threads: {@link #reserve}, {@link #sendKey} and the age checks are for any thread; {@link
 * #claim} is the sending thread's, {@link #replayWindow} the receiving side's; everything else
 * happens under the device's lock. A key can be destroyed at any moment, so work done with it
 * counts only if {@link #isAlive} says so afterwards: seal the batch, ask, send; open the batch,
 * ask, deliver.
 */
public final class Keypair {

  /** Returned by {@link #reserve} when the session has no counters left. */
  public static final long EXHAUSTED = -1;

  private static final VarHandle COUNTER;

  static {
    try {
      COUNTER = MethodHandles.lookup().findVarHandle(Keypair.class, "sendCounter", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Peer peer;
  private final IndexTable.Entry entry;
  private final AeadKey sendKey;
  private final AeadKey receiveKey;
  private final int remoteIndex;
  private final boolean initiator;
  private final long birth;
  private final ReplayWindow replayWindow = new ReplayWindow();

  @SuppressWarnings("unused") // through COUNTER
  private volatile long sendCounter;

  /** Above all counters claimed. */
  private long unclaimed;

  private volatile boolean sendValid = true;
  private volatile boolean confirmed;

  Keypair(
      Peer peer,
      IndexTable.Entry entry,
      int remoteIndex,
      boolean initiator,
      AeadKey sendKey,
      AeadKey receiveKey,
      long now) {
    this.peer = peer;
    this.entry = entry;
    this.remoteIndex = remoteIndex;
    this.initiator = initiator;
    this.sendKey = sendKey;
    this.receiveKey = receiveKey;
    this.birth = now;
    this.confirmed = initiator;
  }

  /** The peer on the other side. */
  public Peer peer() {
    return peer;
  }

  /** Our index: the receiver field of messages to us. */
  public int index() {
    return entry.index;
  }

  IndexTable.Entry entry() {
    return entry;
  }

  /** The key for messages to the peer. */
  public AeadKey sendKey() {
    return sendKey;
  }

  /** The key for messages from the peer. */
  public AeadKey receiveKey() {
    return receiveKey;
  }

  /** The index that the peer gave this session: the receiver field of messages to it. */
  public int remoteIndex() {
    return remoteIndex;
  }

  /** Whether our side sent the handshake's first message. */
  public boolean isInitiator() {
    return initiator;
  }

  /** The counters seen from the peer. */
  public ReplayWindow replayWindow() {
    return replayWindow;
  }

  boolean isBornSince(long time) {
    return birth - time >= 0;
  }

  /** Age in nanoseconds. */
  public long age(long now) {
    return now - birth;
  }

  /**
   * Takes {@code count} consecutive counters for sending.
   *
   * @return the first of them, or {@link #EXHAUSTED}: then the session sends nothing more
   */
  public long reserve(int count) {
    // The limit leaves 8129 counters below the overflow, more than any batch.
    long first = (long) COUNTER.getAndAdd(this, (long) count);
    if (Long.compareUnsigned(first + count, Limits.REJECT_AFTER_MESSAGES) > 0
        || Long.compareUnsigned(first, Limits.REJECT_AFTER_MESSAGES) >= 0) {
      sendValid = false;
      COUNTER.setVolatile(this, Limits.REJECT_AFTER_MESSAGES);
      return EXHAUSTED;
    }
    return first;
  }

  /**
   * Whether counters were reserved and are above all for which this was asked before: so that none
   * is used twice, whoever has lost count. For the sending thread, before it sends.
   */
  public boolean claim(long first, int count) {
    long behind = first + count;
    if (count <= 0
        || Long.compareUnsigned(first, unclaimed) < 0
        || Long.compareUnsigned(behind, (long) COUNTER.getVolatile(this)) > 0) {
      return false;
    }
    unclaimed = behind;
    return true;
  }

  /** Whether messages may be sent now: not exhausted, not expired, younger than 180 s. */
  public boolean maySend(long now) {
    return sendValid && age(now) < Limits.REJECT_AFTER_NANOS && sendKey.isAlive();
  }

  /** Whether messages may be received now: younger than 180 s and not exhausted. */
  public boolean mayReceive(long now) {
    return age(now) < Limits.REJECT_AFTER_NANOS
        && !replayWindow.isExhausted()
        && receiveKey.isAlive();
  }

  /** Whether both keys were whole until now. */
  public boolean isAlive() {
    return sendKey.isAlive();
  }

  /** Whether a successor should be made because of age or messages sent (sending side's rule). */
  boolean wantsSuccessorAfterSending(long now) {
    return sendValid
        && (Long.compareUnsigned((long) COUNTER.getVolatile(this), Limits.REKEY_AFTER_MESSAGES) > 0
            || (initiator && age(now) >= Limits.REKEY_AFTER_NANOS));
  }

  /** Whether a successor should be made in the last minute of its life (receiving side's rule). */
  boolean wantsSuccessorAfterReceiving(long now) {
    return sendValid
        && initiator
        && age(now)
            >= Limits.REJECT_AFTER_NANOS
                - Limits.KEEPALIVE_TIMEOUT_NANOS
                - Limits.REKEY_TIMEOUT_NANOS;
  }

  /** Whether the peer has shown that it has the session: always so for the initiator. */
  boolean isConfirmed() {
    return confirmed;
  }

  void confirm() {
    confirmed = true;
  }

  /** Nothing is sent any more; receiving goes on. */
  void stopSending() {
    sendValid = false;
  }

  void destroy() {
    sendValid = false;
    sendKey.destroy();
    receiveKey.destroy();
  }
}
