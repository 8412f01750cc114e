package guywire.protocol;

import static guywire.protocol.Station.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Each timer to the nanosecond. The jitter is what the device drew; its range is checked once. */
class TimersTest {

  /** Moves to one nanosecond before a time, where nothing may happen, and then onto it. */
  private static void reach(Station station, long time) {
    station.advance(time - station.now - 1);
    assertThat(station.sent).as("before its time").isEmpty();
    station.advance(1);
  }

  @Test
  void an_unanswered_initiation_is_repeated_after_5_seconds_and_jitter_19_times() {
    var pair = new Pair();
    Station alice = pair.alice;
    alice.send(Pair.toBob());
    assertThat(alice.next().type()).isEqualTo(Message.INITIATION);
    long first = alice.now;
    int initiations = 1;
    while (alice.device.nextDeadline() - alice.now < 60 * SECOND) {
      long due = alice.now + 5 * SECOND + pair.bobAtAlice.jitterNanos;
      assertThat(pair.bobAtAlice.jitterNanos).isBetween(0L, SECOND / 3);
      assertThat(alice.device.nextDeadline()).isEqualTo(due);
      reach(alice, due);
      if (alice.sent.isEmpty()) {
        break;
      }
      assertThat(alice.next().type()).isEqualTo(Message.INITIATION);
      initiations++;
    }
    assertThat(initiations).isEqualTo(20);
    assertThat(alice.now - first).isBetween(100 * SECOND, 107 * SECOND);
    // Given up: nothing waits, and all that is left is the end of keys.
    assertThat(pair.bobAtAlice.stagedPackets()).isZero();
    assertThat(alice.device.drops().get(DropReason.STAGED_PURGED)).isEqualTo(1);
    assertThat(alice.device.nextDeadline()).isEqualTo(alice.now + 540 * SECOND);
    alice.advance(540 * SECOND);
    assertThat(alice.device.nextDeadline()).isEqualTo(Device.NO_DEADLINE);
    assertThat(alice.sent).isEmpty();
  }

  @Test
  void a_packet_begins_the_count_of_retries_anew() {
    var pair = new Pair();
    Station alice = pair.alice;
    alice.send(Pair.toBob());
    alice.advance(95 * SECOND);
    alice.send(Pair.toBob());
    alice.sent.clear();
    alice.advance(60 * SECOND);
    assertThat(alice.sent).hasSizeBetween(11, 12);
  }

  @Test
  void initiations_are_5_seconds_apart_whatever_is_asked() {
    var pair = new Pair();
    Station alice = pair.alice;
    for (int i = 0; i < 49; i++) {
      alice.send(Pair.toBob());
      alice.advance(SECOND / 10);
    }
    assertThat(alice.sent).hasSize(1);
  }

  @Test
  void received_data_is_answered_by_a_keepalive_after_10_seconds() {
    var pair = Pair.withSession();
    pair.alice.send(Pair.toBob());
    pair.exchange();
    long due = pair.bob.now + 10 * SECOND;
    reach(pair.bob, due);
    assertThat(pair.bob.next().bytes()).hasSize(32);
    pair.bob.advance(100 * SECOND);
    assertThat(pair.bob.sent).isEmpty();
  }

  @Test
  void more_data_received_meanwhile_is_answered_by_another_keepalive() {
    var pair = Pair.withSession();
    pair.alice.send(Pair.toBob());
    pair.alice.send(Pair.toBob());
    pair.exchange();
    reach(pair.bob, pair.bob.now + 10 * SECOND);
    assertThat(pair.bob.next().bytes()).hasSize(32);
    reach(pair.bob, pair.bob.now + 10 * SECOND);
    assertThat(pair.bob.next().bytes()).hasSize(32);
    pair.bob.advance(60 * SECOND);
    assertThat(pair.bob.sent).isEmpty();
  }

  @Test
  void sending_anything_makes_the_keepalive_needless() {
    var pair = Pair.withSession();
    pair.alice.send(Pair.toBob());
    pair.exchange();
    pair.bob.advance(9 * SECOND);
    pair.bob.send(Pair.toAlice());
    pair.exchange();
    pair.bob.advance(14 * SECOND);
    assertThat(pair.bob.sent).isEmpty();
  }

  @Test
  void keepalives_are_not_answered() {
    var pair = Pair.withSession();
    pair.alice.send(Pair.toBob());
    pair.exchange();
    pair.advance(10 * SECOND);
    assertThat(pair.bob.sent).hasSize(1);
    pair.exchange();
    pair.advance(100 * SECOND);
    assertThat(pair.alice.sent).isEmpty();
    assertThat(pair.bob.sent).isEmpty();
  }

  @Test
  void unanswered_data_makes_a_new_handshake_after_15_seconds_and_jitter() {
    var pair = Pair.withSession();
    Station alice = pair.alice;
    alice.send(Pair.toBob());
    alice.sent.clear();
    long due = alice.now + 15 * SECOND + pair.bobAtAlice.jitterNanos;
    alice.advance(3 * SECOND);
    // Counted from the first unanswered packet.
    alice.send(Pair.toBob());
    alice.sent.clear();
    reach(alice, due);
    assertThat(alice.next().type()).isEqualTo(Message.INITIATION);
  }

