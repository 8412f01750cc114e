package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a device makes sessions with its peers: sends and receives handshake and cookie messages.
 * Under the device's lock.
 */
final class Negotiation {

  private final NoiseTools tools;
  private final Macs macs = new Macs();
  private final CookieChecker guard;
  private final JudgedInitiations judged;
  private final InstantSource wallClock;
  private final Map<PublicKey, Peer> peers;
  private final IndexTable table;
  private @Nullable OwnKeyPair identity;

  // Scratch: incoming messages are copied here, outgoing ones are written here.
  private final byte[] incoming = new byte[Message.INITIATION_LENGTH];
  private final byte[] outgoing = new byte[Message.INITIATION_LENGTH];
  private final MemorySegment outgoingSegment = MemorySegment.ofArray(outgoing);

  Negotiation(
      NoiseTools tools, InstantSource wallClock, Map<PublicKey, Peer> peers, IndexTable table) {
    this.tools = tools;
    this.wallClock = wallClock;
    this.peers = peers;
    this.table = table;
    guard = new CookieChecker(tools, macs);
    judged = new JudgedInitiations(tools.random);
  }

  /** The guard before handshakes. */
  CookieChecker guard() {
    return guard;
  }

  @Nullable OwnKeyPair identity() {
    return identity;
  }

  void setIdentity(@Nullable OwnKeyPair own) {
    if (identity != null) {
      identity.destroy();
    }
    identity = own;
    judged.forget();
    if (own != null) {
      guard.setPublicKey(own.publicBytes());
    }
  }

  /** There is another peer: its initiations are no stranger's any more. */
  void peerAdded() {
    judged.forget();
  }

  NoiseTools tools() {
    return tools;
  }

  /**
   * Sends an initiation unless a handshake message went to this peer in the last five seconds.
   *
   * @param retry whether this repeats one that had no answer, rather than asks anew
   */
  void initiate(Peer peer, boolean retry, long now, Outbox outbox) {
    if (!retry) {
      peer.retries = 0;
    }
    OwnKeyPair own = identity;
    Path path = peer.path();
    // Without a way to the peer the kernel computes initiations that it cannot send, and goes on
    // trying. Here the packets wait until a way is set, which starts the handshake.
    if (own == null || path == null) {
      return;
    }
    if (now - peer.lastHandshakeSent < Limits.REKEY_TIMEOUT_NANOS) {
      // The kernel leaves what waits to the next packet, which may never come.
      if (peer.stagedPackets() > 0) {
        peer.initiationWaits(newJitter());
      }
      return;
    }
    peer.lastHandshakeSent = now;
    byte[] timestamp = Tai64n.of(wallClock.instant());
    if (!peer.handshake.writeInitiation(tools, own, peer, table, timestamp, outgoing, now)) {
      return;
    }
    send(peer, path, Message.INITIATION_LENGTH, now, outbox);
    peer.initiationSent(now, newJitter());
  }

  /** What came in: the peer that a session was made with, or why the message was dropped. */
  record Outcome(@Nullable Peer session, @Nullable DropReason drop) {
    static final Outcome NOTHING_MORE = new Outcome(null, null);

    static Outcome dropped(DropReason reason) {
      return new Outcome(null, reason);
    }
  }

  /** Receives an initiation, response or cookie of right length. */
  Outcome receive(
      int type,
      MemorySegment datagram,
      long offset,
      int length,
      Path from,
      int backlog,
      long now,
      Outbox outbox) {
    OwnKeyPair own = identity;
    if (own == null) {
      return Outcome.dropped(
          type == Message.COOKIE ? DropReason.INVALID_COOKIE : DropReason.INVALID_MAC1);
    }
    MemorySegment.copy(datagram, ValueLayout.JAVA_BYTE, offset, incoming, 0, length);
    if (type == Message.COOKIE) {
      return takeCookie(now);
    }
    boolean loaded = guard.isLoaded(backlog, now);
    if (!guard.hasMac1(incoming, length)) {
      return Outcome.dropped(DropReason.INVALID_MAC1);
    }
    DropReason known = type == Message.INITIATION ? judged.verdict(incoming) : null;
    if (loaded) {
      if (!guard.hasMac2(incoming, length, from.endpoint(), now)) {
        if (known != null) {
          return Outcome.dropped(known);
        }
        byte[] cookie = guard.cookieFor(incoming, length, from.endpoint(), now);
        outbox.reply(from, MemorySegment.ofArray(cookie), 0, cookie.length, 0);
        return Outcome.dropped(DropReason.COOKIE_DEMANDED);
      }
      if (!guard.admits(from.endpoint(), now)) {
        return Outcome.dropped(DropReason.RATE_LIMITED);
      }
    }
    if (type == Message.RESPONSE) {
      return takeResponse(own, from, now);
    }
    return known == null ? takeInitiation(own, from, now, outbox) : Outcome.dropped(known);
  }

