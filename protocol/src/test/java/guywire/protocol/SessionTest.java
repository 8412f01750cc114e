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
}
