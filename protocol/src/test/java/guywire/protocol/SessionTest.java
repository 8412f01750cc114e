package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two devices, the JDK's ciphers, and every message carried by hand. */
class SessionTest {

  private final Station alice = Station.real(1);
  private final Station bob = Station.real(2);

  @BeforeEach
  void introduce() {
    alice.meet(bob.publicKey(), Optional.of(bob.endpoint), "10.0.0.2/32");
    bob.meet(alice.publicKey(), Optional.empty(), "10.0.0.1/32");
    alice.up();
    bob.up();
  }

  private static byte[] toBob(long number) {
    return Station.packet(Station.inner(1), Station.inner(2), 60, number);
  }

  private static byte[] toAlice(long number) {
    return Station.packet(Station.inner(2), Station.inner(1), 60, number);
  }

  /** The peer may have lost all others: it was set down and up again. */
  @Test
  void what_answers_the_first_message_of_a_session_goes_out_by_the_same_session() {
    var pair = Pair.withSession();
    Keypair old = pair.aliceAtBob.sendingKeypair(pair.bob.now);
    pair.alice.device.down();
    pair.advance(Station.SECOND);
    pair.alice.up();
    pair.alice.send(Pair.toBob());
    pair.bob.receive(pair.alice.next(), pair.alice.endpoint);
    assertThat(pair.aliceAtBob.sendingKeypair(pair.bob.now)).as("not used yet").isSameAs(old);
    pair.alice.receive(pair.bob.next(), pair.bob.endpoint);
    byte[] first = pair.alice.next().bytes();
    Keypair fresh =
        pair.bob
            .device
            .sessions()
            .session(Message.receiver(java.lang.foreign.MemorySegment.ofArray(first), 0));
    assertThat(fresh).isNotNull().isNotSameAs(old);
    // As the unlocked thread does, before it delivers the packet; the device is told later.
    assertThat(pair.aliceAtBob.confirm(fresh)).isTrue();
    assertThat(pair.aliceAtBob.sendingKeypair(pair.bob.now)).isSameAs(fresh);
    pair.bob.device.tick(pair.bob.now, pair.bob);
    assertThat(pair.aliceAtBob.sendingKeypair(pair.bob.now)).isSameAs(fresh);
    assertThat(pair.aliceAtBob.confirm(fresh)).as("once").isFalse();
  }

  @Test
  void a_packet_starts_a_handshake_and_follows_it() {
    assertThat(alice.send(toBob(1))).isEmpty();
    Station.Datagram initiation = alice.next();
    assertThat(initiation.bytes()).hasSize(148).startsWith(1, 0, 0, 0);
    assertThat(initiation.path().endpoint()).isEqualTo(bob.endpoint);
    assertThat(initiation.trafficClass()).isEqualTo(0x88);
    assertThat(alice.sent).isEmpty();

    assertThat(bob.receive(initiation, alice.endpoint)).isEmpty();
    Station.Datagram response = bob.next();
    assertThat(response.bytes()).hasSize(92).startsWith(2, 0, 0, 0);
    assertThat(response.path().endpoint()).isEqualTo(alice.endpoint);

    assertThat(alice.receive(response, bob.endpoint)).isEmpty();
    Station.Datagram data = alice.next();
    assertThat(data.bytes()).hasSize(64 + 32).startsWith(4, 0, 0, 0);
    assertThat(alice.sent).isEmpty();

    assertThat(bob.receive(data, alice.endpoint)).isEmpty();
    assertThat(bob.delivered).containsExactly(toBob(1));

    assertThat(bob.send(toAlice(2))).isEmpty();
    assertThat(alice.receive(bob.next(), bob.endpoint)).isEmpty();
    assertThat(alice.delivered).containsExactly(toAlice(2));
    assertThat(alice.peer().lastHandshake()).contains(alice.wallTime);
    assertThat(bob.peer().lastHandshake()).contains(bob.wallTime);
    assertThat(alice.peer().sentBytes()).isEqualTo(148 + 96);
    assertThat(bob.peer().receivedBytes()).isEqualTo(148 + 96);
    assertThat(bob.peer().sentBytes()).isEqualTo(92 + 96);
    assertThat(alice.peer().receivedBytes()).isEqualTo(92 + 96);
  }

  @Test
  void a_keepalive_counts_32_bytes_on_both_sides() {
    var pair = Pair.withSession();
    long received = pair.aliceAtBob.receivedBytes();
    long sent = pair.bobAtAlice.sentBytes();
    pair.alice.device.setPersistentKeepalive(pair.bobAtAlice, 25, pair.alice.now, pair.alice);
    pair.exchange();
    assertThat(pair.aliceAtBob.receivedBytes() - received).isEqualTo(32);
    assertThat(pair.bobAtAlice.sentBytes() - sent).isEqualTo(32);
  }

  @Test
  void congestion_is_told_outside_and_what_is_met_there_inside() {
    byte[] capable = toBob(1);
    // Expedited forwarding, which stays inside, and ECT(0).
    capable[1] = (byte) 0xba;
    alice.send(capable);
    bob.receive(alice.next(), alice.endpoint);
    alice.receive(bob.next(), bob.endpoint);
    Station.Datagram data = alice.next();
    assertThat(data.trafficClass()).isEqualTo(2);
    assertThat(bob.receive(data.bytes(), Path.to(alice.endpoint), 3, 0)).isEmpty();
    assertThat(bob.delivered.getFirst()[1]).isEqualTo((byte) 0xbb);
  }

  @Test
  void two_that_begin_at_the_same_moment_both_get_their_answer() {
    bob.device.setEndpoint(bob.peer(), alice.endpoint);
    crossInitiations();

    Station.Datagram answerOfBob = bob.next();
    Station.Datagram answerOfAlice = alice.next();
    assertThat(alice.receive(answerOfBob, bob.endpoint)).isEmpty();
    assertThat(bob.receive(answerOfAlice, alice.endpoint)).isEmpty();
    bob.receive(alice.next(), alice.endpoint);
    alice.receive(bob.next(), bob.endpoint);

    assertThat(bob.delivered).containsExactly(toBob(1));
    assertThat(alice.delivered).containsExactly(toAlice(2));
  }

  @Test
  void beginning_at_once_with_one_that_forgets_its_own_beginning_works_too() {
    bob.device.setEndpoint(bob.peer(), alice.endpoint);
    crossInitiations();
    // The kernel forgets what it asked when it is asked itself: it drops Alice's answer.
    alice.next();

    assertThat(alice.receive(bob.next(), bob.endpoint)).isEmpty();
    bob.receive(alice.next(), alice.endpoint);
    alice.receive(bob.next(), bob.endpoint);

    assertThat(bob.delivered).containsExactly(toBob(1));
    assertThat(alice.delivered).containsExactly(toAlice(2));
  }

  private void crossInitiations() {
    alice.send(toBob(1));
    bob.send(toAlice(2));
    Station.Datagram fromAlice = alice.next();
    Station.Datagram fromBob = bob.next();
    assertThat(alice.receive(fromBob, bob.endpoint)).isEmpty();
    assertThat(bob.receive(fromAlice, alice.endpoint)).isEmpty();
  }
}
