package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A device with as many peers as it may have. */
class ManyPeersTest {

  private final Station quiet = Station.real(1);
  private final Device device =
      new Device(
          new CheapCiphers.Engine(new CheapCiphers.Watch()),
          new CheapCiphers.Agreement(),
          new SplittableRandom(1),
          InstantSource.system());

  private static PublicKey key(int number) {
    var key = new byte[32];
    for (int i = 0; i < 4; i++) {
      key[i] = (byte) (number >>> (8 * i));
    }
    key[9] = 1;
    return PublicKey.of(key);
  }

  private void fill(int peers) {
    device.setPrivateKey(PrivateKey.generate(new SplittableRandom(2)));
    var path = Station.endpoint(9);
    for (int i = 0; i < peers; i++) {
      Peer peer = device.addPeer(key(i)).orElseThrow();
      device.allowedIps().insert(Prefix.host(IpAddress.ipv4(0x0a000000 + i)), peer);
      device.setEndpoint(peer, path);
    }
    device.up(Station.SECOND, quiet);
  }

  /** A packet to every peer, all their timers in one queue, and silence in the end. */
  private void speakWithAll(int peers) {
    long now = Station.SECOND;
    for (int i = 0; i < peers; i++) {
      byte[] packet = Station.packet(Station.inner(1), IpAddress.ipv4(0x0a000000 + i), 28, i);
      assertThat(device.send(MemorySegment.ofArray(packet), 0, 28, now, quiet)).isEmpty();
    }
    assertThat(quiet.sent).hasSize(peers);
    quiet.sent.clear();
    while (device.nextDeadline() != Device.NO_DEADLINE) {
      now = Math.max(now, device.nextDeadline());
      device.tick(now, quiet);
      if (quiet.sent.size() > 10_000) {
        quiet.sent.clear();
      }
    }
    assertThat(device.sessions().size()).isZero();
  }

  @Test
  void ten_thousand_peers_without_an_answer_come_to_rest() {
    fill(10_000);
    speakWithAll(10_000);
  }

  @Test
  @Tag("long")
  void a_million_peers_fit_and_one_more_does_not() {
    fill(Limits.MAX_PEERS);
    assertThat(device.addPeer(key(Limits.MAX_PEERS))).isEmpty();
    byte[] packet = Station.packet(Station.inner(1), IpAddress.ipv4(0x0a012345), 28, 1);
    assertThat(device.send(MemorySegment.ofArray(packet), 0, 28, 2 * Station.SECOND, quiet))
        .isEmpty();
    assertThat(quiet.sent).hasSize(1);
  }
}
