package guywire.tunnel;

import guywire.linux.Errno;
import guywire.linux.Memory;
import guywire.linux.UdpSender;
import guywire.linux.VirtioHeader;
import guywire.protocol.Device;
import guywire.protocol.DropReason;
import guywire.protocol.Ecn;
import guywire.protocol.Endpoint;
import guywire.protocol.InnerPacket;
import guywire.protocol.Keypair;
import guywire.protocol.Message;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.tunnel.cipher.MessageCipher;
import org.jspecify.annotations.Nullable;

/**
 * The way out: from the TUN to the peers, from end to end. Confined to the thread that has it
 * ({@link PacketThreads}).
 */
/*
 * 1. Read whatever the TUN has into the Backlog, and take the next (super-)packet from there; when
 *    there is none, send what is bundled.
 * 2. Find the peer that owns the destination, its path and its session; drop what was sealed by it already
 *    (OwnDatagrams); without a session the packets
 *    are staged under the device's lock, where a handshake is started.
 * 3. Reserve as many counters as there are segments; write them one by one (Cutter) into the peer's
 *    bundle, which encrypts them on the way.
 * 4. A full bundle is sealed, looked over as the kernel will cut it, and leaves by one sendmsg; so does
 *    every bundle when nothing more waits, enough was taken, or a packet that overtook others is
 *    followed by one that did not. The Transmitter takes nothing but what is Sealed.
 * Whatever is thrown costs what is in hand, counted, and the next batch begins.
 * Only step 2's staging takes the lock. A key destroyed while sealing is noticed before sending, and
 * the bundle thrown away.
 */
final class Outbound {

  /** What is left to carry after a turn. */
  enum Rest {
    /** Nothing: wait until the TUN can be read. */
    NONE,
    /** Something, or the TUN was not looked at again. */
    MORE,
    /** The interface was deleted. */
    GONE
  }

  private static final int BUNDLES = 8;

  /** Packets taken before bundles are sent, however many there are: bounds the delay. */
  private static final int PACKETS_PER_TURN = 64;

  /** Bytes taken before bundles are sent: some hundred microseconds' work. */
  private static final int BYTES_PER_TURN = 260_000;

  /** Bytes taken before the TUN is looked at again. */
  private static final int BYTES_PER_LOOK = 100_000;

  private final Surroundings around;
  private final Device device;
  private final Times times;
  private final Transmitter transmitter;
  private final Unreachable unreachable;
  private final Cutter cutter;
  private final Bundle[] bundles = new Bundle[BUNDLES];
  private final Backlog backlog;
  private final OwnTime own = new OwnTime();
  private final DelayControl delay = new DelayControl(own);
  private final long staging;
  private int nextVictim;
  private long now;
  private long carried;
  private final Engine engine;
  private MessageCipher cipher;

  /** Whether a packet is in hand, with as many segments as the cutter says if it was cut. */
  private boolean inHand;

  private boolean cut;

  /** The endpoint whose route was last said to lead into the tunnel. */
  private @Nullable Endpoint loop;

  Outbound(Surroundings around) {
    this.around = around;
    device = around.device();
    times = around.times();
    transmitter = new Transmitter(around);
    unreachable = new Unreachable(around.tun(), around.memory());
    cutter = new Cutter(around.memory());
    backlog = new Backlog(around.tun(), around.memory());
    staging = around.memory().allocate(Ip.MAX_LENGTH + Ip.V6_HEADER);
    for (int i = 0; i < BUNDLES; i++) {
      bundles[i] = new Bundle(around.memory());
    }
    engine = new Engine(around);
    cipher = engine.newest(0);
  }

  /** Carries what the TUN has, at most so much that the other way need not wait for long. */
  Rest carry() {
    try {
      return carryBatch();
    } catch (Throwable failure) {
      // Whatever it was, an exhausted heap among it: it costs what was in hand, not the tunnel.
      abandon();
      around.failures().met("the way out", failure);
      return Rest.MORE;
    }
  }

  /** Gives up what is in hand, and begins with a new cipher: the old one may be in the middle. */
  private void abandon() {
    int packets = inHand ? cut ? cutter.left() : 1 : 0;
    inHand = false;
    for (Bundle bundle : bundles) {
      packets += bundle.count();
      bundle.clear();
    }
    device.drops().count(DropReason.FAILED, packets);
    engine.spoil();
  }

