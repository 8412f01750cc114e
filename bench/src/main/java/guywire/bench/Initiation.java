package guywire.bench;

import guywire.protocol.Device;
import guywire.protocol.DiffieHellman;
import guywire.protocol.Endpoint;
import guywire.protocol.JceAead;
import guywire.protocol.Outbox;
import guywire.protocol.Path;
import guywire.protocol.Peer;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import java.time.Clock;

/** What a device says first, without sending it. */
final class Initiation implements Outbox {

  private byte[] bytes = {};

  private Initiation() {}

  /** Of the owner of a private key, to the owner of a public one. */
  static byte[] of(PrivateKey from, PublicKey to) {
    var device =
        new Device(new JceAead(), DiffieHellman.JDK, new SecureRandom(), Clock.systemUTC());
    var initiation = new Initiation();
    device.setPrivateKey(from);
    Peer peer = device.addPeer(to).orElseThrow();
    device.setEndpoint(peer, Endpoint.tryParse("127.0.0.1:9").orElseThrow());
    long now = System.nanoTime();
    device.setPersistentKeepalive(peer, 25, now, initiation);
    device.up(now, initiation);
    return initiation.bytes;
  }

  @Override
  public boolean send(
      Peer peer, Path to, MemorySegment datagram, long offset, int length, int trafficClass) {
    bytes = datagram.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    return true;
  }

  @Override
  public void reply(Path to, MemorySegment datagram, long offset, int length, int trafficClass) {
    throw new IllegalStateException("nobody asks it anything");
  }

  @Override
  public void deliver(Peer peer, MemorySegment packet, long offset, int length) {
    throw new IllegalStateException("nobody sends it anything");
  }
}
