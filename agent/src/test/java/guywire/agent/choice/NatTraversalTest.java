package guywire.agent.choice;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.agent.choice.NatTraversal.Seen;
import guywire.agent.choice.NatTraversal.Signal;
import guywire.network.Destination;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Introduction;
import guywire.network.Introduction.Party;
import guywire.network.Name;
import guywire.network.Way;
import guywire.protocol.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How two that NATs hide meet, in virtual time. */
class NatTraversalTest implements NatTraversal.View {

  private static final long SECOND = 1_000_000_000L;
  private static final long START = 100 * SECOND;
  private static final InterfaceName TUNNEL = new InterfaceName("wg0-hub");
  private static final Party HUB = party("hub", 1);
  private static final Party A = party("a", 2);
  private static final Party B = party("b", 3);
  private static final Introduction PAIR = new Introduction(TUNNEL, HUB, A, B);
  private static final EndpointAddress THERE = new EndpointAddress("192.0.2.7", 51820);

  private static final InterfaceName RELAYED = new InterfaceName("wg0");
  private static final Destination TO_A = destination(A, "10.9.0.2/32");
  private static final Destination TO_B = destination(B, "10.9.0.0/24");

  private static final IpAddress A_AT = IpAddress.parse("192.168.1.5");
  private static final IpAddress B_AT = IpAddress.parse("192.168.1.9");
  private static final InterfaceAddress A_PLUGGED = new InterfaceAddress(A_AT, 24);
  private static final EndpointAddress B_NEAR = EndpointAddress.of(B_AT, 51820);

  private long now = START;
  private boolean met;
  private boolean answers;
  private Optional<Seen> seen = Optional.empty();
  private boolean busy;

  private static Party party(String name, int number) {
    byte[] key = new byte[32];
    key[0] = (byte) number;
    return new Party(new Name(name), IpAddress.parse("10.9.0." + number), PublicKey.of(key), 51820);
  }

  private static Destination destination(Party to, String prefix) {
    return new Destination(
        to.node(),
        to.address(),
        List.of(Prefix.parse(prefix)),
        List.of(new Way(TUNNEL, List.of(), false), new Way(RELAYED, List.of(HUB.node()), true)));
  }

  private static NatTraversal of(Party self) {
    return new NatTraversal(self.node(), List.of(PAIR), List.of(TO_B, TO_A), START);
  }

  private List<Signal> advance(NatTraversal traversal) {
    return traversal.advance(now, this);
  }

  @Override
  public boolean isUsed(Introduction introduction, Party other) {
    return met;
  }

  @Override
  public boolean answers(Introduction introduction, Party other) {
    return answers;
  }

  @Override
  public boolean isBusy(Name other) {
    return busy;
  }

  @Override
  public Optional<Seen> seen(Introduction introduction, Party other) {
    return seen;
  }

  private boolean told(NatTraversal traversal, Party from, Party about, EndpointAddress where) {
    return traversal.told(TUNNEL, from.address(), about.address(), where, this, now);
  }