  private Rest carryBatch() {
    now = times.bootNanos();
    cipher = engine.newest(carried);
    int errno = batch();
    if (!backlog.isEmpty() || errno == 0) {
      return Rest.MORE;
    }
    if (errno == Errno.EAGAIN || errno == Errno.EINTR) {
      return Rest.NONE;
    }
    around.interfaceGone(errno);
    return Rest.GONE;
  }

  /** Carries some packets; 0, or the error number with which the TUN ended. */
  private int batch() {
    long start = times.nanos();
    // What is left from before was work all the time.
    own.sample(backlog.isEmpty() ? start : Long.MIN_VALUE, start, times.threadNanos());
    int errno = backlog.fill(start);
    int bytes = 0;
    int unseen = 0;
    boolean overtaking = false;
    for (int i = 0; i < PACKETS_PER_TURN && bytes < BYTES_PER_TURN && backlog.take(); i++) {
      if (overtaking && !backlog.isSparse()) {
        sendAll();
      }
      overtaking = backlog.isSparse();
      inHand = true;
      cut = false;
      packet(backlog.virtio(), backlog.virtio() + VirtioHeader.BYTES, backlog.length());
      inHand = false;
      bytes += backlog.length();
      unseen += backlog.length();
      if (unseen >= BYTES_PER_LOOK) {
        errno = backlog.fill(times.nanos());
        unseen = 0;
      }
    }
    sendAll();
    return errno;
  }

  private void packet(long virtio, long packet, int length) {
    if (!device.isUp()) {
      // Only an interface that is up hands out packets: the news of it is still on its way.
      around.lookAtInterface();
    }
    int bytes = InnerPacket.check(Memory.ALL, packet, length);
    boolean slowDown = hasWaitedLong(virtio);
    boolean marked = slowDown && bytes != InnerPacket.INVALID && Ecn.mark(Memory.ALL, packet);
    if (bytes == InnerPacket.INVALID || !cutter.begin(virtio, packet, bytes)) {
      device.drops().count(DropReason.NOT_IP);
      return;
    }
    cut = true;
    int segments = cutter.segments();
    boolean lost = slowDown && !marked && segments > 1 && isTcp(virtio);
    if (marked || lost) {
      delay.told(times.nanos());
    }
    if (lost) {
      // The first of many: the receiver misses it at once, and it is all that has to be repeated.
      cutter.next();
      segments--;
      device.drops().count(DropReason.QUEUED_TOO_LONG);
    }
    Peer peer = device.allowedIps().ofDestination(Memory.ALL, packet);
    if (peer == null) {
      device.drops().count(DropReason.NO_PEER, segments);
      unreachable.answer(packet, bytes, now);
      return;
    }
    Path path = peer.path();
    if (path == null) {
      device.drops().count(DropReason.NO_ENDPOINT, segments);
      unreachable.answer(packet, bytes, now);
      return;
    }
    Keypair keypair = peer.sendingKeypair(now);
    if (OwnDatagrams.has(packet, bytes, device, keypair, path.endpoint(), around.ownPort())) {
      device.drops().count(DropReason.ROUTING_LOOP, segments);
      tellOfLoop(path.endpoint());
      return;
    }
    long counter = keypair == null ? Keypair.EXHAUSTED : keypair.reserve(segments);
    if (keypair == null || counter == Keypair.EXHAUSTED) {
      sendBundleOf(peer);
      stage(peer);
    } else {
      if (!bundle(peer, path, keypair, counter, Ecn.encapsulate(Memory.ALL, packet))) {
        unreachable.answerTooLong(packet, bytes, now, Bundle.LONGEST_PACKET);
      }
    }
  }

  /**
   * Whether this super-packet's sender should slow down. Single packets are too small to blame, and
   * who has nothing behind it has not made the queue.
   */
  private boolean hasWaitedLong(long virtio) {
    if (gsoType(virtio) == VirtioHeader.GSO_NONE) {
      return false;
    }
    long current = times.nanos();
    delay.left(backlog.time(), current);
    return backlog.isFollowed() && delay.isDue(current);
  }

  /**
   * Nobody repeats a datagram that is lost, and a tunnel in this one has a flow of all its flows.
   */
  private static boolean isTcp(long virtio) {
    return gsoType(virtio) != VirtioHeader.GSO_UDP_L4;
  }

  private static int gsoType(long virtio) {
    return Memory.getByte(virtio + VirtioHeader.GSO_TYPE);
  }

