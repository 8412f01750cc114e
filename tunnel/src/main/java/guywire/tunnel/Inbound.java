package guywire.tunnel;

import guywire.linux.Memory;
import guywire.linux.ReceivedDatagrams;
import guywire.protocol.Device;
import guywire.protocol.DropReason;
import guywire.protocol.Ecn;
import guywire.protocol.FirstMac;
import guywire.protocol.InnerPacket;
import guywire.protocol.Keypair;
import guywire.protocol.Message;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.tunnel.cipher.MessageCipher;
import org.jspecify.annotations.Nullable;

/** The way in: from the peers to the TUN, from end to end. Confined to the first packet thread. */
/*
 * 1. Receive a batch: some buffers, each with one or (GRO) many datagrams of one sender.
 * 2. Handshakes, if their first MAC is right, and cookies are copied to a bounded queue for the control
 *    thread, which has the lock.
 * 3. Data messages of one session and length that follow each other are opened together. Each passes
 *    the replay window, moves the peer's path, loses its padding, gets the outer header's congestion
 *    mark, and must come from an address that its peer owns; for this its beginning is enough.
 * 4. The Merger decrypts the rest and writes it to the TUN, flows merged; at the end of the batch nothing
 *    is held.
 *    While datagrams stand too long in the socket, a packet now and then tells its sender: by a mark, or of
 *    TCP by its loss (DelayControl).
 * 5. Each session's batch is reported to its peer, for counters and timers.
 * Whatever is thrown costs the batch, counted, and the next one begins. No step takes the lock. A key
 * destroyed while opening is noticed before delivery.
 */
final class Inbound {

  /**
   * Of a batch; few, so that they stay in the processor's cache and the other way waits briefly.
   */
  static final int BUFFERS = 6;

  /** A packet so long belongs to a bulk transfer, whose sender can slow down. */
  private static final int BULK_BYTES = 500;

  private static final long LONGEST_WAIT_NANOS = 1_000_000_000;

  private final Surroundings around;
  private final Device device;
  private final Times times;
  private final Merger merger;
  private final SenderPaths paths = new SenderPaths();
  private final OwnTime own = new OwnTime();
  private final DelayControl delay = new DelayControl(own);
  private final FirstMac firstMac;
  private final Engine engine;
  private MessageCipher cipher;
  private long now;
  private long carried;
  private long receivedUnixNanos;
  private long receivedNanos;
  private boolean slowDown;

  private @Nullable Keypair keypair;
  private int packets;
  private long bytes;

  private @Nullable Peer lastOwner;
  private int lastSource;
  private boolean lastKnown;

  /** Datagrams of the batch that nothing was done with yet. */
  private int waiting;

  Inbound(Surroundings around) {
    this.around = around;
    device = around.device();
    times = around.times();
    merger = new Merger(around);
    firstMac = device.firstMac();
    engine = new Engine(around);
    cipher = engine.newest(0);
  }

  /** Carries a batch that was received, in so many buffers. */
  void carry(ReceivedDatagrams received, int buffers) {
    waiting = 0;
    try {
      carryBatch(received, buffers);
    } catch (Throwable failure) {
      // Whatever it was, an exhausted heap among it: it costs this batch, not the tunnel.
      abandon();
      around.failures().met("the way in", failure);
    }
  }

  /** Gives up the batch, and begins with a new cipher: the old one may be in the middle. */
  private void abandon() {
    device.drops().count(DropReason.FAILED, waiting + merger.abandon());
    keypair = null;
    packets = 0;
    bytes = 0;
    engine.spoil();
  }

  private void carryBatch(ReceivedDatagrams received, int buffers) {
    cipher = engine.newest(carried);
    now = times.bootNanos();
    lastKnown = false;
    receivedUnixNanos = times.unixNanos();
    receivedNanos = times.nanos();
    own.sample(arrival(received, 0), receivedNanos, times.threadNanos());
    for (int i = 0; i < buffers; i++) {
      int segment = received.segmentBytes(i);
      waiting += segment > 0 ? Math.ceilDiv(received.length(i), segment) : 0;
    }
    for (int i = 0; i < buffers; i++) {
      buffer(received, i);
    }
    merger.flush();
    report();
  }

  private void buffer(ReceivedDatagrams batch, int index) {
    int left = batch.length(index);
    int segment = batch.segmentBytes(index);
    long at = batch.address(index);
    slowDown = left > segment && stands(arrival(batch, index), times.nanos());
    while (left > 0) {
      int length = Math.min(segment, left);
      int type = Message.type(Memory.ALL, at, length);
      int count = type == Message.DATA ? alike(at, length, left) : 1;
      if (type == Message.DATA) {
        data(at, length, count, batch, index);
      } else if (type == Message.INVALID) {
        device.drops().count(DropReason.MALFORMED_MESSAGE);
      } else {
        handshake(type, at, length, batch, index);
      }
      waiting -= count;
      at += (long) count * length;
      left -= count * length;
    }
  }

  private boolean stands(long arrived, long current) {
    delay.left(arrived, current);
    return delay.isDue(current);
  }

