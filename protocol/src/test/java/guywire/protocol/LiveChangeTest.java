package guywire.protocol;

import static guywire.protocol.Station.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What may change while packets flow: keys, peers, endpoints, the interface's state. */
class LiveChangeTest {

  private static PresharedKey psk(int seed) {
    return PresharedKey.generate(new SplittableRandom(seed));
  }

  @Test
  void a_new_private_key_stops_sessions_and_makes_new_ones() {
    var pair = Pair.withSession();
    PrivateKey key = PrivateKey.generate(new SplittableRandom(99));
    pair.alice.device.setPrivateKey(key);
    pair.bob.send(Pair.toAlice());
    assertThat(pair.alice.receive(pair.bob.next(), pair.bob.endpoint))
        .as("what was under way is still received")
        .isEmpty();
    pair.alice.send(Pair.toBob());
    Station.Datagram initiation = pair.alice.next();
    assertThat(initiation.type()).isEqualTo(Message.INITIATION);
    assertThat(pair.bob.receive(initiation, pair.alice.endpoint)).contains(DropReason.UNKNOWN_PEER);
    pair.bob.meet(key.publicKey(), Optional.of(pair.alice.endpoint), "10.0.0.1/32");
    pair.alice.advance(6 * SECOND);
    pair.bob.advance(6 * SECOND);
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(1);
  }

  @Test
  void without_a_private_key_nothing_is_begun_or_answered() {
    var pair = new Pair();
    pair.bob.device.setPrivateKey(PrivateKey.of(new byte[32]));
    assertThat(pair.bob.device.privateKey()).isEmpty();
    pair.alice.send(Pair.toBob());
    assertThat(pair.bob.receive(pair.alice.next(), pair.alice.endpoint)).isPresent();
    assertThat(pair.bob.send(Pair.toAlice())).isEmpty();
    assertThat(pair.bob.sent).isEmpty();
    assertThat(pair.bob.device.nextDeadline()).isEqualTo(Device.NO_DEADLINE);
    pair.bob.device.setPrivateKey(pair.bob.key);
    pair.alice.advance(6 * SECOND);
    pair.bob.advance(6 * SECOND);
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(1);
    assertThat(pair.alice.delivered).as("it waited for the key").hasSize(1);
  }

  @Test
  void what_waits_is_sent_for_when_its_peer_is_configured() {
    var pair = new Pair();
    pair.alice.device.setPrivateKey(PrivateKey.of(new byte[32]));
    pair.alice.send(Pair.toBob());
    pair.alice.device.setPrivateKey(pair.alice.key);
    assertThat(pair.alice.sent).isEmpty();
    pair.alice.device.flush(pair.bobAtAlice, pair.alice.now, pair.alice);
    assertThat(pair.alice.sent).hasSize(1);
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(1);
  }

  @Test
  void our_own_key_is_no_peer() {
    var pair = new Pair();
    assertThat(pair.alice.device.addPeer(pair.alice.publicKey())).isEmpty();
    pair.alice.device.setPrivateKey(pair.bob.key);
    assertThat(pair.alice.device.peers()).isEmpty();
    assertThat(pair.bobAtAlice.isRemoved()).isTrue();
    assertThat(pair.alice.device.allowedIps().size()).isZero();
  }

