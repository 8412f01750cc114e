package guywire.agent.choice;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.agent.choice.NatTraversal.Signal;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceName;
import guywire.network.Introduction;
import guywire.network.Introduction.Party;
import guywire.network.Name;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How two that NATs hide meet, in virtual time. */
class NatTraversalTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long START = 100 * SECOND;
  private static final InterfaceName TUNNEL = new InterfaceName("wg0-hub");
  private static final Party HUB = party("hub", 1);
  private static final Party A = party("a", 2);
  private static final Party B = party("b", 3);
  private static final Introduction PAIR = new Introduction(TUNNEL, HUB, A, B);
  private static final EndpointAddress THERE = new EndpointAddress("192.0.2.7", 51820);

  private long now = START;
  private boolean met;
  private boolean busy;

  private static Party party(String name, int number) {
    byte[] key = new byte[32];
    key[0] = (byte) number;
    return new Party(new Name(name), IpAddress.parse("10.9.0." + number), PublicKey.of(key), 51820);
  }

  private static NatTraversal of(Party self) {
    return new NatTraversal(
        self.node(), List.of(PAIR), List.of(Prefix.parse("10.9.0.0/24")), START);
  }

  private List<Signal> advance(NatTraversal traversal) {
    return traversal.advance(now, _ -> met, _ -> busy);
  }

  private boolean told(NatTraversal traversal, Party from, Party about, EndpointAddress where) {
    return traversal.told(TUNNEL, from.address(), about.address(), where, _ -> met, now);
  }

  /** When a node asks within some seconds, in seconds after the start. */
  private List<Long> asks(NatTraversal traversal, long seconds) {
    var asked = new ArrayList<Long>();
    long end = now + seconds * SECOND;
    while (now <= end) {
      if (advance(traversal).stream().anyMatch(Signal.Ask.class::isInstance)) {
        asked.add((now - START) / SECOND);
      }
      long next = traversal.deadline(_ -> met, _ -> busy);
      if (next == Long.MAX_VALUE) {
        break;
      }
      assertThat(next).isGreaterThan(now);
      now = next;
    }
    return asked;
  }

  @Test
  void who_starts_asks_for_a_minute_and_then_costs_nothing() {
    assertThat(asks(of(A), 1000)).containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 63L);
  }

  @Test
  void a_pair_with_traffic_is_asked_for_every_half_minute_until_it_has_met() {
    busy = true;
    var traversal = of(A);
    assertThat(asks(traversal, 200)).hasSizeBetween(9, 12);
    met = true;
    now = START + 300 * SECOND;
    assertThat(asks(traversal, 1000)).isEmpty();
    met = false;
    now = START + 2000 * SECOND;
    assertThat(asks(traversal, 1)).as("lost, it is asked for at once").isNotEmpty();
  }

  @Test
  void of_two_that_are_told_one_calls_at_once_and_the_other_a_moment_later() {
    var a = of(A);
    var b = of(B);
    assertThat(told(a, HUB, B, THERE)).isTrue();
    assertThat(told(b, HUB, A, THERE)).isTrue();
    assertThat(advance(a)).contains(new Signal.Call(PAIR, B, THERE));
    assertThat(advance(b)).noneMatch(Signal.Call.class::isInstance);
    now += NatTraversal.TURN;
    assertThat(advance(b)).contains(new Signal.Call(PAIR, A, THERE));
    assertThat(advance(a)).noneMatch(Signal.Call.class::isInstance);
  }

  @Test
  void nobody_is_believed_but_the_planned_teller_about_the_planned_other() {
    var stranger = party("stranger", 4);
    assertThat(told(of(A), B, B, THERE)).as("about itself").isFalse();
    assertThat(told(of(A), stranger, B, THERE)).isFalse();
    assertThat(told(of(A), HUB, stranger, THERE)).isFalse();
    assertThat(told(of(A), HUB, HUB, THERE)).as("the teller about itself").isFalse();
    assertThat(told(of(HUB), A, B, THERE)).as("the teller is told nothing").isFalse();
    var other = new InterfaceName("wg0");
    assertThat(of(A).told(other, HUB.address(), B.address(), THERE, _ -> met, now)).isFalse();
  }

  @Test
  void a_pair_that_has_met_is_left_alone_and_others_are_not_moved_twice_a_second() {
    var traversal = of(A);
    met = true;
    assertThat(told(traversal, HUB, B, THERE)).isFalse();
    met = false;
    assertThat(told(traversal, HUB, B, THERE)).isTrue();
    assertThat(told(traversal, HUB, B, new EndpointAddress("192.0.2.8", 1))).isFalse();
    assertThat(advance(traversal)).contains(new Signal.Call(PAIR, B, THERE));
  }

  @Test
  void nobody_is_called_inside_a_tunnel_or_where_the_internet_does_not_lead() {
    for (var bad :
        List.of("10.9.0.7", "127.0.0.1", "224.0.0.1", "192.168.1.1", "fe80::1", "name")) {
      assertThat(told(of(A), HUB, B, new EndpointAddress(bad, 51820))).as(bad).isFalse();
    }
  }

  @Test
  void only_the_planned_two_are_told_and_not_without_end() {
    var hub = of(HUB);
    assertThat(hub.asked(TUNNEL, A.address(), B.address(), now)).contains(PAIR);
    assertThat(hub.asked(TUNNEL, A.address(), B.address(), now + 1)).isEmpty();
    assertThat(hub.asked(TUNNEL, B.address(), A.address(), now + 1)).contains(PAIR);
    assertThat(hub.asked(TUNNEL, A.address(), B.address(), now + SECOND)).contains(PAIR);
    var stranger = party("stranger", 4);
    assertThat(hub.asked(TUNNEL, stranger.address(), B.address(), now)).isEmpty();
    assertThat(hub.asked(TUNNEL, A.address(), stranger.address(), now)).isEmpty();
    assertThat(of(A).asked(TUNNEL, B.address(), A.address(), now)).isEmpty();
  }
}
