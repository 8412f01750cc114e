package guywire.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The other side of a tunnel: its key, where it is, its sessions, timers and counters.
 *
 * <p>Threads: the sending thread calls {@link #sendingKeypair} and {@link #sent}, the receiving
 * thread {@link #roam} and {@link #received}, both without a lock and once per batch; getters are
 * for any thread. Everything else goes through {@link Device} under its lock.
 */
public final class Peer {

  static final long NEVER = Long.MIN_VALUE / 2;

  /** Wishes of the unlocked threads, granted by {@link Device#tick}. */
  static final int WANTS_INITIATION = 1;

  static final int WANTS_CONFIRMATION = 2;

  private static final VarHandle SENT_BYTES;
  private static final VarHandle RECEIVED_BYTES;
  private static final VarHandle PATH;
  private static final VarHandle WANTS;
  private static final VarHandle TOUCHED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      SENT_BYTES = lookup.findVarHandle(Peer.class, "sentBytes", long.class);
      RECEIVED_BYTES = lookup.findVarHandle(Peer.class, "receivedBytes", long.class);
      PATH = lookup.findVarHandle(Peer.class, "path", Path.class);
      WANTS = lookup.findVarHandle(Peer.class, "wants", int.class);
      TOUCHED = lookup.findVarHandle(Peer.class, "touched", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final PublicKey publicKey;
  private final Agenda agenda;
  final PeerTimers timers = new PeerTimers();

  // Any thread.
  private volatile @Nullable Path path;
  private volatile @Nullable Keypair current;
  private volatile long sentBytes;
  private volatile long receivedBytes;
  private volatile int persistentKeepaliveSeconds;
  private volatile @Nullable Instant lastHandshake;
  private volatile boolean removed;
  private volatile @Nullable Object attachment;
  volatile long lastHandshakeSent = NEVER;
  volatile int retries;
  private volatile boolean lastMinuteTried;
  volatile long jitterNanos;
  private volatile int wants;

  @SuppressWarnings("UnusedVariable") // through TOUCHED
  private volatile boolean touched;

  private volatile long noticed = Device.NO_DEADLINE;

  // Between the thread that touches and the one that drains: see Agenda.
  @Nullable Peer nextTouched;

  // Under the device's lock.
  final byte[] publicBytes;
  final Handshake handshake;
  final CookieJar cookies = new CookieJar();
  final StagedPackets staged;
  @Nullable Keypair previous;
  volatile @Nullable Keypair next;
  PrefixTrie.@Nullable Owned owned;
  int queuePlace = -1;
  long queuedDeadline = Device.NO_DEADLINE;

  Peer(PublicKey publicKey, Agenda agenda, StagedPackets staged) {
    this.publicKey = publicKey;
    this.agenda = agenda;
    this.staged = staged;
    publicBytes = publicKey.shared();
    handshake = new Handshake(publicBytes);
  }

  /** Who the peer is. */
  public PublicKey publicKey() {
    return publicKey;
  }

  /** The way to the peer, or null as long as none is known. */
  public @Nullable Path path() {
    return path;
  }

  /** Takes the way an authenticated datagram came as the way to the peer. */
  @SuppressWarnings("ReferenceEquality") // the quick test for the usual case
  public void roam(Path from) {
    Path known = path;
    if (known != from && !from.equals(known)) {
      path = from;
    }
  }

  /** Leaves the source address of the way to the peer to routing again. */
  public void clearSource() {
    Path known = path;
    if (known != null && !known.isAnySource()) {
      // Lost only to a datagram that came right now, whose source address is good.
      PATH.compareAndSet(this, known, known.withAnySource());
    }
  }

  /**
   * The session to send with now, or null: then packets go to {@link Device#stage}, which also
   * starts a handshake.
   */
  public @Nullable Keypair sendingKeypair(long now) {
    Keypair waiting = next;
    if (waiting != null && waiting.isConfirmed() && waiting.maySend(now)) {
      // The peer uses it: it may have no other any more. The device moves it to its place soon.
      return waiting;
    }
    Keypair keypair = current;
    return keypair != null && keypair.maySend(now) ? keypair : null;
  }

  /**
   * To be called after a batch of data messages was given to the socket.
   *
   * @param keypair the session they were sealed with
   * @param packets how many of them were not keepalives and were accepted by the socket
   * @param bytes length of all accepted datagrams together
   * @return whether {@link Device#tick} should be called soon, under the lock
   */
  public boolean sent(Keypair keypair, int packets, long bytes, long now) {
    SENT_BYTES.getAndAdd(this, bytes);
    long due = timers.anythingPassed(persistentKeepaliveSeconds, now);
    timers.anythingSent();
    if (packets > 0) {
      due = Math.min(due, timers.dataSent(now, jitterNanos));
    }
    boolean soon = touch(due);
    if (keypair.wantsSuccessorAfterSending(now)) {
      soon |= wantInitiation(now);
    }
    return soon;
  }

  /**
   * To be called when a data message was authenticated and passed the replay window, before its
   * packet is delivered: what answers it goes out by the same session.
   *
   * @return whether {@link Device#tick} should be called soon, under the lock
   */
  public boolean confirm(Keypair keypair) {
    if (keypair.isConfirmed()) {
      return false;
    }
    keypair.confirm();
    return want(WANTS_CONFIRMATION);
  }

  /**
   * To be called after a batch of data messages of one session was authenticated and passed the
   * replay window.
   *
   * @param packets how many of them were not keepalives
   * @param bytes plaintext length plus 32 of each keepalive and each delivered packet, before
   *     trimming
   * @return whether {@link Device#tick} should be called soon, under the lock: until then a new
   *     session is not confirmed
   */
  public boolean received(Keypair keypair, int packets, long bytes, long now) {
    RECEIVED_BYTES.getAndAdd(this, bytes);
    boolean soon = confirm(keypair);
    Keypair sending = current;
    if (sending != null && !lastMinuteTried && sending.wantsSuccessorAfterReceiving(now)) {
      lastMinuteTried = true;
      soon |= wantInitiation(now);
    }
    timers.anythingReceived();
    long due = timers.anythingPassed(persistentKeepaliveSeconds, now);
    if (packets > 0) {
      due = Math.min(due, timers.dataReceived(packets, now));
    }
    boolean earlier = touch(due);
    return soon || earlier;
  }

  /** Bytes received from the peer, as {@code wg show} counts them. */
  public long receivedBytes() {
    return receivedBytes;
  }

  /** Bytes sent to the peer, as {@code wg show} counts them. */
  public long sentBytes() {
    return sentBytes;
  }

  /** The wall-clock time of the last completed handshake. */
  public Optional<Instant> lastHandshake() {
    return Optional.ofNullable(lastHandshake);
  }

  /** The interval of unasked keepalives, or 0 if there are none. */
  public int persistentKeepaliveSeconds() {
    return persistentKeepaliveSeconds;
  }

  /** The pre-shared key, if there is one; under the device's lock. */
  public Optional<PresharedKey> presharedKey() {
    byte[] key = handshake.presharedKey();
    return KeyText.isZero(key) ? Optional.empty() : Optional.of(PresharedKey.of(key));
  }

  /** How many packets wait for a session; under the device's lock. */
  public int stagedPackets() {
    return staged.size();
  }

  /** Whether the peer was removed from its device. */
  public boolean isRemoved() {
    return removed;
  }

  /** What the owner of the device keeps with this peer, or null. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** Keeps something with this peer: any thread, the last one wins. */
  public void attach(@Nullable Object attachment) {
    this.attachment = attachment;
  }

  @Override
  public String toString() {
    return publicKey.toString();
  }

  // What follows is the device's, under its lock, unless it says otherwise.

  /** Datagrams of a handshake were sent to the peer. */
  void countSent(long bytes) {
    SENT_BYTES.getAndAdd(this, bytes);
  }

  /** Datagrams of a handshake were received from the peer. */
  void countReceived(long bytes) {
    RECEIVED_BYTES.getAndAdd(this, bytes);
  }

  void setPath(Path to) {
    path = to;
  }

  void setPersistentKeepalive(int seconds) {
    persistentKeepaliveSeconds = seconds;
  }

  void setRemoved() {
    removed = true;
  }

  @Nullable Keypair current() {
    return current;
  }

  /*
   * Where a new session goes. As in the kernel, a responder's waits in `next` until the peer uses it,
   * and an initiator's becomes `current` at once. When both sides began at the same time there are
   * two sessions, and both sides must come to prefer the same one: else each would be the initiator
   * of the one it sends on, both would renew at the same time, and so again for ever, and packets
   * under way in the other one would be lost each time. The one begun by the smaller public key is
   * preferred; whoever has the greater one keeps its own session only until the other is confirmed.
   */

  /** Puts a session that the peer began into its place. */
  void addAnswered(Keypair keypair, IndexTable table) {
    discard(next, table);
    discard(previous, table);
    previous = null;
    next = keypair;
  }

  /**
   * Puts a session that we began into its place.
   *
   * @param begun when we sent the initiation
   * @param yields whether the peer's session is preferred if it began one too
   */
  void addBegun(Keypair keypair, long begun, boolean yields, IndexTable table) {
    Keypair waiting = next;
    Keypair sending = current;
    if (waiting != null && !yields) {
      next = null;
      discard(previous, table);
      discard(sending, table);
      previous = waiting;
      current = keypair;
    } else if (sending != null && !sending.isInitiator() && sending.isBornSince(begun) && yields) {
      discard(previous, table);
      previous = keypair;
    } else {
      discard(previous, table);
      previous = sending;
      current = keypair;
    }
  }

  /** Slides the session that the peer has begun to use into its place; false if there is none. */
  boolean promote(IndexTable table) {
    Keypair waiting = next;
    if (waiting == null || !waiting.isConfirmed()) {
      return false;
    }
    discard(previous, table);
    previous = current;
    current = waiting;
    next = null;
    return true;
  }

  void stopSending() {
    if (next != null) {
      next.stopSending();
    }
    Keypair sending = current;
    if (sending != null) {
      sending.stopSending();
    }
  }

  void clearSessions(IndexTable table) {
    discard(previous, table);
    discard(current, table);
    discard(next, table);
    previous = null;
    current = null;
    next = null;
  }

  private static void discard(@Nullable Keypair keypair, IndexTable table) {
    if (keypair != null) {
      table.remove(keypair.entry());
      keypair.destroy();
    }
  }

  void handshakeComplete(Instant wallTime) {
    timers.handshakeComplete();
    retries = 0;
    lastMinuteTried = false;
    lastHandshake = wallTime;
  }

  void initiationSent(long now, long jitter) {
    jitterNanos = jitter;
    touch(timers.initiationSent(now, jitter));
  }

  /** What waits asks for a handshake, but the last message of one was sent too recently. */
  void initiationWaits(long jitter) {
    touch(timers.initiationWaits(lastHandshakeSent + Limits.REKEY_TIMEOUT_NANOS + jitter));
  }

  void sessionMade(long now, long jitter) {
    jitterNanos = jitter;
    touch(timers.sessionMade(now));
  }

  /** Something authenticated other than data was sent or received: the timers' part of it. */
  void passed(long now) {
    touch(timers.anythingPassed(persistentKeepaliveSeconds, now));
  }

  int takeWants() {
    return wants == 0 ? 0 : (int) WANTS.getAndSet(this, 0);
  }

  /** When the device must look at this peer: at once if it has a wish. */
  long earliest() {
    return wants != 0 ? 0 : timers.earliest();
  }

  /** Tells the unlocked threads from when on a timer needs no mention. */
  void notice(long deadline) {
    noticed = deadline;
  }

  /** Any thread: puts the peer on the agenda unless the device looks at it by then anyway. */
  private boolean touch(long due) {
    return due < noticed && agenda.touch(this, due);
  }

  boolean beginTouch() {
    return TOUCHED.compareAndSet(this, false, true);
  }

  void endTouch() {
    touched = false;
  }

  private boolean want(int wish) {
    WANTS.getAndBitwiseOr(this, wish);
    return agenda.touch(this, 0);
  }

  private boolean wantInitiation(long now) {
    retries = 0;
    return now - lastHandshakeSent >= Limits.REKEY_TIMEOUT_NANOS && want(WANTS_INITIATION);
  }
}
