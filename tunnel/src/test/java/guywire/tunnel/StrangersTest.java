package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.DropReason;
import guywire.protocol.ForgedInitiation;
import guywire.protocol.Limits;
import guywire.tunnel.cipher.Engines;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the datagrams of strangers may cost, by what is counted and by what waits. */
class StrangersTest {

  private final LoneNetwork network = new LoneNetwork(true);
  private LoneTunnel tunnel;
  private LoneTunnel stranger;

  @BeforeEach
  void begin() {
    var engine = Engines.present().getFirst();
    var log = new Log(Log.Level.SILENT, "strangers", System.err);
    tunnel = new LoneTunnel(network, 0, new MemoryTun(), engine, "", new Random(1), log);
    stranger = new LoneTunnel(network, 1, new MemoryTun(), engine, "", new Random(2), log);
    tunnel.up();
  }

  @AfterEach
  void end() {
    network.close();
  }

  private void comes(byte[] datagram) {
    network.forge(tunnel, stranger, datagram);
    while (network.deliver(tunnel)) {
      // All of it.
    }
  }

  private int waiting() {
    return tunnel.handshakes().size();
  }

  @Test
  void who_does_not_know_our_key_gets_no_place_in_the_queue_and_wakes_nobody() {
    var other = new ForgedInitiation(stranger.key.publicKey(), 1);
    for (int i = 0; i < 10_000; i++) {
      comes(other.next());
    }
    assertThat(waiting()).isZero();
    assertThat(tunnel.dropped(DropReason.INVALID_MAC1)).isEqualTo(10_000);
    comes(new ForgedInitiation(tunnel.key.publicKey(), 1).next());
    assertThat(waiting()).isOne();
  }

  @Test
  void of_a_flood_no_more_waits_than_the_queue_holds_and_the_rest_is_counted() {
    var forged = new ForgedInitiation(tunnel.key.publicKey(), 1);
    for (int i = 0; i < 20_000; i++) {
      comes(forged.next());
    }
    int full = waiting();
    assertThat(full).isBetween(1000, Limits.MAX_QUEUED_HANDSHAKES);
    assertThat(tunnel.dropped(DropReason.HANDSHAKE_QUEUE_FULL)).isEqualTo(20_000 - full);
    assertThat(tunnel.dropped(DropReason.INVALID_MAC1)).isZero();
  }

  @Test
  void who_has_answered_for_his_address_finds_room_beside_a_flood_and_comes_first() {
    var forged = new ForgedInitiation(tunnel.key.publicKey(), 1);
    for (int i = 0; i < 5_000; i++) {
      comes(forged.next());
    }
    int full = waiting();
    byte[] proved = forged.next();
    proved[147] = 1;
    comes(proved);
    assertThat(waiting()).isEqualTo(full + 1);
    var first = tunnel.handshakes().poll();
    assertThat(first).isNotNull();
    assertThat(first.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).isEqualTo(proved);
  }
}
