package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.LanEndpoint;
import guywire.node.LanCall.Reaction;
import guywire.protocol.Endpoint;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A laptop that dials the machine at home from elsewhere, and comes home. */
class LanCallTest {

  private static final PublicKey KEY = PrivateKey.generate(new SecureRandom()).publicKey();
  private static final Endpoint HOME = endpoint("192.168.1.10");
  private static final Endpoint OUTSIDE = endpoint("203.0.113.7");

  private final LanCall call =
      new LanCall(
          new LanEndpoint(Prefix.parse("192.168.1.0/24"), IpAddress.parse("192.168.1.10"), 51820));
  private Endpoint called = OUTSIDE;
  private long received = 1000;
  private long now;

  private static Endpoint endpoint(String address) {
    return new Endpoint(IpAddress.parse(address), 51820);
  }

  private Reaction look(boolean here) {
    var peer =
        new WireGuardPeer(
            KEY,
            Optional.empty(),
            Optional.of(called),
            List.of(),
            0,
            Optional.empty(),
            received,
            0);
    var reaction = call.look(here, peer, now);
    switch (reaction) {
      case Reaction.Try(var there) -> called = there;
      case Reaction.PutBack(var before) -> called = before;
      case Reaction.CallOutside _ -> called = OUTSIDE;
      case Reaction.Stay _ -> {}
    }
    return reaction;
  }

  @Test
  void elsewhere_nothing_is_done() {
    assertThat(look(false)).isEqualTo(new Reaction.Stay());
    assertThat(call.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void at_home_it_is_called_in_the_lan_and_outside_when_the_laptop_has_gone() {
    look(false);
    assertThat(look(true)).isEqualTo(new Reaction.Try(HOME));
    assertThat(call.deadline()).isEqualTo(now + LanCall.PATIENCE);
    received += 32;
    now += 1;
    assertThat(look(true)).isEqualTo(new Reaction.Stay());
    assertThat(call.deadline()).isEqualTo(Long.MAX_VALUE);
    now += 1000 * LanCall.PATIENCE;
    assertThat(look(true)).isEqualTo(new Reaction.Stay());
    assertThat(look(false)).isEqualTo(new Reaction.CallOutside());
    assertThat(look(false)).isEqualTo(new Reaction.Stay());
  }

  @Test
  void in_a_cafe_with_the_same_prefix_it_is_called_once_and_then_again_where_it_was() {
    assertThat(look(true)).isEqualTo(new Reaction.Try(HOME));
    now = LanCall.PATIENCE - 1;
    assertThat(look(true)).isEqualTo(new Reaction.Stay());
    now = LanCall.PATIENCE;
    assertThat(look(true)).isEqualTo(new Reaction.PutBack(OUTSIDE));
    now += 1000 * LanCall.PATIENCE;
    assertThat(look(true)).isEqualTo(new Reaction.Stay());
    // Another time may be at home.
    look(false);
    assertThat(look(true)).isEqualTo(new Reaction.Try(HOME));
  }

  @Test
  void whoever_goes_before_an_answer_calls_where_it_was() {
    look(true);
    assertThat(look(false)).isEqualTo(new Reaction.PutBack(OUTSIDE));
    assertThat(call.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void a_peer_that_is_heard_from_elsewhere_meanwhile_stays_there() {
    look(true);
    called = endpoint("203.0.113.99");
    received += 32;
    assertThat(look(true)).isEqualTo(new Reaction.Stay());
    now = 2 * LanCall.PATIENCE;
    assertThat(look(true)).isEqualTo(new Reaction.Stay());
  }

  @Test
  void one_that_is_called_in_the_lan_already_is_not_tried() {
    called = HOME;
    assertThat(look(true)).isEqualTo(new Reaction.Stay());
    assertThat(call.deadline()).isEqualTo(Long.MAX_VALUE);
  }
}
