package guywire.agent.managed;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a server is told at once that a peer has come. */
class PeerArrivalsTest {

  private static final Instant START = Instant.parse("2026-12-01T08:00:00Z");

  private final PublicKey hub = PrivateKey.generate(new SecureRandom()).publicKey();
  private final PublicKey phone = PrivateKey.generate(new SecureRandom()).publicKey();
  private final PeerArrivals arrivals = new PeerArrivals();

  private boolean look(long now, Optional<Long> hubs, Optional<Long> phones) {
    return arrivals.look(
        Map.of(hub, hubs.map(START::plusSeconds), phone, phones.map(START::plusSeconds)),
        now * 1_000_000_000L);
  }

  @Test
  void a_first_handshake_is_an_arrival_and_the_next_ones_are_none() {
    assertThat(look(0, Optional.of(-5L), Optional.empty())).isTrue();
    assertThat(look(1, Optional.of(-5L), Optional.empty())).isFalse();
    assertThat(look(2, Optional.of(-5L), Optional.of(2L))).isTrue();
    assertThat(look(120, Optional.of(115L), Optional.of(118L))).isFalse();
  }

  @Test
  void who_was_away_for_longer_than_a_session_comes_anew() {
    assertThat(look(0, Optional.of(0L), Optional.of(0L))).isTrue();
    assertThat(look(120, Optional.of(120L), Optional.of(0L))).isFalse();
    assertThat(look(181, Optional.of(120L), Optional.of(181L))).isTrue();
  }

  @Test
  void nobody_is_awaited_while_all_are_here() {
    assertThat(arrivals.isAwaited()).isFalse();
    look(10, Optional.of(0L), Optional.empty());
    assertThat(arrivals.isAwaited()).isTrue();
    look(11, Optional.of(0L), Optional.of(11L));
    assertThat(arrivals.isAwaited()).isFalse();
    look(120, Optional.of(120L), Optional.of(11L));
    assertThat(arrivals.isAwaited()).isFalse();
    look(200, Optional.of(120L), Optional.of(11L));
    assertThat(arrivals.isAwaited()).isTrue();
  }
}
