package guywire.tunnel;

import guywire.address.IpAddress;
import guywire.linux.Clock;
import guywire.linux.Region;
import guywire.protocol.Device;
import guywire.protocol.DiffieHellman;
import guywire.protocol.Endpoint;
import guywire.protocol.Keypair;
import guywire.protocol.Outbox;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.protocol.PrivateKey;
import guywire.tunnel.cipher.Engines;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;

/** Two devices of the protocol that shake hands in memory, for tests that need a session. */
final class Sessions {

  private record Datagram(Device to, byte[] bytes) {}

  private final ArrayDeque<Datagram> wire = new ArrayDeque<>();
  private final Device left = device();
  private final Device right = device();
  private final Peer rightOfLeft;
  private final Peer leftOfRight;

  Sessions() {
    var random = new SecureRandom();
    PrivateKey leftKey = PrivateKey.generate(random);
    PrivateKey rightKey = PrivateKey.generate(random);
    left.setPrivateKey(leftKey);
    right.setPrivateKey(rightKey);
    rightOfLeft = left.addPeer(rightKey.publicKey()).orElseThrow();
    leftOfRight = right.addPeer(leftKey.publicKey()).orElseThrow();
    left.setEndpoint(rightOfLeft, new Endpoint(IpAddress.parse("192.0.2.2"), 2));
    shakeHands();
  }

  private static Device device() {
    return new Device(
        Engines.single(new Region()), DiffieHellman.JDK, new SecureRandom(), Instant::now);
  }

  private void shakeHands() {
    long now = Clock.bootNanos();
    left.up(now, to(right));
    right.up(now, to(left));
    left.setPersistentKeepalive(rightOfLeft, 25, now, to(right));
    while (!wire.isEmpty()) {
      Datagram datagram = wire.remove();
      Device from = datagram.to() == left ? right : left;
      MemorySegment bytes = MemorySegment.ofArray(datagram.bytes());
      Path path = Path.to(new Endpoint(IpAddress.parse("192.0.2.1"), 1));
      datagram.to().receive(bytes, 0, datagram.bytes().length, path, 0, 0, now, to(from));
    }
  }

  private Outbox to(Device target) {
    return new Outbox() {
      @Override
      public boolean send(Peer peer, Path path, MemorySegment bytes, long at, int length, int tos) {
        reply(path, bytes, at, length, tos);
        return true;
      }

      @Override
      public void reply(Path path, MemorySegment bytes, long at, int length, int tos) {
        var copy = new byte[length];
        MemorySegment.copy(bytes, at, MemorySegment.ofArray(copy), 0, length);
        wire.add(new Datagram(target, copy));
      }

      @Override
      public void deliver(Peer peer, MemorySegment packet, long offset, int length) {}
    };
  }

  /** The session as the left device has it. */
  Keypair keypair() {
    return rightOfLeft.sendingKeypair(Clock.bootNanos());
  }

  /** The same session as the right device has it. */
  Keypair other() {
    return leftOfRight.sendingKeypair(Clock.bootNanos());
  }

  /** Has the left device destroy its keys. */
  void destroyKeys() {
    left.clearSessions();
  }
}
