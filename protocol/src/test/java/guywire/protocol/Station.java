package guywire.protocol;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A device with everything it sends and delivers caught, and a clock set by the test. */
final class Station implements Outbox {

  /** A datagram that left a station. */
  @SuppressWarnings("ArrayRecordComponent")
  record Datagram(Path path, byte[] bytes, int trafficClass) {
    int type() {
      return bytes[0];
    }
  }

  static final long SECOND = 1_000_000_000L;

  final Device device;
  final PrivateKey key;
  final Endpoint endpoint;
  final ArrayDeque<Datagram> sent = new ArrayDeque<>();
  final List<byte[]> delivered = new ArrayList<>();
  boolean socketWorks = true;
  long now = 1000 * SECOND;
  Instant wallTime = Instant.parse("2026-01-02T03:04:05Z");

  Station(Aead aead, DiffieHellman diffieHellman, long seed, Endpoint endpoint) {
    var random = new SplittableRandom(seed);
    device = new Device(aead, diffieHellman, random, () -> wallTime);
    key = PrivateKey.generate(random);
    this.endpoint = endpoint;
    device.setPrivateKey(key);
  }

  static Station real(int number) {
    return new Station(new JceAead(), DiffieHellman.JDK, number, endpoint(number));
  }

  static Endpoint endpoint(int number) {
    return new Endpoint(IpAddress.ipv4(0xc0000200 + number), 51820);
  }

  /** The inner address of a station: 10.0.0.number. */
  static IpAddress inner(int number) {
    return IpAddress.ipv4(0x0a000000 + number);
  }

  PublicKey publicKey() {
    return device.publicKey().orElseThrow();
  }

  Peer meet(PublicKey other, Optional<Endpoint> at, String... allowed) {
    Peer peer = device.addPeer(other).orElseThrow();
    at.ifPresent(endpoint -> device.setEndpoint(peer, endpoint));
    for (String prefix : allowed) {
      device.allowedIps().insert(Prefix.parse(prefix), peer);
    }
    return peer;
  }

  Peer peer() {
    return device.peers().iterator().next();
  }

  void up() {
    device.up(now, this);
  }

  Optional<DropReason> send(byte[] packet) {
    return device.send(MemorySegment.ofArray(packet), 0, packet.length, now, this);
  }

  Optional<DropReason> receive(Datagram datagram, Endpoint from) {
    return receive(datagram.bytes, Path.to(from), datagram.trafficClass, 0);
  }

  Optional<DropReason> receive(byte[] datagram, Path from, int trafficClass, int backlog) {
    byte[] copy = datagram.clone();
    return device.receive(
        MemorySegment.ofArray(copy), 0, copy.length, from, trafficClass, backlog, now, this);
  }

  /** Moves the clocks and does what is due on the way, each thing at its time. */
  void advance(long nanos) {
    long end = now + nanos;
    for (long next = device.nextDeadline(); next <= end; next = device.nextDeadline()) {
      pass(Math.max(next, now) - now);
      device.tick(now, this);
    }
    pass(end - now);
  }

  private void pass(long nanos) {
    now += nanos;
    wallTime = wallTime.plusNanos(nanos);
  }

  Datagram next() {
    return sent.remove();
  }

  @Override
  public boolean send(
      Peer peer, Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    if (socketWorks) {
      sent.add(new Datagram(path, bytes(datagram, offset, length), trafficClass));
    }
    return socketWorks;
  }

  @Override
  public void reply(Path path, MemorySegment datagram, long offset, int length, int trafficClass) {
    sent.add(new Datagram(path, bytes(datagram, offset, length), trafficClass));
  }

  @Override
  public void deliver(Peer peer, MemorySegment packet, long offset, int length) {
    delivered.add(bytes(packet, offset, length));
  }

  static byte[] bytes(MemorySegment segment, long offset, int length) {
    return segment.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }

  /** An IPv4 packet with a number in its body. */
  static byte[] packet(IpAddress from, IpAddress to, int length, long number) {
    var packet = new byte[length];
    packet[0] = 0x45;
    packet[2] = (byte) (length >> 8);
    packet[3] = (byte) length;
    System.arraycopy(from.bytes(), 0, packet, 12, 4);
    System.arraycopy(to.bytes(), 0, packet, 16, 4);
    for (int i = 0; i < 8 && 20 + i < length; i++) {
      packet[20 + i] = (byte) (number >>> (8 * i));
    }
    return packet;
  }
}
