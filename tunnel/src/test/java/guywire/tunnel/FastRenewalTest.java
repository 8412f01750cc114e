package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Sessions with the real wireguard-go are renewed while our clock runs thirty times as fast: two
 * minutes pass for us in four seconds. Its own clock is true, so what it does by itself after two
 * minutes is asked of it here; {@link LongRunTest} waits for it.
 */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class FastRenewalTest {

  private static final int RENEWALS = 3;

  /** Eighteen seconds of them, nine of our minutes. */
  private static final int TRAFFIC_PINGS = 900;

  @TempDir private Path directory;

  /** Counts initiations by the side that sends them. */
  private static void countInitiations(Pair pair) {
    String rules =
        """
        table inet watch {
          counter from_a {}
          counter from_b {}
          chain in {
            type filter hook input priority 0
            udp dport 1002 udp length 156 counter name from_a
          }
          chain out {
            type filter hook output priority 0
            udp sport 1002 udp length 156 counter name from_b
          }
        }
        """;
    var command = List.of("ip", "netns", "exec", pair.b.namespaceName, "nft", "-f", "-");
    assertThat(Shell.attempt(command, rules).code()).isZero();
  }

  private static int initiations(Pair pair, String counter) {
    String text = pair.b.attempt("nft", "list", "counter", "inet", "watch", counter).output();
    return Integer.parseInt(text.replaceAll("(?s).*packets (\\d+).*", "$1"));
  }

  /** Fifty pings a second from one of the two; how many of them had no answer. */
  private static CompletableFuture<Integer> traffic(Pair.Host from, String to, int count) {
    return CompletableFuture.supplyAsync(
        () -> {
          String pings = String.valueOf(count);
          String output = from.attempt("ping", "-q", "-i", "0.02", "-c", pings, to).output();
          var numbers = Pattern.compile("(\\d+) packets transmitted, (\\d+) received");
          var found = numbers.matcher(output);
          assertThat(found.find()).as(output).isTrue();
          return Integer.parseInt(found.group(1)) - Integer.parseInt(found.group(2));
        },
        Streams.THREADS);
  }

  @Test
  void the_sessions_that_we_begin_are_renewed_by_us_without_loss() {
    Pair.Program fast = FastClock.guywire(directory);
    try (Pair pair = new Pair(fast, Pair.Program.wireguardGo()).configured(false, 1420)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      long start = System.nanoTime();
      countInitiations(pair);
      var there = traffic(pair.a, "10.10.0.2", TRAFFIC_PINGS);
      var back = traffic(pair.b, "fd10::1", TRAFFIC_PINGS);
      assertThat(there.join()).as("lost\n%s", pair.a.logText()).isZero();
      assertThat(back.join()).as("lost on the way back").isZero();
      int renewals = initiations(pair, "from_a");
      assertThat(renewals).isGreaterThanOrEqualTo(RENEWALS);
      // After 120 s each: by the rule of the last minute alone it would be after 165.
      double ourSeconds = (System.nanoTime() - start) / 1e9 * FastClock.RATE;
      assertThat(renewals)
          .as("in %.0f s", ourSeconds)
          .isGreaterThanOrEqualTo((int) ourSeconds / 135);
      assertThat(initiations(pair, "from_b")).as("it has no reason to begin one").isZero();
    }
  }

  @Test
  void the_sessions_that_it_begins_are_renewed_by_it_without_loss() {
    Pair.Program fast = FastClock.guywire(directory);
    try (Pair pair = new Pair(Pair.Program.wireguardGo(), fast).configured(true, 1420)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      countInitiations(pair);
      var there = traffic(pair.a, "10.10.0.2", TRAFFIC_PINGS);
      var back = traffic(pair.b, "fd10::1", TRAFFIC_PINGS);
      int renewals = 0;
      while (!there.isDone() || !back.isDone()) {
        Pair.await("two of our minutes", () -> sessionSeconds(pair.b) >= 5 || isDone(there, back));
        expireAt(pair.a);
        int next = renewals + 1;
        Pair.await(
            "an initiation", () -> initiations(pair, "from_a") >= next || isDone(there, back));
        renewals = initiations(pair, "from_a");
      }
      assertThat(there.join()).as("lost\n%s", pair.b.logText()).isZero();
      assertThat(back.join()).as("lost on the way back").isZero();
      assertThat(renewals).isGreaterThanOrEqualTo(RENEWALS);
      assertThat(initiations(pair, "from_b")).as("it was never too late").isZero();
    }
  }

  @Test
  void a_session_of_180_seconds_takes_nothing_more() throws IOException {
    Pair.Program fast = FastClock.guywire(directory);
    try (Pair pair = new Pair(fast, Pair.Program.guywire());
        WirePeer peer = WirePeer.meet(pair)) {
      long start = System.nanoTime();
      // Keepalives, for which the peer's own clock still finds the session young.
      Pair.await(
          "a drop because of age",
          () -> {
            peer.send(peer.message(new byte[0]));
            return UapiClient.request(pair.a.socket(), "get=1\n\n")
                .contains("dropped_expired_session=");
          });
      double seconds = (System.nanoTime() - start) / 1e9;
      assertThat(seconds * FastClock.RATE).isBetween(150.0, 240.0);
    }
  }

  private static boolean isDone(CompletableFuture<Integer> one, CompletableFuture<Integer> other) {
    return one.isDone() && other.isDone();
  }

  /** True seconds since the last handshake. */
  private static long sessionSeconds(Pair.Host host) {
    String[] words = host.wg("show", "IF", "latest-handshakes").trim().split("\\s+");
    return Instant.now().getEpochSecond() - Long.parseLong(words[1]);
  }

  /** Another private key and the old one again: wireguard-go sends no more on its sessions. */
  private static void expireAt(Pair.Host host) {
    var hex = HexFormat.of();
    byte[] other = PrivateKey.generate(new SecureRandom()).bytes();
    String lines =
        "private_key=" + hex.formatHex(other) + "\nprivate_key=" + hex.formatHex(host.key.bytes());
    assertThat(UapiClient.request(host.socket(), "set=1\n" + lines + "\n\n"))
        .isEqualTo("errno=0\n\n");
  }
}
