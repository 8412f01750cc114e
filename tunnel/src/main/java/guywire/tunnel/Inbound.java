package guywire.tunnel;

import guywire.linux.Clock;
import guywire.linux.Memory;
import guywire.linux.UdpReceiver;
import guywire.linux.UdpSocket;
import guywire.protocol.Device;
import guywire.protocol.DropReason;
import guywire.protocol.Ecn;
import guywire.protocol.InnerPacket;
import guywire.protocol.Keypair;
import guywire.protocol.Message;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.tunnel.cipher.Engines;
import guywire.tunnel.cipher.MessageCipher;
import org.jspecify.annotations.Nullable;

/** The way in: from the peers to the TUN, from end to end. Confined to the first packet thread. */
/*
 * 1. Receive a batch: some buffers, each with one or (GRO) many datagrams of one sender.
 * 2. Handshakes and cookies are copied to a bounded queue for the control thread, which has the lock.
 * 3. Data messages of one session and length that follow each other are opened together. Each passes
 *    the replay window, moves the peer's path, loses its padding, gets the outer header's congestion
 *    mark, and must come from an address that its peer owns; for this its beginning is enough.
 * 4. The Merger decrypts the rest and writes it to the TUN, flows merged; at the end of the batch nothing
 *    is held.
 *    While datagrams stand too long in the socket, one now and then tells its sender (DelayControl).
 * 5. Each session's batch is reported to its peer, for counters and timers.
 * No step takes the lock. A key destroyed while opening is noticed before delivery.
 */
final class Inbound {

  /**
   * Of a batch; few, so that they stay in the processor's cache and the other way waits briefly.
   */
  static final int BUFFERS = 6;

  /** A packet so long belongs to a bulk transfer, whose sender can slow down. */
  private static final int BULK_BYTES = 500;

  private static final long LONGEST_WAIT_NANOS = 1_000_000_000;

  private final Tunnel tunnel;
  private final Device device;
  private final Merger merger;
  private final Paths paths = new Paths();
  private final DelayControl delay = new DelayControl();
  private final UdpReceiver receiver = new UdpReceiver(BUFFERS);
  private Engines.Choice choice;
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

  Inbound(Tunnel tunnel) {
    this.tunnel = tunnel;
    device = tunnel.device();
    merger = new Merger(tunnel);
    choice = tunnel.engines().choice();
    cipher = choice.create();
  }

  private void useNewestEngine() {
    tunnel.engines().carried(carried);
    if (tunnel.engines().choice() != choice) {
      choice = tunnel.engines().choice();
      cipher = choice.create();
    }
  }

  /** Receives a batch, if there is one, and carries it. */
  void receive(UdpSocket socket) {
    useNewestEngine();
    int count = receiver.receive(socket);
    if (count <= 0) {
      return;
    }
    now = Clock.bootNanos();
    lastKnown = false;
    receivedUnixNanos = Clock.unixNanos();
    receivedNanos = System.nanoTime();
    for (int i = 0; i < count; i++) {
      buffer(i);
    }
    merger.flush();
    report();
  }

  private void buffer(int index) {
    int left = receiver.length(index);
    int segment = receiver.segmentBytes(index);
    int trafficClass = receiver.tos(index);
    long at = receiver.address(index);
    slowDown = left > segment && hasWaitedLong(receiver.arrivalUnixNanos(index));
    while (left > 0) {
      int length = Math.min(segment, left);
      int type = Message.type(Memory.ALL, at, length);
      int count = type == Message.DATA ? alike(at, length, left) : 1;
      if (type == Message.DATA) {
        data(at, length, count, index, trafficClass);
      } else if (type == Message.INVALID) {
        device.drops().count(DropReason.MALFORMED_MESSAGE);
      } else {
        handshake(type, at, length, index, trafficClass);
      }
      at += (long) count * length;
      left -= count * length;
    }
  }

  private void handshake(int type, long at, int length, int index, int trafficClass) {
    if (type != Message.INITIATION && !device.awaits(type, Memory.ALL, at)) {
      DropReason reason =
          type == Message.COOKIE ? DropReason.INVALID_COOKIE : DropReason.UNEXPECTED_RESPONSE;
      device.drops().count(reason);
      return;
    }
    Path path = paths.of(receiver, index);
    if (!tunnel.handshakes().offer(type, at, length, path, trafficClass)) {
      device.drops().count(DropReason.HANDSHAKE_QUEUE_FULL);
    }
  }

  /** Whether what arrived at this time, many datagrams together, should slow its sender down. */
  private boolean hasWaitedLong(long arrivalUnixNanos) {
    long time = System.nanoTime();
    long waited = receivedUnixNanos - arrivalUnixNanos + time - receivedNanos;
    // Anything else says that the wall clock was set, or that there are no such times.
    return waited >= 0 && waited < LONGEST_WAIT_NANOS && delay.tells(waited, time);
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

  private void data(long at, int length, int count, int index, int trafficClass) {
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
    Path path = paths.of(receiver, index);
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
    if (slowDown && own >= BULK_BYTES) {
      slowDown = false;
      if (!Ecn.mark(Memory.ALL, head)) {
        device.drops().count(DropReason.QUEUED_TOO_LONG);
        return;
      }
    }
    merger.add(cipher, index, packet, own);
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
      tunnel.tickSoon();
    }
    keypair = null;
    carried += packets;
    packets = 0;
    bytes = 0;
  }
}