  @Test
  void any_answer_shows_that_the_session_lives() {
    var pair = Pair.withSession();
    pair.alice.send(Pair.toBob());
    pair.exchange();
    pair.advance(10 * SECOND);
    pair.exchange();
    pair.alice.advance(60 * SECOND);
    assertThat(pair.alice.sent).isEmpty();
  }

  @Test
  void keepalives_alone_are_not_data_that_wants_an_answer() {
    var pair = Pair.withSession();
    pair.alice.device.setPersistentKeepalive(pair.bobAtAlice, 25, pair.alice.now, pair.alice);
    pair.alice.sent.clear();
    pair.alice.advance(24 * SECOND);
    assertThat(pair.alice.sent).isEmpty();
  }

  @Test
  void persistent_keepalives_come_after_their_interval_of_silence_in_both_directions() {
    var pair = Pair.withSession();
    Station alice = pair.alice;
    alice.device.setPersistentKeepalive(pair.bobAtAlice, 25, alice.now, alice);
    assertThat(alice.next().bytes()).as("one at once").hasSize(32);
    reach(alice, alice.now + 25 * SECOND);
    assertThat(alice.next().bytes()).hasSize(32);
    alice.advance(20 * SECOND);
    pair.bob.now = alice.now;
    pair.bob.send(Pair.toAlice());
    alice.receive(pair.bob.next(), pair.bob.endpoint);
    // The passive keepalive after 10 seconds moves it again.
    reach(alice, alice.now + 10 * SECOND);
    alice.sent.clear();
    reach(alice, alice.now + 25 * SECOND);
    alice.sent.clear();
    alice.device.setPersistentKeepalive(pair.bobAtAlice, 0, alice.now, alice);
    alice.advance(60 * SECOND);
    assertThat(alice.sent).isEmpty();
  }