  private Outcome takeCookie(long now) {
    Peer peer = table.peer(Bytes.int32(incoming, Message.DATA_RECEIVER_OFFSET));
    return peer != null && peer.cookies.take(macs, tools.aead, peer.publicBytes, incoming, now)
        ? Outcome.NOTHING_MORE
        : Outcome.dropped(DropReason.INVALID_COOKIE);
  }

  private Outcome takeInitiation(OwnKeyPair own, Path from, long now, Outbox outbox) {
    Handshake.Received received = Handshake.readInitiation(tools, own, incoming);
    if (received == null) {
      return judged(DropReason.INVALID_HANDSHAKE);
    }
    Peer peer = peers.get(received.sender());
    if (peer == null) {
      received.destroy();
      return judged(DropReason.UNKNOWN_PEER);
    }
    DropReason refusal = peer.handshake.accept(tools, own, received, incoming, now);
    if (refusal == DropReason.INITIATION_FLOOD) {
      // It is good, and only came too early.
      return Outcome.dropped(refusal);
    }
    if (refusal != null) {
      return judged(refusal);
    }
    judged.remember(incoming, DropReason.REPLAYED_INITIATION);
    peer.roam(from);
    respond(peer, received, from, now, outbox);
    authenticated(peer, Message.INITIATION_LENGTH, now);
    return Outcome.NOTHING_MORE;
  }

  private Outcome judged(DropReason reason) {
    judged.remember(incoming, reason);
    return Outcome.dropped(reason);
  }

  private void respond(Peer peer, Handshake.Received received, Path path, long now, Outbox outbox) {
    peer.lastHandshakeSent = now;
    Keypair session = peer.handshake.respond(tools, received, peer, table, outgoing, now);
    if (session == null) {
      return;
    }
    peer.cookies.seal(macs, peer.publicBytes, outgoing, Message.RESPONSE_LENGTH, now);
    peer.addAnswered(session, table);
    peer.sessionMade(now, newJitter());
    transmit(peer, path, Message.RESPONSE_LENGTH, now, outbox);
  }

  private Outcome takeResponse(OwnKeyPair own, Path from, long now) {
    Peer peer = table.handshakePeer(Bytes.int32(incoming, Handshake.RESPONSE_RECEIVER));
    if (peer == null || !peer.handshake.awaitsResponse()) {
      return Outcome.dropped(DropReason.UNEXPECTED_RESPONSE);
    }
    Keypair session = peer.handshake.readResponse(tools, own, peer, incoming, now);
    if (session == null) {
      return Outcome.dropped(DropReason.INVALID_HANDSHAKE);
    }
    peer.roam(from);
    boolean yields = own.publicKey().compareTo(peer.publicKey()) > 0;
    peer.addBegun(session, peer.handshake.begun(), yields, table);
    peer.sessionMade(now, newJitter());
    complete(peer);
    authenticated(peer, Message.RESPONSE_LENGTH, now);
    return new Outcome(peer, null);
  }

  /** A handshake is known to both sides now. */
  void complete(Peer peer) {
    peer.handshakeComplete(wallClock.instant());
  }

  private static void authenticated(Peer peer, int length, long now) {
    peer.countReceived(length);
    peer.timers.anythingReceived();
    peer.passed(now);
  }

  private void send(Peer peer, Path path, int length, long now, Outbox outbox) {
    peer.cookies.seal(macs, peer.publicBytes, outgoing, length, now);
    transmit(peer, path, length, now, outbox);
  }

  private void transmit(Peer peer, Path path, int length, long now, Outbox outbox) {
    peer.timers.anythingSent();
    if (outbox.send(peer, path, outgoingSegment, 0, length, Message.HANDSHAKE_TRAFFIC_CLASS)) {
      peer.countSent(length);
    }
    Arrays.fill(outgoing, (byte) 0);
    peer.passed(now);
  }

  private long newJitter() {
    return tools.random.nextLong(Limits.JITTER_NANOS);
  }
}