  private void handshake(int type, long at, int length, ReceivedDatagrams batch, int index) {
    if (type != Message.INITIATION && !device.awaits(type, Memory.ALL, at)) {
      DropReason reason =
          type == Message.COOKIE ? DropReason.INVALID_COOKIE : DropReason.UNEXPECTED_RESPONSE;
      device.drops().count(reason);
      return;
    }
    // The cheapest first: once the queue is full a flood costs next to nothing. Who does not know
    // our key costs a hash, but wakes nobody and gets no place.
    HandshakeQueue handshakes = around.handshakes();
    if (!handshakes.hasRoom(type, at, length)) {
      device.drops().count(DropReason.HANDSHAKE_QUEUE_FULL);
    } else if (type != Message.COOKIE && !firstMac.isRight(Memory.ALL, at, length)) {
      device.drops().count(DropReason.INVALID_MAC1);
    } else if (!handshakes.offer(type, at, length, batch, index)) {
      device.drops().count(DropReason.HANDSHAKE_QUEUE_FULL);
    }
  }

  /** When a buffer arrived, as time counts here; now, if that is not known. */
  private long arrival(ReceivedDatagrams batch, int index) {
    long waited = receivedUnixNanos - batch.arrivalUnixNanos(index);
    // Anything else says that the wall clock was set, or that there are no such times.
    return waited >= 0 && waited < LONGEST_WAIT_NANOS ? receivedNanos - waited : receivedNanos;
  }

  /** How many data messages of this length and session follow each other, this one among them. */
  private static int alike(long at, int length, int left) {
    // Type and receiver index.
    long wanted = Memory.getLong(at);
    int count = 1;
    int most = Math.min(MessageCipher.MOST, left / length);
    while (count < most && Memory.getLong(at + (long) count * length) == wanted) {
      count++;
    }
    return count;
  }

  private void data(long at, int length, int count, ReceivedDatagrams batch, int index) {
    int receiverIndex = Message.receiver(Memory.ALL, at);
    Keypair session = keypair;
    if (session == null || session.index() != receiverIndex) {
      report();
      session = device.sessions().session(receiverIndex);
      if (session == null) {
        device.drops().count(DropReason.UNKNOWN_SESSION, count);
        return;
      }
      keypair = session;
    }
    if (!session.mayReceive(now)) {
      device.drops().count(DropReason.EXPIRED_SESSION, count);
      return;
    }
    int bytes = length - Message.DATA_OVERHEAD;
    long right = cipher.open(session.receiveKey(), at, length, bytes, count);
    if (!session.isAlive()) {
      device.drops().count(DropReason.EXPIRED_SESSION, count);
      return;
    }
    if (right == 0) {
      device.drops().count(DropReason.INVALID_TAG, count);
      return;
    }
    Path path = paths.of(batch, index);
    int trafficClass = batch.tos(index);
    for (int i = 0; i < count; i++) {
      long message = at + (long) i * length;
      if ((right >>> i & 1) == 0) {
        device.drops().count(DropReason.INVALID_TAG);
      } else if (!session.replayWindow().accept(Message.counter(Memory.ALL, message))) {
        device.drops().count(DropReason.REPLAYED_COUNTER);
      } else {
        Peer peer = session.peer();
        if (peer.path() != path) {
          peer.roam(path);
        }
        if (peer.confirm(session)) {
          around.tickSoon();
        }
        opened(peer, i, message + Message.DATA_HEADER_LENGTH, bytes, trafficClass);
      }
    }
  }

  private void opened(Peer peer, int index, long packet, int length, int trafficClass) {
    if (length == 0) {
      bytes += Message.DATA_OVERHEAD;
      return;
    }
    packets++;
    long head = cipher.head(index);
    int own = InnerPacket.check(Memory.ALL, head, length);
    if (own == InnerPacket.INVALID) {
      device.drops().count(DropReason.MALFORMED_PACKET);
      return;
    }
    if (ownerOf(head) != peer) {
      device.drops().count(DropReason.WRONG_SOURCE);
      return;
    }
    bytes += length + Message.DATA_OVERHEAD;
    Ecn.decapsulate(trafficClass, Memory.ALL, head);
    if (slowDown && own >= BULK_BYTES && isToldTo(head)) {
      return;
    }
    merger.add(cipher, index, packet, own);
  }

  /** Tells a packet's sender to slow down, if it listens; whether the packet is lost for that. */
  private boolean isToldTo(long head) {
    boolean marked = Ecn.mark(Memory.ALL, head);
    boolean lost = !marked && Ip.isTcp(head);
    if (marked || lost) {
      slowDown = false;
      delay.told(times.nanos());
    }
    if (lost) {
      device.drops().count(DropReason.QUEUED_TOO_LONG);
    }
    return lost;
  }

  /** The peer that owns the source address; of a batch's packets many have the same. */
  private @Nullable Peer ownerOf(long packet) {
    if (Ip.version(packet) == 4) {
      int source = Memory.getInt(packet + Ip.V4_SOURCE);
      if (source != lastSource || !lastKnown) {
        lastOwner = device.allowedIps().ofSource(Memory.ALL, packet);
        lastSource = source;
        lastKnown = true;
      }
      return lastOwner;
    }
    return device.allowedIps().ofSource(Memory.ALL, packet);
  }

  /** Tells the peer of what was authenticated since the last report. */
  private void report() {
    Keypair session = keypair;
    if (session != null
        && packets + bytes > 0
        && session.peer().received(session, packets, bytes, now)) {
      around.tickSoon();
    }
    keypair = null;
    carried += packets;
    packets = 0;
    bytes = 0;
  }
}
