package guywire.protocol;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A device's data messages one at a time: packets that wait for a session, keepalives, and what
 * arrives outside the fast path. Under the device's lock.
 */
final class DataMessages {

  private static final int MAX_PACKET = 65_535;

  /** All packets of a device that wait for a session, in bytes. */
  private static final long STAGED_BYTES = 16L << 20;

  /** Stands at the end of a message until the cipher writes the tag; no tag by more than luck. */
  private static final long UNSEALED = 0x6e6f74207365616cL;

  private static final ValueLayout.OfLong LAST = ValueLayout.JAVA_LONG_UNALIGNED;

  private final Aead aead;
  private final Negotiation negotiation;
  private final IndexTable table;
  private final AllowedIps allowedIps;
  private final DropCounters drops;
  private final StagedPackets.Budget budget = new StagedPackets.Budget(STAGED_BYTES);
  private volatile int mtu = 1420;

  // Off the heap, as any engine takes it.
  private final MemorySegment plain = Arena.ofAuto().allocate(MAX_PACKET + 17, 64);
  private final MemorySegment sealed =
      Arena.ofAuto().allocate(MAX_PACKET + 17 + Message.DATA_OVERHEAD, 64);

  DataMessages(
      Aead aead,
      Negotiation negotiation,
      IndexTable table,
      AllowedIps allowedIps,
      DropCounters drops) {
    this.aead = aead;
    this.negotiation = negotiation;
    this.table = table;
    this.allowedIps = allowedIps;
    this.drops = drops;
  }

  StagedPackets newQueue() {
    return new StagedPackets(budget);
  }

  int mtu() {
    return mtu;
  }

  void setMtu(int bytes) {
    mtu = bytes;
  }

  /** Adds a packet to those that wait, and sends them if there is a session. */
  void stage(Peer peer, MemorySegment packet, long offset, int length, long now, Outbox outbox) {
    if (length > MAX_PACKET) {
      drops.count(DropReason.TOO_LARGE);
      return;
    }
    int dropped = peer.staged.add(packet, offset, length);
    if (dropped > 0) {
      drops.count(DropReason.STAGED_OVERFLOW, dropped);
    }
    flush(peer, now, outbox);
  }

  /** Sends what waits, or at least an empty message. */
  void sendKeepalive(Peer peer, long now, Outbox outbox) {
    peer.staged.addKeepalive();
    flush(peer, now, outbox);
  }

  /** Sends what waits; without a session it goes on waiting and a handshake is begun. */
  void flush(Peer peer, long now, Outbox outbox) {
    int count = peer.staged.size();
    Path path = peer.path();
    if (count == 0 || path == null) {
      return;
    }
    Keypair keypair = peer.sendingKeypair(now);
    long counter = keypair == null ? Keypair.EXHAUSTED : keypair.reserve(count);
    if (keypair == null || counter == Keypair.EXHAUSTED) {
      negotiation.initiate(peer, false, now, outbox);
      return;
    }
    int packets = 0;
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      byte[] packet = peer.staged.take();
      int length = seal(keypair, counter + i, packet);
      if (!keypair.isAlive()) {
        // A message under a key of zeros would be as good as plain.
        drops.count(DropReason.KEY_DESTROYED);
        continue;
      }
      if (!isSealed(keypair, counter + i, length)) {
        drops.count(DropReason.NOT_SEALED);
        continue;
      }
      int trafficClass = packet.length == 0 ? 0 : Ecn.encapsulate(plain, 0);
      if (outbox.send(peer, path, sealed, 0, length, trafficClass)) {
        bytes += length;
        packets += packet.length == 0 ? 0 : 1;
      } else {
        drops.count(DropReason.SEND_FAILED);
      }
    }
    peer.sent(keypair, packets, bytes, now);
    attend(peer, now, outbox);
  }

  void purge(Peer peer) {
    int dropped = peer.staged.purge();
    if (dropped > 0) {
      drops.count(DropReason.STAGED_PURGED, dropped);
    }
  }

  /** Grants what the unlocked threads, or the steps above, wished for this peer. */
  void attend(Peer peer, long now, Outbox outbox) {
    int wants = peer.takeWants();
    if ((wants & Peer.WANTS_CONFIRMATION) != 0 && peer.promote(table)) {
      negotiation.complete(peer);
      flush(peer, now, outbox);
    }
    if ((wants & Peer.WANTS_INITIATION) != 0) {
      negotiation.initiate(peer, false, now, outbox);
    }
  }

  /** Receives a data message, decrypting it in place; why it is dropped, or null. */
  @Nullable DropReason receive(
      MemorySegment datagram,
      long offset,
      int length,
      Path from,
      int trafficClass,
      long now,
      Outbox outbox) {
    Keypair keypair = table.session(Message.receiver(datagram, offset));
    if (keypair == null) {
      return DropReason.UNKNOWN_SESSION;
    }
    if (!keypair.mayReceive(now)) {
      return DropReason.EXPIRED_SESSION;
    }
    long counter = Message.counter(datagram, offset);
    long body = offset + Message.DATA_HEADER_LENGTH;
    int sealedLength = length - Message.DATA_HEADER_LENGTH;
    if (!aead.open(keypair.receiveKey(), counter, datagram, body, sealedLength, datagram, body)) {
      return DropReason.INVALID_TAG;
    }
    if (!keypair.replayWindow().accept(counter)) {
      return DropReason.REPLAYED_COUNTER;
    }
    Peer peer = keypair.peer();
    peer.roam(from);
    int plainLength = length - Message.DATA_OVERHEAD;
    if (plainLength == 0) {
      peer.received(keypair, 0, Message.DATA_OVERHEAD, now);
      attend(peer, now, outbox);
      return null;
    }
    int inner = InnerPacket.check(datagram, body, plainLength);
    DropReason refusal = null;
    if (inner == InnerPacket.INVALID) {
      refusal = DropReason.MALFORMED_PACKET;
    } else if (allowedIps.ofSource(datagram, body) != peer) {
      refusal = DropReason.WRONG_SOURCE;
    }
    peer.received(keypair, 1, refusal == null ? length : 0, now);
    attend(peer, now, outbox);
    if (refusal == null) {
      Ecn.decapsulate(trafficClass, datagram, body);
      outbox.deliver(peer, datagram, body, inner);
    }
    return refusal;
  }

  private int seal(Keypair keypair, long counter, byte[] packet) {
    int padded = Message.paddedLength(packet.length, mtu);
    MemorySegment.copy(packet, 0, plain, ValueLayout.JAVA_BYTE, 0, packet.length);
    plain.asSlice(packet.length, padded - packet.length).fill((byte) 0);
    Message.writeDataHeader(sealed, 0, keypair.remoteIndex(), counter);
    sealed.set(LAST, padded + Message.DATA_OVERHEAD - LAST.byteSize(), UNSEALED);
    aead.seal(keypair.sendKey(), counter, plain, 0, padded, sealed, Message.DATA_HEADER_LENGTH);
    return padded + Message.DATA_OVERHEAD;
  }

  /** The last look before it leaves: a data message whose tag a cipher wrote. */
  private boolean isSealed(Keypair keypair, long counter, int length) {
    return Message.isData(sealed, 0, keypair.remoteIndex(), counter)
        && sealed.get(LAST, length - LAST.byteSize()) != UNSEALED;
  }
}