  @Test
  void the_same_private_key_again_changes_nothing() {
    var pair = Pair.withSession();
    pair.alice.device.setPrivateKey(PrivateKey.of(pair.alice.key.bytes()));
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.next().type()).isEqualTo(Message.DATA);
  }

  @Test
  void a_private_key_is_kept_clamped() {
    var bytes = new byte[32];
    Arrays.fill(bytes, (byte) 0xff);
    PrivateKey given = PrivateKey.of(bytes);
    var pair = Pair.withSession();
    pair.alice.device.setPrivateKey(given);
    bytes[0] = (byte) 0xf8;
    bytes[31] = 0x7f;
    assertThat(pair.alice.device.privateKey()).contains(PrivateKey.of(bytes));
    assertThat(pair.alice.publicKey()).isEqualTo(given.publicKey());
    pair.alice.device.setPrivateKey(PrivateKey.of(new byte[32]));
    assertThat(pair.alice.device.privateKey()).isEmpty();
  }

  @Test
  void a_new_preshared_key_counts_from_the_next_handshake_on() {
    var pair = Pair.withSession();
    pair.alice.device.setPresharedKey(pair.bobAtAlice, psk(1));
    pair.alice.send(Pair.toBob());
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(1);
    pair.advance(180 * SECOND);
    pair.exchange();
    pair.alice.send(Pair.toBob());
    pair.exchange();
    assertThat(pair.bob.delivered).as("the other side has not got it").hasSize(1);
    pair.bob.device.setPresharedKey(pair.aliceAtBob, psk(1));
    pair.advance(6 * SECOND);
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(2);
    assertThat(pair.alice.peer().presharedKey()).contains(psk(1));
  }

  @Test
  void a_preshared_key_set_during_a_handshake_counts_for_it() {
    var pair = new Pair();
    pair.bob.device.setPresharedKey(pair.aliceAtBob, psk(1));
    pair.alice.send(Pair.toBob());
    pair.bob.receive(pair.alice.next(), pair.alice.endpoint);
    pair.alice.device.setPresharedKey(pair.bobAtAlice, psk(1));
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(1);
  }

  @Test
  void a_removed_peer_leaves_nothing_behind() {
    var pair = Pair.withSession();
    Keypair keypair = pair.bobAtAlice.current();
    pair.alice.device.removePeer(pair.bobAtAlice);
    pair.bob.send(Pair.toAlice());
    assertThat(pair.alice.receive(pair.bob.next(), pair.bob.endpoint))
        .contains(DropReason.UNKNOWN_SESSION);
    assertThat(pair.alice.send(Pair.toBob())).contains(DropReason.NO_PEER);
    assertThat(pair.alice.device.sessions().size()).isZero();
    assertThat(pair.alice.device.nextDeadline()).isEqualTo(Device.NO_DEADLINE);
    assertThat(keypair).isNotNull();
    assertThat(keypair.isAlive()).isFalse();
    // The unlocked threads may still hold it for a moment.
    pair.bobAtAlice.sent(keypair, 1, 100, pair.alice.now);
    pair.bobAtAlice.received(keypair, 1, 100, pair.alice.now);
    assertThat(pair.alice.device.nextDeadline()).isEqualTo(Device.NO_DEADLINE);
    pair.alice.device.tick(pair.alice.now, pair.alice);
    assertThat(pair.alice.sent).isEmpty();
  }

  @Test
  void every_authenticated_message_moves_the_endpoint() {
    var pair = new Pair();
    var ports = new int[] {0};
    pair.alice.send(Pair.toBob());
    while (!pair.alice.sent.isEmpty() || !pair.bob.sent.isEmpty()) {
      var from = new Endpoint(pair.alice.endpoint.address(), 1000 + ports[0]++);
      if (!pair.alice.sent.isEmpty()) {
        pair.bob.receive(pair.alice.next(), from);
        assertThat(pair.aliceAtBob.path()).isEqualTo(Path.to(from));
      }
      if (!pair.bob.sent.isEmpty()) {
        Station.Datagram answer = pair.bob.next();
        assertThat(answer.path().endpoint()).isEqualTo(from);
        pair.alice.receive(answer, pair.bob.endpoint);
      }
    }
    pair.bob.advance(10 * SECOND);
    var roamed = new Endpoint(IpAddress.parse("2001:db8::7"), 9);
    assertThat(pair.alice.receive(pair.bob.next(), roamed)).isEmpty();
    assertThat(pair.bobAtAlice.path()).isEqualTo(Path.to(roamed));
  }

  @Test
  void what_is_not_authentic_moves_nothing() {
    var pair = Pair.withSession();
    pair.alice.send(Pair.toBob());
    Station.Datagram data = pair.alice.next();
    byte[] forged = data.bytes().clone();
    forged[20] ^= 1;
    Path elsewhere = Path.to(Station.endpoint(66));
    assertThat(pair.bob.receive(forged, elsewhere, 0, 0)).contains(DropReason.INVALID_TAG);
    assertThat(pair.bob.receive(data, pair.alice.endpoint)).isEmpty();
    assertThat(pair.bob.receive(data.bytes(), elsewhere, 0, 0))
        .as("a replayed one neither")
        .contains(DropReason.REPLAYED_COUNTER);
    assertThat(pair.aliceAtBob.path()).isEqualTo(Path.to(pair.alice.endpoint));
  }

  @Test
  void replies_leave_from_the_address_that_was_written_to_until_it_is_cleared() {
    var pair = Pair.withSession();
    Path sticky = new Path(pair.alice.endpoint, IpAddress.parse("198.51.100.1"), 3);
    pair.alice.send(Pair.toBob());
    pair.bob.receive(pair.alice.next().bytes(), sticky, 0, 0);
    pair.bob.send(Pair.toAlice());
    assertThat(pair.bob.next().path()).isEqualTo(sticky);
    pair.bob.advance(16 * SECOND);
    assertThat(pair.bob.sent.getLast().type()).isEqualTo(Message.INITIATION);
    assertThat(pair.bob.sent.getLast().path()).isEqualTo(Path.to(pair.alice.endpoint));
  }

  @Test
  void each_retry_of_a_handshake_leaves_the_source_address_to_routing() {
    var pair = new Pair();
    pair.alice.send(Pair.toBob());
    pair.alice.sent.clear();
    pair.bobAtAlice.roam(new Path(pair.bob.endpoint, IpAddress.parse("198.51.100.1"), 3));
    pair.alice.advance(6 * SECOND);
    assertThat(pair.alice.next().path()).isEqualTo(Path.to(pair.bob.endpoint));
  }

  @Test
  void setting_the_endpoint_it_has_keeps_the_source_address() {
    var pair = Pair.withSession();
    Path sticky = new Path(pair.alice.endpoint, IpAddress.parse("198.51.100.1"), 3);
    pair.aliceAtBob.roam(sticky);
    pair.bob.device.setEndpoint(pair.aliceAtBob, pair.alice.endpoint);
    assertThat(pair.aliceAtBob.path()).isEqualTo(sticky);
    pair.bob.device.clearSources();
    assertThat(pair.aliceAtBob.path()).isEqualTo(Path.to(pair.alice.endpoint));
  }

  @Test
  void down_ends_everything_and_up_sends_what_is_due() {
    var pair = Pair.withSession();
    Station alice = pair.alice;
    alice.device.setPersistentKeepalive(pair.bobAtAlice, 20, alice.now, alice);
    alice.sent.clear();
    alice.device.down();
    assertThat(alice.device.isUp()).isFalse();
    assertThat(alice.device.nextDeadline()).isEqualTo(Device.NO_DEADLINE);
    assertThat(alice.send(Pair.toBob())).contains(DropReason.INTERFACE_DOWN);
    pair.bob.send(Pair.toAlice());
    assertThat(alice.receive(pair.bob.next(), pair.bob.endpoint))
        .contains(DropReason.INTERFACE_DOWN);
    assertThat(alice.device.sessions().size()).isZero();
    alice.up();
    assertThat(alice.next().type()).isEqualTo(Message.INITIATION);
  }

  @Test
  void what_waits_does_not_outlive_the_interface_being_down() {
    var pair = new Pair();
    pair.alice.send(Pair.toBob());
    assertThat(pair.bobAtAlice.stagedPackets()).isOne();
    pair.alice.device.down();
    assertThat(pair.bobAtAlice.stagedPackets()).isZero();
    assertThat(pair.alice.device.drops().get(DropReason.STAGED_PURGED)).isOne();
  }

  @Test
  void suspend_takes_the_keys_but_not_the_peers() {
    var pair = Pair.withSession();
    pair.advance(6 * SECOND);
    pair.alice.device.clearSessions();
    assertThat(pair.alice.device.sessions().size()).isZero();
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.next().type()).isEqualTo(Message.INITIATION);
  }

  @Test
  void a_packet_without_owner_or_endpoint_is_dropped_with_its_own_reason() {
    var pair = new Pair();
    pair.alice.meet(PublicKey.of(new byte[32]), Optional.empty(), "10.0.0.3/32");
    byte[] toNobody = Station.packet(Station.inner(1), Station.inner(4), 40, 1);
    assertThat(pair.alice.send(toNobody)).contains(DropReason.NO_PEER);
    byte[] nowhere = Station.packet(Station.inner(1), Station.inner(3), 40, 1);
    assertThat(pair.alice.send(nowhere)).contains(DropReason.NO_ENDPOINT);
    assertThat(pair.alice.send(new byte[60])).contains(DropReason.NOT_IP);
    assertThat(pair.alice.device.drops().get(DropReason.NO_PEER)).isEqualTo(1);
    assertThat(pair.alice.device.drops().get(DropReason.NO_ENDPOINT)).isEqualTo(1);
  }

  @Test
  void the_source_inside_must_be_owned_by_the_peer_by_longest_match_over_all_peers() {
    var pair = Pair.withSession();
    pair.bob.device.allowedIps().insert(Prefix.ALL_IPV4, pair.aliceAtBob);
    byte[] foreign = Station.packet(Station.inner(3), Station.inner(2), 40, 1);
    pair.alice.send(foreign);
    assertThat(pair.bob.receive(pair.alice.next(), pair.alice.endpoint)).isEmpty();
    pair.bob.meet(PublicKey.of(new byte[32]), Optional.empty(), "10.0.0.3/32");
    long before = pair.aliceAtBob.receivedBytes();
    pair.alice.send(foreign);
    assertThat(pair.bob.receive(pair.alice.next(), pair.alice.endpoint))
        .contains(DropReason.WRONG_SOURCE);
    assertThat(pair.aliceAtBob.receivedBytes()).isEqualTo(before);
  }

  @Test
  void at_most_128_packets_wait_and_the_oldest_go_first() {
    var pair = new Pair();
    for (int i = 0; i < 200; i++) {
      pair.alice.send(Station.packet(Station.inner(1), Station.inner(2), 40, i));
    }
    assertThat(pair.bobAtAlice.stagedPackets()).isEqualTo(128);
    assertThat(pair.alice.device.drops().get(DropReason.STAGED_OVERFLOW)).isEqualTo(72);
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(128);
    assertThat(pair.bob.delivered.getFirst()[20] & 0xff).isEqualTo(72);
    assertThat(pair.bob.delivered.getLast()[20] & 0xff).isEqualTo(199);
  }

  @Test
  void what_waits_is_bounded_over_all_peers_together() {
    var budget = new StagedPackets.Budget(10_000);
    var one = new StagedPackets(budget);
    var other = new StagedPackets(budget);
    var packet = java.lang.foreign.MemorySegment.ofArray(new byte[4000]);
    assertThat(one.add(packet, 0, 4000)).isZero();
    assertThat(one.add(packet, 0, 4000)).isZero();
    assertThat(one.add(packet, 0, 4000)).as("its own oldest goes").isEqualTo(1);
    assertThat(one.size()).isEqualTo(2);
    assertThat(other.add(packet, 0, 4000)).as("the other's do not").isEqualTo(1);
    assertThat(one.purge()).isEqualTo(2);
    assertThat(budget.used()).isZero();
    assertThat(other.add(packet, 0, 4000)).isZero();
  }

  @Test
  void a_refused_datagram_counts_as_dropped_and_not_as_sent() {
    var pair = Pair.withSession();
    long before = pair.bobAtAlice.sentBytes();
    pair.alice.socketWorks = false;
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.device.drops().get(DropReason.SEND_FAILED)).isEqualTo(1);
    assertThat(pair.bobAtAlice.sentBytes()).isEqualTo(before);
    pair.alice.socketWorks = true;
    pair.alice.advance(30 * SECOND);
    assertThat(pair.alice.sent).as("no answer is awaited").isEmpty();
  }

  @Test
  void a_replayed_initiation_and_a_flood_of_new_ones_are_refused() {
    var pair = new Pair();
    pair.alice.send(Pair.toBob());
    Station.Datagram first = pair.alice.next();
    assertThat(pair.bob.receive(first, pair.alice.endpoint)).isEmpty();
    assertThat(pair.bob.receive(first, pair.alice.endpoint))
        .contains(DropReason.REPLAYED_INITIATION);
    pair.alice.advance(6 * SECOND);
    Station.Datagram second = pair.alice.next();
    pair.bob.advance(SECOND / 50 - 1);
    assertThat(pair.bob.receive(second, pair.alice.endpoint)).contains(DropReason.INITIATION_FLOOD);
    pair.bob.advance(1);
    assertThat(pair.bob.receive(second, pair.alice.endpoint)).isEmpty();
    assertThat(pair.bob.receive(first, pair.alice.endpoint))
        .contains(DropReason.REPLAYED_INITIATION);
  }

  @Test
  void what_is_under_way_in_the_old_session_still_arrives_after_its_renewal() {
    var pair = Pair.withSession();
    pair.advance(120 * SECOND);
    pair.bob.send(Pair.toAlice());
    Station.Datagram lateToAlice = pair.bob.next();
    pair.alice.send(Pair.toBob());
    Station.Datagram lateToBob = pair.alice.next();
    assertThat(pair.alice.sent.getFirst().type()).isEqualTo(Message.INITIATION);
    pair.exchange();
    assertThat(pair.alice.receive(lateToAlice, pair.bob.endpoint)).isEmpty();
    assertThat(pair.bob.receive(lateToBob, pair.alice.endpoint)).isEmpty();
    assertThat(pair.alice.delivered).hasSize(1);
    assertThat(pair.bob.delivered).hasSize(1);
  }

  @Test
  void both_sides_beginning_at_once_prefer_the_same_session_whatever_comes_first() {
    for (int order = 0; order < 8; order++) {
      var pair = new Pair();
      pair.alice.send(Pair.toBob());
      pair.bob.send(Pair.toAlice());
      Station.Datagram fromAlice = pair.alice.next();
      Station.Datagram fromBob = pair.bob.next();
      pair.alice.receive(fromBob, pair.bob.endpoint);
      pair.bob.receive(fromAlice, pair.alice.endpoint);
      for (int step = 0; step < 6; step++) {
        boolean aliceFirst = (order >> (step % 3) & 1) == 0;
        if (aliceFirst && !pair.alice.sent.isEmpty()) {
          pair.bob.receive(pair.alice.next(), pair.alice.endpoint);
        } else if (!pair.bob.sent.isEmpty()) {
          pair.alice.receive(pair.bob.next(), pair.bob.endpoint);
        }
      }
      pair.exchange();
      assertThat(pair.alice.delivered).as("order %d", order).hasSize(1);
      assertThat(pair.bob.delivered).as("order %d", order).hasSize(1);
      Keypair atAlice = pair.bobAtAlice.sendingKeypair(pair.alice.now);
      Keypair atBob = pair.aliceAtBob.sendingKeypair(pair.bob.now);
      assertThat(atAlice).isNotNull();
      assertThat(atBob).isNotNull();
      assertThat(atAlice.remoteIndex()).as("order %d", order).isEqualTo(atBob.index());
      assertThat(atAlice.isInitiator()).isNotEqualTo(atBob.isInitiator());
    }
  }
}
