package guywire.agent.choice;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.Introduction;
import guywire.network.Introduction.Party;
import guywire.network.Name;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who hears of a mapped port, and who calls it, in virtual time. */
class MappedPortsTest {

  private static final long SECOND = 1_000_000_000L;
  private static final InterfaceName TUNNEL = new InterfaceName("wg0-hub");
  private static final Party HUB = party("hub", 1);
  private static final Party A = party("a", 2);
  private static final Party B = party("b", 3);
  private static final Introduction PAIR = new Introduction(TUNNEL, HUB, A, B);
  private static final EndpointAddress SEEN = new EndpointAddress("192.0.2.7", 40123);
  private static final EndpointAddress OPEN = new EndpointAddress("192.0.2.7", 51821);

  private long now = 100 * SECOND;

  private static Party party(String name, int number) {
    byte[] key = new byte[32];
    key[0] = (byte) number;
    return new Party(new Name(name), IpAddress.parse("10.9.0." + number), PublicKey.of(key), 51820);
  }

  private static MappedPorts of(Party self) {
    return new MappedPorts(self.node(), List.of(PAIR));
  }

  private boolean said(MappedPorts ports, Party from, Party about, EndpointAddress where) {
    return ports.said(TUNNEL, from.address(), about.address(), where, now);
  }

  @Test
  void a_mapped_port_is_said_at_once_and_now_and_then() {
    var a = of(A);
    assertThat(a.deadline()).isEqualTo(Long.MAX_VALUE);
    assertThat(a.opened(TUNNEL, Optional.of(OPEN), now)).isTrue();
    assertThat(a.opened(TUNNEL, Optional.of(OPEN), now)).as("the same").isFalse();
    assertThat(a.advance(now)).containsExactly(new MappedPorts.Say(PAIR, OPEN));
    assertThat(a.advance(now)).isEmpty();
    now = a.deadline();
    assertThat(a.advance(now)).hasSize(1);
    assertThat(a.opened(TUNNEL, Optional.empty(), now)).isFalse();
    assertThat(a.deadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void it_is_passed_on_where_the_node_is_heard_from_that_address_and_until_it_is_not_said_again() {
    var hub = of(HUB);
    assertThat(said(hub, A, A, OPEN)).isTrue();
    assertThat(hub.passedOn(PAIR, A, SEEN, now)).contains(OPEN);
    var elsewhere = new EndpointAddress("192.0.2.8", 40123);
    assertThat(hub.passedOn(PAIR, A, elsewhere, now)).as("of another address").isEmpty();
    assertThat(hub.passedOn(PAIR, A, OPEN, now)).as("nothing new").isEmpty();
    assertThat(hub.passedOn(PAIR, B, SEEN, now)).isEmpty();
    now += MappedPorts.FORGOTTEN_AFTER;
    assertThat(hub.passedOn(PAIR, A, SEEN, now)).isEmpty();
  }

  @Test
  void nobody_is_believed_but_each_about_itself_and_the_one_that_tells_about_the_other() {
    var stranger = party("stranger", 4);
    assertThat(said(of(HUB), A, B, OPEN)).as("of another").isFalse();
    assertThat(said(of(HUB), stranger, stranger, OPEN)).isFalse();
    assertThat(said(of(B), HUB, A, OPEN)).isTrue();
    assertThat(said(of(B), HUB, B, OPEN)).as("of oneself").isFalse();
    assertThat(said(of(B), A, A, OPEN)).as("not from whom tells").isFalse();
    assertThat(said(of(B), stranger, A, OPEN)).isFalse();
    var other = new InterfaceName("wg0");
    assertThat(of(B).said(other, HUB.address(), A.address(), OPEN, now)).isFalse();
    for (var bad : List.of("10.9.0.7", "127.0.0.1", "224.0.0.1", "192.168.1.1", "name")) {
      assertThat(said(of(B), HUB, A, new EndpointAddress(bad, 51820))).as(bad).isFalse();
    }
  }

  @Test
  void who_is_told_calls_the_one_place_and_then_the_other_each_for_long_enough() {
    var b = of(B);
    assertThat(b.place(PAIR, A, SEEN, now)).as("nothing told").isEqualTo(SEEN);
    said(b, HUB, A, OPEN);
    assertThat(b.place(PAIR, A, SEEN, now)).isEqualTo(OPEN);
    now += 5_500_000_000L;
    assertThat(b.place(PAIR, A, SEEN, now)).as("WireGuard has not called again").isEqualTo(OPEN);
    now += SECOND;
    assertThat(b.place(PAIR, A, SEEN, now)).isEqualTo(SEEN);
    now += MappedPorts.PLACE;
    assertThat(b.place(PAIR, A, SEEN, now)).isEqualTo(OPEN);
  }
}