  @Test
  void the_initiator_renews_a_session_on_sending_at_120_seconds() {
    var pair = Pair.withSession();
    pair.advance(120 * SECOND - 1);
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.sent).hasSize(1);
    pair.exchange();
    pair.advance(1);
    pair.bob.send(Pair.toAlice());
    assertThat(pair.bob.sent).as("the responder leaves it to the initiator").hasSize(1);
    pair.exchange();
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.sent).extracting(Station.Datagram::type).containsExactly(4, 1);
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.sent).as("asked for once").hasSize(3);
    pair.exchange();
    assertThat(pair.alice.peer().lastHandshake()).contains(pair.alice.wallTime);
  }

  @Test
  void the_initiator_renews_a_session_on_receiving_at_165_seconds_once() {
    var pair = Pair.withSession();
    pair.advance(165 * SECOND - 1);
    pair.bob.send(Pair.toAlice());
    pair.alice.receive(pair.bob.next(), pair.bob.endpoint);
    assertThat(pair.alice.sent).isEmpty();
    pair.advance(1);
    pair.bob.send(Pair.toAlice());
    pair.alice.receive(pair.bob.next(), pair.bob.endpoint);
    assertThat(pair.alice.next().type()).isEqualTo(Message.INITIATION);
    pair.bob.send(Pair.toAlice());
    pair.alice.receive(pair.bob.next(), pair.bob.endpoint);
    assertThat(pair.alice.sent).isEmpty();
  }

  @Test
  void the_responder_leaves_the_renewal_to_the_initiator_in_the_last_minute_too() {
    var pair = Pair.withSession();
    pair.advance(119 * SECOND);
    pair.alice.send(Pair.toBob());
    Station.Datagram late = pair.alice.next();
    pair.bob.advance(60 * SECOND);
    assertThat(pair.bob.receive(late, pair.alice.endpoint)).isEmpty();
    assertThat(pair.bob.delivered).hasSize(1);
    assertThat(pair.bob.sent).isEmpty();
  }

  @Test
  void each_session_has_its_own_try_at_165_seconds() {
    var pair = Pair.withSession();
    for (int session = 0; session < 3; session++) {
      pair.advance(165 * SECOND);
      pair.bob.send(Pair.toAlice());
      pair.alice.receive(pair.bob.next(), pair.bob.endpoint);
      assertThat(pair.alice.sent)
          .as("session %d", session)
          .extracting(Station.Datagram::type)
          .containsExactly(Message.INITIATION);
      pair.exchange();
    }
  }

  @Test
  void a_response_is_followed_by_a_keepalive_if_nothing_waits_for_it() {
    var pair = Pair.withSession();
    pair.advance(165 * SECOND);
    pair.bob.send(Pair.toAlice());
    pair.alice.receive(pair.bob.next(), pair.bob.endpoint);
    pair.bob.receive(pair.alice.next(), pair.alice.endpoint);
    pair.alice.receive(pair.bob.next(), pair.bob.endpoint);
    Station.Datagram first = pair.alice.next();
    assertThat(first.bytes()).hasSize(32);
    assertThat(pair.alice.sent).isEmpty();
    pair.bob.receive(first, pair.alice.endpoint);
    assertThat(pair.aliceAtBob.lastHandshake()).contains(pair.bob.wallTime);
  }

  @Test
  void a_response_counts_as_a_handshake_message_of_ours_for_5_seconds() {
    var pair = new Pair();
    pair.alice.send(Pair.toBob());
    pair.bob.receive(pair.alice.next(), pair.alice.endpoint);
    assertThat(pair.bob.next().type()).isEqualTo(Message.RESPONSE);
    // It was lost; Bob has something to send, and no session yet that he may use.
    pair.bob.advance(5 * SECOND - 1);
    pair.bob.send(Pair.toAlice());
    assertThat(pair.bob.sent).isEmpty();
    pair.bob.advance(1);
    pair.bob.send(Pair.toAlice());
    assertThat(pair.bob.next().type()).isEqualTo(Message.INITIATION);
  }

  @Test
  void a_handshake_given_up_takes_the_keepalive_that_is_due_with_it() {
    var pair = Pair.withSession();
    Station alice = pair.alice;
    alice.send(Pair.toBob());
    alice.sent.clear();
    int initiations = 0;
    while (initiations < 20) {
      assertThat(alice.now).isLessThan(1150 * SECOND);
      alice.advance(SECOND);
      initiations += alice.sent.size();
      alice.sent.clear();
    }
    // The last try is out; in the old session Bob is still heard.
    pair.bob.now = alice.now;
    pair.bob.send(Pair.toAlice());
    assertThat(alice.receive(pair.bob.next(), pair.bob.endpoint)).isEmpty();
    alice.advance(60 * SECOND);
    assertThat(alice.sent).isEmpty();
  }

  @Test
  void a_session_is_unusable_at_180_seconds() {
    var pair = Pair.withSession();
    pair.advance(180 * SECOND - 1);
    pair.bob.send(Pair.toAlice());
    Station.Datagram last = pair.bob.next();
    pair.bob.send(Pair.toAlice());
    Station.Datagram late = pair.bob.next();
    assertThat(pair.alice.receive(last, pair.bob.endpoint)).isEmpty();
    pair.alice.sent.clear();
    pair.advance(1);
    assertThat(pair.alice.receive(late, pair.bob.endpoint)).contains(DropReason.EXPIRED_SESSION);
    pair.bob.send(Pair.toAlice());
    assertThat(pair.bob.next().type()).isEqualTo(Message.INITIATION);
    assertThat(pair.aliceAtBob.stagedPackets()).isEqualTo(1);
  }

  @Test
  void keys_are_zeroed_540_seconds_after_the_last_session() {
    var pair = Pair.withSession();
    Keypair keypair = pair.bobAtAlice.current();
    assertThat(keypair).isNotNull();
    assertThat(pair.alice.device.nextDeadline()).isEqualTo(pair.alice.now + 540 * SECOND);
    pair.alice.advance(540 * SECOND - 1);
    assertThat(keypair.isAlive()).isTrue();
    pair.alice.advance(1);
    assertThat(keypair.isAlive()).isFalse();
    assertThat(keypair.sendKey().array()).containsOnly(0);
    assertThat(keypair.receiveKey().array()).containsOnly(0);
    assertThat(pair.alice.device.sessions().size()).isZero();
    assertThat(pair.alice.device.nextDeadline()).isEqualTo(Device.NO_DEADLINE);
  }

  @Test
  void a_session_is_renewed_after_2_to_the_60_messages_and_ends_before_the_counter_does()
      throws Exception {
    var pair = Pair.withSession();
    Keypair keypair = pair.alice.peer().sendingKeypair(pair.alice.now);
    assertThat(keypair).isNotNull();
    pair.alice.advance(6 * SECOND);
    pair.bob.advance(6 * SECOND);
    skipTo(keypair, Limits.REKEY_AFTER_MESSAGES - 1);
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.sent).hasSize(1);
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.sent).extracting(Station.Datagram::type).containsExactly(4, 4, 1);
    pair.alice.sent.clear();

    skipTo(keypair, Limits.REJECT_AFTER_MESSAGES - 1);
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.next().type()).isEqualTo(Message.DATA);
    pair.alice.send(Pair.toBob());
    assertThat(pair.alice.sent).isEmpty();
    assertThat(pair.bobAtAlice.stagedPackets()).isEqualTo(1);
    assertThat(keypair.reserve(1)).isEqualTo(Keypair.EXHAUSTED);
  }

  /** No test could send so many: the counter is set from outside. */
  private static void skipTo(Keypair keypair, long counter) throws ReflectiveOperationException {
    var field = Keypair.class.getDeclaredField("sendCounter");
    field.setAccessible(true);
    field.setLong(keypair, counter);
  }
}