  private void tellOfLoop(Endpoint endpoint) {
    if (!endpoint.equals(loop)) {
      loop = endpoint;
      around
          .log()
          .error(
              "the route to the endpoint "
                  + endpoint
                  + " leads into the tunnel itself; what comes back is dropped."
                  + " Give the endpoint a route outside the tunnel");
    }
  }

  private void stage(Peer peer) {
    while (cutter.next()) {
      cutter.write(staging);
      int bytes = cutter.bytes();
      around.underLock(outbox -> {
        device.stage(peer, Memory.ALL, staging, bytes, times.bootNanos(), outbox);
      });
    }
  }

  /** Bundles what is cut; false if some of it is too long for any datagram. */
  private boolean bundle(Peer peer, Path path, Keypair keypair, long counter, int trafficClass) {
    boolean all = true;
    int mtu = device.mtu();
    int most = around.offloads().udpSegmentation() ? UdpSender.MAX_SEGMENTS : 1;
    Bundle bundle = bundleFor(peer);
    long next = counter;
    while (cutter.next()) {
      int bytes = cutter.bytes();
      int padded = Message.paddedLength(bytes, mtu);
      int datagram = padded + Message.DATA_OVERHEAD;
      int room = bundle.room(keypair, path, trafficClass, next, datagram, most);
      if (room <= 0) {
        send(bundle);
        room = bundle.room(keypair, path, trafficClass, next, datagram, most);
      }
      if (room == 0) {
        device.drops().count(DropReason.TOO_LARGE);
        all = false;
        continue;
      }
      if (cutter.headerBytes() == 0) {
        bundle.beginPlain(cipher, keypair, path, trafficClass, next++, padded);
        cutter.write(bundle.packet());
        bundle.finish(bytes, padded);
      } else {
        int wanted = Math.min(cutter.alike(), room);
        int headers = cutter.headerBytes();
        cipher.willFillFrom(cutter.payloadAddress());
        int begun =
            bundle.begin(cipher, keypair, path, trafficClass, next, padded, headers, wanted);
        next += begun;
        for (int i = 0; i < begun; i++) {
          if (i > 0) {
            cutter.next();
          }
          cutter.write(bundle.packet(), bundle);
          bundle.finish(bytes, padded);
        }
      }
      if (bundle.isFull(most)) {
        send(bundle);
      }
    }
    return all;
  }

  /** The peer's bundle if there is one, else an empty one, made so by sending it if need be. */
  private Bundle bundleFor(Peer peer) {
    Bundle empty = null;
    for (Bundle bundle : bundles) {
      if (bundle.isFor(peer)) {
        return bundle;
      }
      if (empty == null && bundle.isEmpty()) {
        empty = bundle;
      }
    }
    if (empty == null) {
      empty = bundles[nextVictim];
      nextVictim = (nextVictim + 1) % BUNDLES;
      send(empty);
    }
    return empty;
  }

  private void sendBundleOf(Peer peer) {
    for (Bundle bundle : bundles) {
      if (bundle.isFor(peer)) {
        send(bundle);
      }
    }
  }

  private void sendAll() {
    for (Bundle bundle : bundles) {
      if (!bundle.isEmpty()) {
        send(bundle);
      }
    }
  }

  private void send(Bundle bundle) {
    Keypair keypair = bundle.keypair();
    Path path = bundle.path();
    if (keypair == null || path == null) {
      return;
    }
    Sealed sealed = bundle.seal();
    if (!keypair.isAlive()) {
      device.drops().count(DropReason.KEY_DESTROYED, bundle.packets());
    } else if (sealed == null) {
      device.drops().count(DropReason.NOT_SEALED, bundle.count());
    } else {
      send(sealed, bundle, keypair, path);
    }
    bundle.clear();
  }

  private void send(Sealed sealed, Bundle bundle, Keypair keypair, Path path) {
    Peer peer = keypair.peer();
    int sent = transmitter.send(peer, path, sealed, bundle.trafficClass());
    int packets = bundle.packets();
    carried += packets;
    if (sent < sealed.length()) {
      int lost = Math.ceilDiv(sealed.length() - sent, sealed.segmentBytes());
      device.drops().count(DropReason.SEND_FAILED, lost);
      packets = Math.max(0, packets - lost);
    }
    if (sent > 0 && peer.sent(keypair, packets, sent, now)) {
      around.tickSoon();
    }
  }
}
