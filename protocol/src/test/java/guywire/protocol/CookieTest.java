package guywire.protocol;

import static guywire.protocol.Station.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CookieTest {

  private static final int LOAD = Limits.MAX_QUEUED_HANDSHAKES / 8;

  private final Pair pair = new Pair();
  private final Station alice = pair.alice;
  private final Station bob = pair.bob;
  private byte[] initiation = new byte[0];

  @BeforeEach
  void begin() {
    alice.send(Pair.toBob());
    initiation = alice.next().bytes();
  }

  private Optional<DropReason> toBob(byte[] message, Endpoint from, int backlog) {
    return bob.receive(message, Path.to(from), 0, backlog);
  }

  private byte[] nextInitiation() {
    alice.advance(6 * SECOND);
    bob.advance(6 * SECOND);
    return alice.next().bytes();
  }

  @Test
  void load_begins_at_an_eighth_of_the_queue_and_ends_a_second_after_it() {
    byte[] wrong = initiation.clone();
    wrong[116] ^= 1;
    assertThat(toBob(wrong, alice.endpoint, LOAD)).contains(DropReason.INVALID_MAC1);
    assertThat(bob.sent).isEmpty();
    bob.advance(SECOND - 1);
    assertThat(toBob(initiation, alice.endpoint, 0)).contains(DropReason.COOKIE_DEMANDED);
    assertThat(bob.next().bytes()).hasSize(64).startsWith(3, 0, 0, 0);
    bob.advance(1);
    assertThat(toBob(initiation, alice.endpoint, LOAD - 1)).isEmpty();
    assertThat(bob.next().type()).isEqualTo(Message.RESPONSE);
  }

  @Test
  void a_cookie_lets_the_next_initiation_pass() {
    assertThat(toBob(initiation, alice.endpoint, LOAD)).contains(DropReason.COOKIE_DEMANDED);
    byte[] cookie = bob.next().bytes();
    assertThat(alice.receive(cookie, Path.to(bob.endpoint), 0, 0)).isEmpty();
    byte[] second = nextInitiation();
    assertThat(Arrays.copyOfRange(initiation, 132, 148)).containsOnly(0);
    assertThat(Arrays.copyOfRange(second, 132, 148)).isNotEqualTo(new byte[16]);
    assertThat(toBob(second, alice.endpoint, LOAD)).isEmpty();
    assertThat(bob.next().type()).isEqualTo(Message.RESPONSE);
  }

  @Test
  void a_cookie_holds_for_one_address_and_port() {
    toBob(initiation, alice.endpoint, LOAD);
    alice.receive(bob.next(), bob.endpoint);
    byte[] second = nextInitiation();
    var otherPort = new Endpoint(alice.endpoint.address(), 51821);
    assertThat(toBob(second, otherPort, LOAD)).contains(DropReason.COOKIE_DEMANDED);
    assertThat(toBob(second, Station.endpoint(99), LOAD)).contains(DropReason.COOKIE_DEMANDED);
    assertThat(toBob(second, alice.endpoint, LOAD)).isEmpty();
  }

  @Test
  void a_response_is_guarded_like_an_initiation() {
    toBob(initiation, alice.endpoint, 0);
    byte[] response = bob.next().bytes();
    assertThat(alice.receive(response, Path.to(bob.endpoint), 0, LOAD))
        .contains(DropReason.COOKIE_DEMANDED);
    assertThat(bob.receive(alice.next(), alice.endpoint)).isEmpty();
  }

  @Test
  void a_cookie_is_taken_once_and_only_in_answer_to_our_last_message() {
    assertThat(toBob(initiation, alice.endpoint, LOAD)).contains(DropReason.COOKIE_DEMANDED);
    byte[] cookie = bob.next().bytes();
    byte[] forged = cookie.clone();
    forged[40] ^= 1;
    Path from = Path.to(bob.endpoint);
    assertThat(alice.receive(forged, from, 0, 0)).contains(DropReason.INVALID_COOKIE);
    byte[] otherIndex = cookie.clone();
    otherIndex[4] ^= 1;
    assertThat(alice.receive(otherIndex, from, 0, 0)).contains(DropReason.INVALID_COOKIE);
    assertThat(alice.receive(cookie, from, 0, 0)).isEmpty();
    assertThat(alice.receive(cookie, from, 0, 0)).contains(DropReason.INVALID_COOKIE);
    byte[] second = nextInitiation();
    assertThat(toBob(second, alice.endpoint, 0)).isEmpty();
    assertThat(alice.receive(cookie, from, 0, 0)).contains(DropReason.INVALID_COOKIE);
  }

  @Test
  void a_cookie_never_moves_the_endpoint() {
    toBob(initiation, alice.endpoint, LOAD);
    byte[] cookie = bob.next().bytes();
    assertThat(alice.receive(cookie, Path.to(Station.endpoint(77)), 0, 0)).isEmpty();
    assertThat(pair.bobAtAlice.path()).isEqualTo(Path.to(bob.endpoint));
  }

  @Test
  void a_received_cookie_is_used_for_115_seconds() {
    toBob(initiation, alice.endpoint, LOAD);
    alice.receive(bob.next(), bob.endpoint);
    long received = alice.now;
    alice.advance(90 * SECOND);
    alice.send(Pair.toBob());
    alice.sent.clear();
    alice.device.tick(alice.now, alice);
    while (alice.now - received < 115 * SECOND - 6 * SECOND) {
      alice.advance(SECOND);
    }
    alice.sent.clear();
    alice.advance(received + 115 * SECOND - 1 - alice.now);
    byte[] last = alice.sent.getLast().bytes();
    assertThat(Arrays.copyOfRange(last, 132, 148)).isNotEqualTo(new byte[16]);
    alice.advance(1 + 6 * SECOND);
    assertThat(Arrays.copyOfRange(alice.sent.getLast().bytes(), 132, 148)).containsOnly(0);
  }

  @Test
  void a_copy_of_what_was_judged_gets_neither_a_cookie_nor_another_agreement() {
    assertThat(toBob(initiation, alice.endpoint, 0)).isEmpty();
    bob.sent.clear();
    assertThat(toBob(initiation, Station.endpoint(99), LOAD))
        .contains(DropReason.REPLAYED_INITIATION);
    assertThat(bob.sent).isEmpty();
  }

  @Test
  void our_secret_changes_after_120_seconds() {
    toBob(initiation, alice.endpoint, LOAD);
    alice.receive(bob.next(), bob.endpoint);
    byte[] second = nextInitiation();
    byte[] third = nextInitiation();
    bob.advance(120 * SECOND - 12 * SECOND - 1);
    assertThat(toBob(second, alice.endpoint, LOAD)).isEmpty();
    bob.advance(1);
    assertThat(toBob(third, alice.endpoint, LOAD)).contains(DropReason.COOKIE_DEMANDED);
  }

  @Test
  void a_proved_source_has_five_messages_at_once_and_twenty_a_second() {
    toBob(initiation, alice.endpoint, LOAD);
    alice.receive(bob.next(), bob.endpoint);
    byte[] second = nextInitiation();
    assertThat(toBob(second, alice.endpoint, LOAD)).isEmpty();
    for (int i = 0; i < 4; i++) {
      assertThat(toBob(second, alice.endpoint, LOAD)).contains(DropReason.REPLAYED_INITIATION);
    }
    assertThat(toBob(second, alice.endpoint, LOAD)).contains(DropReason.RATE_LIMITED);
    bob.advance(SECOND / 20 - 1);
    assertThat(toBob(second, alice.endpoint, LOAD)).contains(DropReason.RATE_LIMITED);
    bob.advance(1);
    assertThat(toBob(second, alice.endpoint, LOAD)).contains(DropReason.REPLAYED_INITIATION);
    assertThat(toBob(second, alice.endpoint, LOAD)).contains(DropReason.RATE_LIMITED);
  }

  @Test
  void messages_without_proof_do_not_count_against_the_source_they_claim() {
    for (int i = 0; i < 100; i++) {
      assertThat(toBob(initiation, alice.endpoint, LOAD)).contains(DropReason.COOKIE_DEMANDED);
    }
    alice.receive(bob.next(), bob.endpoint);
    assertThat(toBob(nextInitiation(), alice.endpoint, LOAD)).isEmpty();
  }

  @Test
  void without_load_neither_the_second_mac_nor_the_limit_counts() {
    byte[] marked = initiation.clone();
    Arrays.fill(marked, 132, 148, (byte) 0x5a);
    assertThat(toBob(marked, alice.endpoint, LOAD - 1)).isEmpty();
    for (int i = 0; i < 100; i++) {
      assertThat(toBob(marked, alice.endpoint, LOAD - 1)).contains(DropReason.REPLAYED_INITIATION);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1, true", "192.0.2.1, 192.0.2.2, false",
    "2001:db8::1, 2001:db8::ffff:2, true", "2001:db8:0:1::1, 2001:db8:0:2::1, false"
  })
  void a_source_is_an_ipv4_address_or_an_ipv6_64(String one, String other, boolean same) {
    var limiter = new RateLimiter();
    for (int i = 0; i < 5; i++) {
      assertThat(limiter.admit(IpAddress.parse(one), SECOND)).isTrue();
    }
    assertThat(limiter.admit(IpAddress.parse(other), SECOND)).isEqualTo(!same);
  }

  @Test
  void the_table_of_sources_is_bounded_and_forgets_after_a_second() {
    var limiter = new RateLimiter();
    for (int i = 0; i < RateLimiter.MAX_SOURCES; i++) {
      assertThat(limiter.admit(IpAddress.ipv4(i), SECOND)).isTrue();
    }
    assertThat(limiter.admit(IpAddress.ipv4(-1), SECOND)).isFalse();
    assertThat(limiter.size()).isEqualTo(RateLimiter.MAX_SOURCES);
    assertThat(limiter.admit(IpAddress.ipv4(-1), 3 * SECOND)).isTrue();
    assertThat(limiter.size()).isEqualTo(1);
  }
}
