package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.ForgedInitiation;
import guywire.protocol.PrivateKey;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * While strangers send more initiations with a right first MAC than can be judged, all else goes
 * on: timers, sessions, and handshakes of honest peers.
 */
@Timeout(90)
class HandshakeFloodTest {

  private static final int TUNNEL = 0x0a090001;
  private static final int PORT = 1001;

  /** More than one processor can judge, by agreements. */
  private static final int PER_SECOND = 30_000;

  private static final int ECHOES = 15;

  private static final long SEED = new SecureRandom().nextLong();

  private static Flood flood(Pair pair, int perSecond) {
    var forged = new ForgedInitiation(pair.a.key.publicKey(), SEED);
    return new Flood(pair.b.namespace, TUNNEL, PORT, perSecond, forged::next);
  }

  private static Pair pair() {
    return pair(Pair.Program.guywire());
  }

  private static Pair pair(Pair.Program flooded) {
    Pair pair = new Pair(flooded, Pair.Program.guywire()).configured(false, 1420);
    Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
    return pair;
  }

  /** Counts keepalives that arrive at b. */
  private static void countKeepalives(Pair pair) {
    String rules =
        """
        table inet watch {
          counter keepalives {}
          chain in {
            type filter hook input priority 0
            udp sport 1001 udp length 40 counter name keepalives
          }
        }
        """;
    var command = List.of("ip", "netns", "exec", pair.b.namespaceName, "nft", "-f", "-");
    assertThat(Shell.attempt(command, rules).code()).isZero();
  }

  private static int keepalives(Pair pair) {
    String text = pair.b.attempt("nft", "list", "counter", "inet", "watch", "keepalives").output();
    return Integer.parseInt(text.replaceAll("(?s).*packets (\\d+).*", "$1"));
  }

  private static long dropped(Pair.Host host, String reason) {
    return UapiClient.request(host.socket(), "get=1\n\n")
        .lines()
        .filter(line -> line.startsWith("dropped_" + reason + "="))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1)))
        .sum();
  }

  /** Slowly, each is judged; at the fastest, each that there is room for. */
  @ParameterizedTest
  @ValueSource(ints = {3_000, 150_000})
  void timers_tick(int perSecond) {
    timersTick(Pair.Program.guywire(), perSecond);
  }

  /** A slow machine: what waits never ends, however little is done for each. */
  @Test
  void timers_tick_though_there_is_no_end_of_what_waits() {
    timersTick(Pair.Program.guywire().interpreted(), PER_SECOND);
  }

  private static void timersTick(Pair.Program flooded, int perSecond) {
    try (Pair pair = pair(flooded);
        Flood flood = flood(pair, perSecond)) {
      Pair.await(
          "the first",
          () -> dropped(pair.a, "invalid_handshake") + dropped(pair.a, "cookie_demanded") > 1000);
      countKeepalives(pair);
      String peer = pair.b.key.publicKey().toString();
      pair.a.wg("set", "IF", "peer", peer, "persistent-keepalive", "1");
      Pair.await("a keepalive each second", () -> keepalives(pair) >= 5);
      assertThat(flood.sent()).isPositive();
    }
  }

  @Test
  void an_honest_newcomer_gets_in_and_the_session_goes_on() throws Exception {
    try (Pair pair = pair();
        Flood flood = flood(pair, PER_SECOND)) {
      Pair.await("cookies demanded", () -> dropped(pair.a, "cookie_demanded") > 100);
      assertThat(pair.reaches("10.10.0.2")).as("the session of before").isTrue();
      // Another key: a newcomer at the same place.
      var key = PrivateKey.generate(new SecureRandom());
      pair.a.wg("set", "IF", "peer", key.publicKey().toString(), "allowed-ips", "10.10.0.2/32");
      var file = Pair.secret("key", key.base64());
      pair.b.wg("set", "IF", "private-key", file.toString());
      pair.b.wg(
          "set",
          "IF",
          "peer",
          pair.a.key.publicKey().toString(),
          "endpoint",
          "10.9.0.1:1001",
          "preshared-key",
          "/dev/null",
          "persistent-keepalive",
          "1");
      Files.delete(file);
      // Its first initiation is answered by a cookie, the next, five seconds later, carries the
      // MAC.
      Supplier<String> handshakes = () -> pair.b.wg("show", "IF", "latest-handshakes");
      Pair.await("a session", () -> !handshakes.get().strip().endsWith("\t0"));
      // Where the first one finds no room, the cookie comes with the second.
      boolean answered = false;
      for (int i = 0; i < ECHOES && !answered; i++) {
        answered = Pair.pings(pair.b, "10.10.0.1");
      }
      assertThat(answered).as("an answer within %d echoes of two seconds", ECHOES).isTrue();
      assertThat(flood.sent()).isPositive();
    }
  }

  @Test
  void responses_and_cookies_that_nobody_waits_for_are_not_looked_at() {
    try (Pair pair = pair()) {
      var response = new byte[92];
      response[0] = 2;
      var cookie = new byte[64];
      cookie[0] = 3;
      try (Flood one = new Flood(pair.b.namespace, TUNNEL, PORT, 6_000, () -> response);
          Flood other = new Flood(pair.b.namespace, TUNNEL, PORT, 6_000, () -> cookie)) {
        Pair.await("responses", () -> dropped(pair.a, "unexpected_response") > 1000);
        Pair.await("cookies", () -> dropped(pair.a, "invalid_cookie") > 1000);
        assertThat(one.sent()).isPositive();
        assertThat(other.sent()).isPositive();
      }
      assertThat(dropped(pair.a, "invalid_mac1")).isZero();
    }
  }

  @Test
  void copies_of_one_initiation_cost_no_agreement_and_make_no_load() {
    try (Pair pair = pair()) {
      byte[] one = new ForgedInitiation(pair.a.key.publicKey(), SEED).next();
      try (Flood flood = new Flood(pair.b.namespace, TUNNEL, PORT, 6_000, () -> one)) {
        Pair.await("thousands of copies", () -> dropped(pair.a, "invalid_handshake") > 12_000);
        assertThat(flood.sent()).isPositive();
      }
      assertThat(dropped(pair.a, "cookie_demanded")).isZero();
    }
  }
}
