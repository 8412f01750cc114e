package guywire.agent.managed;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.InterfaceName;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which of two handshakes is the later one, whatever the clock on the wall says. */
class HandshakeOrderTest {

  private static final InterfaceName TUNNEL = new InterfaceName("wg0");
  private static final InterfaceName OTHER_TUNNEL = new InterfaceName("wg1");
  private static final PublicKey ONE = key();
  private static final PublicKey OTHER = key();
  private static final Instant THEN = Instant.parse("2030-01-01T00:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private final HandshakeOrder order = new HandshakeOrder();

  private static PublicKey key() {
    return PrivateKey.generate(new SecureRandom()).publicKey();
  }

  @Test
  void one_that_is_made_after_the_clock_was_set_back_is_the_later_one() {
    order.look(TUNNEL, Map.of(ONE, THEN));
    var now = order.look(TUNNEL, Map.of(ONE, THEN, OTHER, THEN.minus(HOUR)));
    assertThat(now.get(OTHER)).isGreaterThan(now.get(ONE));

    var again = order.look(TUNNEL, Map.of(ONE, THEN.minus(HOUR), OTHER, THEN.minus(HOUR)));
    assertThat(again.get(ONE)).as("it went back to the first").isGreaterThan(again.get(OTHER));
  }

  @Test
  void one_that_was_made_while_the_clock_was_ahead_is_not_later_for_ever() {
    order.look(TUNNEL, Map.of(ONE, THEN.plus(HOUR), OTHER, THEN));
    var now = order.look(TUNNEL, Map.of(ONE, THEN.plus(HOUR), OTHER, THEN.plusSeconds(1)));
    assertThat(now.get(OTHER)).isGreaterThan(now.get(ONE));
    assertThat(order.look(TUNNEL, Map.of(ONE, THEN.plus(HOUR), OTHER, THEN.plusSeconds(1))))
        .as("nothing new")
        .isEqualTo(now);
  }

  @Test
  void of_two_that_are_seen_together_for_the_first_time_their_own_times_tell() {
    var now = order.look(TUNNEL, Map.of(ONE, THEN.plusMillis(1), OTHER, THEN));
    assertThat(now.get(ONE)).isGreaterThan(now.get(OTHER));
  }

  @Test
  void tunnels_are_told_apart_and_a_peer_that_was_taken_out_begins_anew() {
    var first = order.look(TUNNEL, Map.of(ONE, THEN));
    order.look(OTHER_TUNNEL, Map.of(ONE, THEN.plus(HOUR)));
    assertThat(order.look(TUNNEL, Map.of(ONE, THEN))).isEqualTo(first);

    assertThat(order.look(TUNNEL, Map.of())).isEmpty();
    assertThat(order.look(TUNNEL, Map.of(ONE, THEN)).get(ONE)).isGreaterThan(first.get(ONE));
  }
}
