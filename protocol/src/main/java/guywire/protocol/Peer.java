package guywire.protocol;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The other side of a tunnel: its key, where it is, its sessions, timers and counters.
 *
 * <p>Threads: the sending thread calls {@link #sendingKeypair} and {@link #sent}, the receiving
 * thread {@link #roam} and {@link #received}, both without a lock and once per batch; getters are
 * for any thread. Everything else goes through {@link Device} under its lock.
 */
public final class Peer {

  private final PublicKey publicKey;

  Peer(Device device, PublicKey publicKey) {
    this.publicKey = publicKey;
  }

  /** Who the peer is. */
  public PublicKey publicKey() {
    return publicKey;
  }

  /** The way to the peer, or null as long as none is known. */
  public @Nullable Path path() {
    throw new UnsupportedOperationException();
  }

  /** Takes the way an authenticated datagram came as the way to the peer. */
  public void roam(Path path) {
    throw new UnsupportedOperationException();
  }

  /** The peer's path, if it is still this one, leaves its source address to routing again. */
  public void clearSource() {
    throw new UnsupportedOperationException();
  }

  /**
   * The session to send with now, or null: then packets go to {@link Device#stage}, which also
   * starts a handshake.
   */
  public @Nullable Keypair sendingKeypair(long now) {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /** Bytes of datagrams received from the peer, as {@code wg show} counts them. */
  public long receivedBytes() {
    throw new UnsupportedOperationException();
  }

  /** Bytes of datagrams sent to the peer, as {@code wg show} counts them. */
  public long sentBytes() {
    throw new UnsupportedOperationException();
  }

  /** The wall-clock time of the last completed handshake. */
  public Optional<Instant> lastHandshake() {
    throw new UnsupportedOperationException();
  }

  /** The interval of unasked keepalives, or 0 if there are none. */
  public int persistentKeepaliveSeconds() {
    throw new UnsupportedOperationException();
  }

  /** The pre-shared key, if there is one. */
  public Optional<PresharedKey> presharedKey() {
    throw new UnsupportedOperationException();
  }

  /** Whether the peer still belongs to its device. */
  public boolean isRemoved() {
    throw new UnsupportedOperationException();
  }

  /** What the owner of the device keeps with this peer, or null. */
  public @Nullable Object attachment() {
    throw new UnsupportedOperationException();
  }

  /** Keeps something with this peer: any thread, last one wins. */
  public void attach(@Nullable Object attachment) {
    throw new UnsupportedOperationException();
  }

  /** How many packets wait for a session, for diagnosis. */
  public OptionalLong stagedPackets() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String toString() {
    return publicKey.toString();
  }
}
