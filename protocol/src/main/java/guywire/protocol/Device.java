package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A WireGuard interface without its sockets: keys, peers, sessions and timers.
 *
 * <p>Every call is made under one lock of the caller's, except {@link #allowedIps} and {@link
 * #sessions} (whose look-ups take no lock), {@link #drops} and {@link #mtu}. {@code now} is a count
 * of nanoseconds that goes on during suspend (CLOCK_BOOTTIME), never backwards, and starts above 0.
 * After every call {@link #nextDeadline} may have changed.
 *
 * <p>The fast path composes the same steps for batches without the lock. Out: {@code
 * allowedIps().ofDestination}, {@code peer.path}, {@code peer.sendingKeypair}, {@code
 * keypair.reserve}, {@code aead.seal}, {@code keypair.isAlive}, send, {@code peer.sent}; packets
 * without a session go to {@link #stage}. In: {@code Message.type}, {@code sessions().session},
 * {@code keypair.mayReceive}, {@code aead.open}, {@code keypair.isAlive}, {@code
 * replayWindow().accept}, {@code peer.roam}, {@code InnerPacket.check}, {@code
 * allowedIps().ofSource}, deliver, {@code peer.received}; handshakes and cookies go to {@link
 * #receive}. When {@code sent} or {@code received} return true, {@link #tick} follows under the
 * lock.
 */
public final class Device {

  /** Returned by {@link #nextDeadline} when nothing is due, ever. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  /**
   * A device that is down and has neither key nor peers.
   *
   * @param aead the engine used under the lock
   * @param random for ephemeral keys, indices, cookies and jitter: a secure one, but in simulations
   * @param wallClock for the handshake's timestamps
   */
  public Device(
      Aead aead, DiffieHellman diffieHellman, RandomGenerator random, InstantSource wallClock) {}

  /** Who owns which addresses. */
  public AllowedIps allowedIps() {
    throw new UnsupportedOperationException();
  }

  /** The sessions by receiver index. */
  public IndexTable sessions() {
    throw new UnsupportedOperationException();
  }

  /** What was dropped and why. */
  public DropCounters drops() {
    throw new UnsupportedOperationException();
  }

  /** The private key, if one is set. */
  public Optional<PrivateKey> privateKey() {
    throw new UnsupportedOperationException();
  }

  /** The public key, if a private one is set. */
  public Optional<PublicKey> publicKey() {
    throw new UnsupportedOperationException();
  }

  /**
   * Sets the private key; a key of zeros takes it away. Sessions stop sending, handshakes start
   * anew, and a peer with our own public key is removed.
   */
  public void setPrivateKey(PrivateKey key) {
    throw new UnsupportedOperationException();
  }

  /** The interface's MTU, the bound of padding; 0 pads without bound. */
  public int mtu() {
    throw new UnsupportedOperationException();
  }

  /** Sets the interface's MTU. */
  public void setMtu(int mtu) {
    throw new UnsupportedOperationException();
  }

  /** All peers in the order they were added. */
  public Collection<Peer> peers() {
    throw new UnsupportedOperationException();
  }

  /** The peer with this key. */
  public Optional<Peer> peer(PublicKey key) {
    throw new UnsupportedOperationException();
  }

  /** Adds a peer, or finds it; empty if it is our own key or there are 2^20 peers. */
  public Optional<Peer> addPeer(PublicKey key) {
    throw new UnsupportedOperationException();
  }

  /** Removes a peer with its sessions, allowed IPs and waiting packets. */
  public void removePeer(Peer peer) {
    throw new UnsupportedOperationException();
  }

  /** Sets the pre-shared key, used from the next handshake on; zeros take it away. */
  public void setPresharedKey(Peer peer, PresharedKey key) {
    throw new UnsupportedOperationException();
  }

  /** Sets where the peer is. */
  public void setEndpoint(Peer peer, Endpoint endpoint) {
    throw new UnsupportedOperationException();
  }

  /** Sets the interval of unasked keepalives (0: none); turning it on sends one at once. */
  public void setPersistentKeepalive(Peer peer, int seconds, long now, Outbox outbox) {
    throw new UnsupportedOperationException();
  }

  /** Sends what waits for this peer, as after a change of its configuration. */
  public void flush(Peer peer, long now, Outbox outbox) {
    throw new UnsupportedOperationException();
  }

  /** Leaves the source addresses of all peers to routing again (port or mark changed). */
  public void clearSources() {
    throw new UnsupportedOperationException();
  }

  /** Whether the interface is up. */
  public boolean isUp() {
    throw new UnsupportedOperationException();
  }

  /** Brings the interface up: waiting packets and persistent keepalives are sent. */
  public void up(long now, Outbox outbox) {
    throw new UnsupportedOperationException();
  }

  /** Brings the interface down: timers stop, keys are zeroed, waiting packets dropped. */
  public void down() {
    throw new UnsupportedOperationException();
  }

  /** Zeroes all session keys because the machine was or will be suspended. */
  public void clearSessions() {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends one inner packet, or lets it wait for a session.
   *
   * @return why it was dropped, if it was (counted already)
   */
  public Optional<DropReason> send(
      MemorySegment packet, long offset, int length, long now, Outbox outbox) {
    throw new UnsupportedOperationException();
  }

  /**
   * Lets one inner packet wait for a session of this peer (copying it), starts a handshake, or
   * sends it if there is a session after all.
   */
  public void stage(
      Peer peer, MemorySegment packet, long offset, int length, long now, Outbox outbox) {
    throw new UnsupportedOperationException();
  }

  /**
   * Receives one datagram of any kind. Data messages are decrypted in place and delivered; on the
   * fast path's behalf this is for handshakes and cookies only, so that the receiving thread alone
   * touches replay windows.
   *
   * @param trafficClass the outer TOS or traffic class byte
   * @param backlog how many handshake messages wait behind this one
   * @return why it was dropped, if it was (counted already)
   */
  public Optional<DropReason> receive(
      MemorySegment datagram,
      long offset,
      int length,
      Path from,
      int trafficClass,
      int backlog,
      long now,
      Outbox outbox) {
    throw new UnsupportedOperationException();
  }

  /**
   * Does what is due: timers, and what {@link Peer#sent} and {@link Peer#received} asked for. Too
   * early or too often is harmless.
   */
  public void tick(long now, Outbox outbox) {
    throw new UnsupportedOperationException();
  }

  /** When {@link #tick} is to be called next, or {@link #NO_DEADLINE}. */
  public long nextDeadline() {
    throw new UnsupportedOperationException();
  }
}