  /** When a node asks within some seconds, in seconds after the start. */
  private List<Long> asks(NatTraversal traversal, long seconds) {
    var asked = new ArrayList<Long>();
    long end = now + seconds * SECOND;
    while (now <= end) {
      if (advance(traversal).stream().anyMatch(Signal.Ask.class::isInstance)) {
        asked.add((now - START) / SECOND);
      }
      long next = traversal.deadline(this);
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
    assertThat(of(A).told(other, HUB.address(), B.address(), THERE, this, now)).isFalse();
  }

  @Test
  void a_pair_that_has_met_is_left_alone_and_others_are_not_moved_twice_a_second() {
    var traversal = of(A);
    met = true;
    assertThat(told(traversal, HUB, B, THERE)).isTrue();
    assertThat(advance(traversal)).isEmpty();
    met = false;
    answers = true;
    now += SECOND;
    assertThat(told(traversal, HUB, B, THERE)).isTrue();
    assertThat(advance(traversal)).as("it is about to be taken").isEmpty();
    answers = false;
    now += SECOND;
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

  private boolean said(
      NatTraversal traversal, InterfaceName by, Party from, IpAddress... addresses) {
    return traversal.said(by, from.address(), List.of(addresses), false, this, now);
  }

  private List<EndpointAddress> called(NatTraversal traversal) {
    return advance(traversal).stream()
        .flatMap(
            signal -> signal instanceof Signal.Call call ? Stream.of(call.where()) : Stream.empty())
        .toList();
  }

  @Test
  void who_asks_says_its_own_addresses_to_the_other_and_to_nobody_else() {
    var a = of(A);
    a.plugged(List.of(A_PLUGGED), now);
    assertThat(advance(a))
        .containsExactly(new Signal.Ask(PAIR, B), new Signal.Say(B, List.of(A_AT), true));
    assertThat(a.said(RELAYED, B.address(), List.of(B_AT), true, this, now)).isTrue();
    assertThat(advance(a)).contains(new Signal.Say(B, List.of(A_AT), false));
  }

  @Test
  void nothing_is_said_of_tunnels_and_of_what_only_this_host_can_reach() {
    var a = of(A);
    a.plugged(
        Stream.of("10.9.0.2/24", "127.0.0.1/8", "fe80::1/64", "192.168.1.5/24", "fd00::5/64")
            .map(text -> InterfaceAddress.tryParse(text).orElseThrow())
            .toList(),
        now);
    assertThat(advance(a))
        .contains(new Signal.Say(B, List.of(A_AT, IpAddress.parse("fd00::5")), true));
  }

  @Test
  void of_two_behind_one_nat_the_other_is_called_at_its_own_address() {
    var a = of(A);
    a.plugged(List.of(A_PLUGGED), now);
    told(a, HUB, A, new EndpointAddress("192.0.2.7", 7));
    told(a, HUB, B, THERE);
    assertThat(called(a)).as("what B says is waited for").isEmpty();
    assertThat(said(a, RELAYED, B, B_AT)).isTrue();
    assertThat(called(a)).containsExactly(B_NEAR);
  }

  @Test
  void without_a_sign_that_both_are_in_one_lan_that_address_is_the_last_that_is_called() {
    var a = of(A);
    a.plugged(List.of(A_PLUGGED), now);
    told(a, HUB, A, new EndpointAddress("203.0.113.1", 7));
    told(a, HUB, B, THERE);
    said(a, RELAYED, B, B_AT);
    assertThat(called(a)).containsExactly(THERE);
    now += 10 * SECOND;
    told(a, HUB, B, THERE);
    assertThat(called(a)).containsExactly(B_NEAR);
    now += 10 * SECOND;
    told(a, HUB, B, THERE);
    assertThat(called(a)).containsExactly(THERE);
  }

  @Test
  void only_neighbours_are_called_and_never_all_of_them_at_once() {
    for (var far :
        List.of(
            "192.168.2.9",
            "192.168.1.0",
            "192.168.1.255",
            "192.168.1.5",
            "10.9.0.9",
            "127.0.0.1",
            "192.0.2.9",
            "224.0.0.1",
            "fe80::9",
            "fd00::9")) {
      var a = of(A);
      a.plugged(List.of(A_PLUGGED), now);
      said(a, RELAYED, B, IpAddress.parse(far));
      assertThat(called(a)).as(far).isEmpty();
    }
  }

  @Test
  void nobody_is_believed_but_the_other_by_a_way_that_is_planned_and_not_often() {
    var a = of(A);
    a.plugged(List.of(A_PLUGGED), now);
    assertThat(said(a, RELAYED, party("stranger", 4), B_AT)).isFalse();
    assertThat(said(a, RELAYED, HUB, B_AT)).isFalse();
    assertThat(said(a, new InterfaceName("wg7"), B, B_AT)).isFalse();
    assertThat(said(of(HUB), RELAYED, B, B_AT)).isFalse();
    int believed = 0;
    for (long end = now + 10 * SECOND; now < end; now += SECOND / 100) {
      var other = IpAddress.ipv4(0xc0a80100 | believed % 250 + 2);
      believed += said(a, RELAYED, B, other) ? 1 : 0;
    }
    assertThat(believed).isLessThanOrEqualTo(21);
  }

  @Test
  void a_trial_of_the_lan_is_given_up_unless_something_comes_from_there() {
    for (boolean right : List.of(true, false)) {
      now = START;
      met = true;
      var a = of(A);
      a.plugged(List.of(A_PLUGGED), now);
      told(a, HUB, A, new EndpointAddress("192.0.2.7", 7));
      told(a, HUB, B, THERE);
      said(a, RELAYED, B, B_AT);
      seen = Optional.of(new Seen(THERE, 1000));
      assertThat(advance(a)).contains(new Signal.Try(PAIR, B, B_NEAR));
      now += Partner.TRIAL;
      seen = Optional.of(new Seen(B_NEAR, right ? 1100 : 1000));
      assertThat(called(a)).isEqualTo(right ? List.of() : List.of(THERE));
      if (!right) {
        seen = Optional.of(new Seen(THERE, 1000));
      }
      int trials = 0;
      for (long end = now + 3600 * SECOND; now < end; now += SECOND / 10) {
        trials += (int) advance(a).stream().filter(Signal.Try.class::isInstance).count();
      }
      assertThat(trials).isEqualTo(right ? 0 : 3);
    }
  }

  @Test
  void one_that_is_plugged_in_elsewhere_asks_anew_also_for_those_it_reaches() {
    var a = of(A);
    a.plugged(List.of(), now);
    met = true;
    advance(a);
    a.plugged(List.of(A_PLUGGED), now);
    assertThat(asks(a, 100)).hasSize(3);
    a.plugged(List.of(A_PLUGGED), now);
    assertThat(asks(a, 100)).isEmpty();
  }
}
