package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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
 * replayWindow().accept}, {@code peer.roam}, {@code peer.confirm}, {@code InnerPacket.check},
 * {@code allowedIps().ofSource}, deliver, {@code peer.received}; handshakes and cookies go to
 * {@link #receive}. When {@code sent} or {@code received} return true, {@link #tick} follows under
 * the lock.
 */
public final class Device {

  /** Returned by {@link #nextDeadline} when nothing is due, ever. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  private final Map<PublicKey, Peer> peers = new LinkedHashMap<>();
  private final IndexTable sessions = new IndexTable();
  private final AllowedIps allowedIps = new AllowedIps();
  private final DropCounters drops = new DropCounters();
  private final Agenda agenda = new Agenda();
  private final Negotiation negotiation;
  private final DataMessages transport;
  private volatile boolean up;

  /**
   * A device that is down and has neither key nor peers.
   *
   * @param aead the engine used under the lock
   * @param random for ephemeral keys, indices, cookies and jitter: a secure one, but in simulations
   * @param wallClock for the handshake's timestamps
   */
  public Device(
      Aead aead, DiffieHellman diffieHellman, RandomGenerator random, InstantSource wallClock) {
    var tools = new NoiseTools(diffieHellman, random);
    negotiation = new Negotiation(tools, wallClock, peers, sessions);
    transport = new DataMessages(aead, negotiation, sessions, allowedIps, drops);
  }

  /** Somebody who looks at first MACs without the lock, for one thread. */
  public FirstMac firstMac() {
    return new FirstMac(negotiation.guard());
  }

  /** Who owns which addresses. */
  public AllowedIps allowedIps() {
    return allowedIps;
  }

  /** The sessions by receiver index. */
  public IndexTable sessions() {
    return sessions;
  }

  /** What was dropped and why. */
  public DropCounters drops() {
    return drops;
  }

  /** A copy of the private key, if one is set: zero it when done. */
  public Optional<PrivateKey> privateKey() {
    return Optional.ofNullable(negotiation.identity()).map(OwnKeyPair::key);
  }

  /** The public key, if a private one is set. */
  public Optional<PublicKey> publicKey() {
    return Optional.ofNullable(negotiation.identity()).map(OwnKeyPair::publicKey);
  }

  /**
   * Sets the private key; a key of zeros takes it away. Sessions stop sending, handshakes start
   * anew, and a peer with our own public key is removed. The key is kept clamped, as the kernel
   * does.
   */
  public void setPrivateKey(PrivateKey given) {
    OwnKeyPair before = negotiation.identity();
    NoiseTools tools = negotiation.tools();
    OwnKeyPair own = given.isZero() ? null : new OwnKeyPair(given, tools.diffieHellman);
    if (before == null ? own == null : own != null && before.has(own)) {
      if (own != null) {
        own.destroy();
      }
      return;
    }
    if (own != null) {
      peer(own.publicKey()).ifPresent(this::removePeer);
    }
    negotiation.setIdentity(own);
    for (Peer peer : peers.values()) {
      peer.handshake.forgetStaticSecret();
      peer.handshake.clear(sessions);
      peer.lastHandshakeSent = Peer.NEVER;
      peer.stopSending();
    }
  }

  /** The interface's MTU, the bound of padding; 0 pads without bound. */
  public int mtu() {
    return transport.mtu();
  }

  /** Sets the interface's MTU. */
  public void setMtu(int mtu) {
    transport.setMtu(mtu);
  }

  /** All peers in the order they were added. */
  public Collection<Peer> peers() {
    return Collections.unmodifiableCollection(peers.values());
  }

  /** The peer with this key. */
  public Optional<Peer> peer(PublicKey key) {
    return Optional.ofNullable(peers.get(key));
  }

  /** Adds a peer, or finds it; empty if it is our own key or there are 2^20 peers. */
  public Optional<Peer> addPeer(PublicKey key) {
    Peer known = peers.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    OwnKeyPair own = negotiation.identity();
    if (peers.size() >= Limits.MAX_PEERS || (own != null && own.publicKey().equals(key))) {
      return Optional.empty();
    }
    var peer = new Peer(key, agenda, transport.newQueue());
    peers.put(key, peer);
    negotiation.peerAdded();
    return Optional.of(peer);
  }

  /** Removes a peer with its sessions, allowed IPs and waiting packets. */
  public void removePeer(Peer peer) {
    if (!peers.remove(peer.publicKey(), peer)) {
      return;
    }
    allowedIps.removeAll(peer);
    peer.setRemoved();
    silence(peer);
    peer.handshake.destroy();
  }

  /** Sets the pre-shared key, used from the next handshake on; zeros take it away. */
  public void setPresharedKey(Peer peer, PresharedKey key) {
    byte[] bytes = key.bytes();
    peer.handshake.setPresharedKey(bytes);
    Arrays.fill(bytes, (byte) 0);
  }

  /** Sets where the peer is. */
  public void setEndpoint(Peer peer, Endpoint endpoint) {
    Path known = peer.path();
    if (known == null || !known.endpoint().equals(endpoint)) {
      peer.setPath(Path.to(endpoint));
    }
  }

  /** Sets the interval of unasked keepalives (0: none); turning it on sends one at once. */
  public void setPersistentKeepalive(Peer peer, int seconds, long now, Outbox outbox) {
    int before = peer.persistentKeepaliveSeconds();
    peer.setPersistentKeepalive(seconds);
    if (seconds == 0) {
      peer.timers.persistentOff();
    } else if (before == 0 && up) {
      transport.sendKeepalive(peer, now, outbox);
    }
  }

  /** Sends what waits for this peer, as after a change of its configuration. */
  public void flush(Peer peer, long now, Outbox outbox) {
    if (up) {
      transport.flush(peer, now, outbox);
    }
  }

  /** Leaves the source addresses of all peers to routing again (port or mark changed). */
  public void clearSources() {
    peers.values().forEach(Peer::clearSource);
  }

  /** Whether the interface is up. */
  public boolean isUp() {
    return up;
  }

  /** Brings the interface up: waiting packets and persistent keepalives are sent. */
  public void up(long now, Outbox outbox) {
    if (up) {
      return;
    }
    up = true;
    for (Peer peer : peers.values()) {
      // The unlocked threads may have set some while the interface was down.
      peer.timers.stop();
      transport.flush(peer, now, outbox);
      if (peer.persistentKeepaliveSeconds() > 0) {
        transport.sendKeepalive(peer, now, outbox);
      }
    }
  }

  /** Brings the interface down: timers stop, keys are zeroed, waiting packets dropped. */
  public void down() {
    up = false;
    peers.values().forEach(this::silence);
  }

  /** Zeroes all session keys because the machine was or will be suspended. */
  public void clearSessions() {
    for (Peer peer : peers.values()) {
      peer.timers.keysZeroed();
      zeroKeys(peer);
    }
  }

  /**
   * Sends one inner packet, or lets it wait for a session.
   *
   * @return why it was dropped, if it was (counted already)
   */
  public Optional<DropReason> send(
      MemorySegment packet, long offset, int length, long now, Outbox outbox) {
    if (!up) {
      return dropped(DropReason.INTERFACE_DOWN);
    }
    int inner = InnerPacket.check(packet, offset, length);
    if (inner == InnerPacket.INVALID) {
      return dropped(DropReason.NOT_IP);
    }
    Peer peer = allowedIps.ofDestination(packet, offset);
    if (peer == null) {
      return dropped(DropReason.NO_PEER);
    }
    if (peer.path() == null) {
      return dropped(DropReason.NO_ENDPOINT);
    }
    transport.stage(peer, packet, offset, length, now, outbox);
    return Optional.empty();
  }

  /**
   * Lets one inner packet wait for a session of this peer (copying it), starts a handshake, or
   * sends it if there is a session after all.
   */
  public void stage(
      Peer peer, MemorySegment packet, long offset, int length, long now, Outbox outbox) {
    if (!up || peer.isRemoved()) {
      drops.count(DropReason.INTERFACE_DOWN);
      return;
    }
    transport.stage(peer, packet, offset, length, now, outbox);
  }

  /**
   * Whether a response or cookie names a handshake or session of ours, so that somebody may wait
   * for it; one that does not is dropped without a look at the rest. Any thread, without the lock.
   *
   * @param type of the message, {@link Message#RESPONSE} or {@link Message#COOKIE}
   */
  public boolean awaits(int type, MemorySegment datagram, long offset) {
    return type == Message.COOKIE
        ? sessions.peer(Message.receiver(datagram, offset)) != null
        : sessions.handshakePeer(Message.receiver(datagram, offset + Integer.BYTES)) != null;
  }

  /** Whether an index stands for a handshake or session of ours. Any thread, without the lock. */
  public boolean isOwnIndex(int index) {
    return sessions.peer(index) != null;
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
    if (!up) {
      return dropped(DropReason.INTERFACE_DOWN);
    }
    int type = Message.type(datagram, offset, length);
    if (type == Message.INVALID) {
      return dropped(DropReason.MALFORMED_MESSAGE);
    }
    if (type == Message.DATA) {
      return dropped(transport.receive(datagram, offset, length, from, trafficClass, now, outbox));
    }
    Negotiation.Outcome outcome =
        negotiation.receive(type, datagram, offset, length, from, backlog, now, outbox);
    Peer session = outcome.session();
    if (session != null) {
      // The responder may not use the session before it has seen a message from us.
      transport.sendKeepalive(session, now, outbox);
    }
    return dropped(outcome.drop());
  }

  /**
   * Does what is due: timers, and what {@link Peer#sent} and {@link Peer#received} asked for. Too
   * early or too often is harmless.
   */
  public void tick(long now, Outbox outbox) {
    for (Peer peer = agenda.takeDue(now, up); peer != null; peer = agenda.takeDue(now, up)) {
      transport.attend(peer, now, outbox);
      fire(peer, now, outbox);
      agenda.place(peer, up);
    }
  }

  /** When {@link #tick} is to be called next, or {@link #NO_DEADLINE}. */
  public long nextDeadline() {
    return agenda.nextDeadline(up);
  }

  private void fire(Peer peer, long now, Outbox outbox) {
    PeerTimers timers = peer.timers;
    // First: after a suspend all may be due, and this ends the handshake that another one begins.
    if (timers.fireZeroKeys(now)) {
      zeroKeys(peer);
    }
    if (timers.fireRetry(now)) {
      retry(peer, now, outbox);
    }
    if (timers.fireKeepalive(now)) {
      transport.sendKeepalive(peer, now, outbox);
      timers.repeatKeepalive(now);
    }
    if (timers.fireNewHandshake(now)) {
      peer.clearSource();
      negotiation.initiate(peer, false, now, outbox);
    }
    if (timers.firePersistent(now) && peer.persistentKeepaliveSeconds() > 0) {
      transport.sendKeepalive(peer, now, outbox);
    }
  }

  private void retry(Peer peer, long now, Outbox outbox) {
    int retries = peer.retries;
    if (retries > Limits.MAX_HANDSHAKE_RETRIES) {
      transport.purge(peer);
      peer.timers.gaveUp(now);
      return;
    }
    peer.retries = retries + 1;
    peer.clearSource();
    negotiation.initiate(peer, true, now, outbox);
  }

  private void zeroKeys(Peer peer) {
    peer.handshake.clear(sessions);
    peer.clearSessions(sessions);
  }

  private void silence(Peer peer) {
    transport.purge(peer);
    peer.timers.stop();
    zeroKeys(peer);
    peer.lastHandshakeSent = Peer.NEVER;
    agenda.place(peer, up);
  }

  private Optional<DropReason> dropped(@Nullable DropReason reason) {
    if (reason != null) {
      drops.count(reason);
    }
    return Optional.ofNullable(reason);
  }
}
