package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The boot clock goes on while the machine sleeps: what was to happen meanwhile is past. */
class SuspendTest {

  private static final long SECOND = Station.SECOND;
  private static final long NIGHT = 8 * 3600 * SECOND;

  /** The clock jumps; nothing is done on the way. */
  private static void sleep(Station station, long nanos) {
    station.now += nanos;
    station.wallTime = station.wallTime.plusNanos(nanos);
  }

  private static List<Integer> types(Station station) {
    return station.sent.stream().map(Station.Datagram::type).toList();
  }

  @Test
  void a_session_older_than_its_limit_is_gone_in_both_directions() {
    var pair = Pair.withSession();
    pair.bob.send(Pair.toAlice());
    Station.Datagram old = pair.bob.next();
    sleep(pair.alice, 180 * SECOND);
    assertThat(pair.alice.receive(old, pair.bob.endpoint)).contains(DropReason.EXPIRED_SESSION);
    pair.alice.send(Pair.toBob());
    assertThat(types(pair.alice)).containsExactly(Message.INITIATION);
    sleep(pair.bob, 180 * SECOND);
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(1);
  }

  @Test
  void a_session_survives_a_nap_that_nobody_tells_of() {
    var pair = Pair.withSession();
    sleep(pair.alice, 60 * SECOND);
    pair.alice.send(Pair.toBob());
    assertThat(types(pair.alice)).containsExactly(Message.DATA);
  }

  @Test
  void all_timers_due_at_once_make_one_initiation_and_its_retry() {
    var pair = Pair.withSession();
    Station alice = pair.alice;
    alice.device.setPersistentKeepalive(pair.bobAtAlice, 25, alice.now, alice);
    pair.exchange();
    // Unanswered data, an answer that is owed, the keys' end, the persistent keepalive.
    alice.send(Pair.toBob());
    alice.sent.clear();
    pair.bob.send(Pair.toAlice());
    Station.Datagram data = pair.bob.next();
    alice.receive(data, pair.bob.endpoint);
    alice.send(Pair.toBob());
    alice.sent.clear();
    sleep(alice, NIGHT);
    assertThat(alice.device.nextDeadline()).isLessThan(alice.now);
    alice.device.tick(alice.now, alice);
    assertThat(types(alice)).containsExactly(Message.INITIATION);
    assertThat(alice.device.sessions().size()).as("the handshake's index alone").isOne();
    long retry = alice.now + 5 * SECOND + pair.bobAtAlice.jitterNanos;
    assertThat(alice.device.nextDeadline()).isBetween(alice.now + 5 * SECOND, retry);
    alice.device.tick(alice.now, alice);
    assertThat(alice.sent).hasSize(1);
    pair.bob.now = alice.now;
    pair.exchange();
    assertThat(alice.peer().lastHandshake()).contains(alice.wallTime);
  }

  @Test
  void a_handshake_that_slept_goes_on_with_its_next_try() {
    var pair = new Pair();
    pair.alice.send(Pair.toBob());
    pair.alice.sent.clear();
    sleep(pair.alice, NIGHT);
    pair.alice.device.tick(pair.alice.now, pair.alice);
    assertThat(types(pair.alice)).containsExactly(Message.INITIATION);
    pair.exchange();
    assertThat(pair.bob.delivered).as("what waited").hasSize(1);
  }

  @Test
  void many_peers_get_one_initiation_each() {
    Station hub = Station.real(1);
    for (int i = 2; i < 102; i++) {
      Peer peer =
          hub.meet(
              Station.real(i).publicKey(), Optional.of(Station.endpoint(i)), "10.0.0." + i + "/32");
      hub.device.setPersistentKeepalive(peer, 25, hub.now, hub);
    }
    hub.up();
    assertThat(hub.sent).hasSize(100);
    for (int wake = 0; wake < 3; wake++) {
      hub.sent.clear();
      sleep(hub, NIGHT);
      hub.device.tick(hub.now, hub);
      hub.device.tick(hub.now + SECOND, hub);
      assertThat(hub.sent).hasSize(100).allMatch(sent -> sent.type() == Message.INITIATION);
      assertThat(hub.sent).extracting(Station.Datagram::path).doesNotHaveDuplicates();
    }
  }

  @Test
  void who_is_told_of_a_nap_makes_a_new_session_at_once_and_answers_flow() {
    var pair = Pair.withSession();
    pair.advance(6 * SECOND);
    pair.bob.send(Pair.toAlice());
    Station.Datagram old = pair.bob.next();
    sleep(pair.alice, SECOND);
    pair.alice.device.clearSessions();
    assertThat(pair.alice.device.sessions().size()).isZero();
    assertThat(pair.alice.receive(old, pair.bob.endpoint)).contains(DropReason.UNKNOWN_SESSION);
    pair.alice.send(Pair.toBob());
    assertThat(types(pair.alice)).containsExactly(Message.INITIATION);
    pair.exchange();
    pair.bob.send(Pair.toAlice());
    pair.exchange();
    assertThat(pair.bob.delivered).hasSize(1);
    assertThat(pair.alice.delivered).hasSize(1);
  }
}
