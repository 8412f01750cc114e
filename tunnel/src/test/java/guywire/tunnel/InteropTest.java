package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Debian's wireguard-go at one end, ours at the other, with a pre-shared key. */
@Timeout(60)
class InteropTest {

  private static Pair pair(boolean goAnswers, boolean outerIpv6) {
    var guywire = Pair.Program.guywire();
    var go = Pair.Program.wireguardGo();
    return new Pair(goAnswers ? guywire : go, goAnswers ? go : guywire).configured(outerIpv6, 1420);
  }

  @ParameterizedTest(name = "wireguard-go answers: {0}, outer IPv6 {1}")
  @CsvSource({"true, false", "true, true", "false, false", "false, true"})
  void streams_of_both_families_pass_in_both_roles(boolean goAnswers, boolean outerIpv6)
      throws Exception {
    try (Pair pair = pair(goAnswers, outerIpv6)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      assertThat(pair.reaches("fd10::2")).isTrue();
      Streams.exchange(pair, "10.10.0.2");
      Streams.exchange(pair, "fd10::2");
    }
  }

  @ParameterizedTest(name = "wireguard-go answers: {0}, outer IPv6 {1}")
  @CsvSource({"true, false", "false, true"})
  void streams_pass_though_datagrams_are_lost(boolean goAnswers, boolean outerIpv6)
      throws Exception {
    try (Pair pair = pair(goAnswers, outerIpv6)) {
      pair.loseDatagrams(3);
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      Streams.exchange(pair, "10.10.0.2");
    }
  }

  @ParameterizedTest(name = "wireguard-go answers: {0}, outer IPv6 {1}")
  @CsvSource({"true, false", "true, true", "false, false", "false, true"})
  void each_follows_the_other_to_a_new_address_and_port(boolean goAnswers, boolean outerIpv6) {
    try (Pair pair = pair(goAnswers, outerIpv6)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      // The one that began moves and goes on; then the other one does.
      for (Pair.Host moved : List.of(pair.a, pair.b)) {
        Pair.Host still = moved == pair.a ? pair.b : pair.a;
        String network = outerIpv6 ? "fd09::" : "10.9.0.";
        String length = outerIpv6 ? "/64" : "/24";
        moved.ip("addr", "del", network + moved.number + length, "dev", "cable");
        moved.ip("addr", "add", network + "7" + moved.number + length, "dev", "cable", "nodad");
        moved.wg("set", "IF", "listen-port", "107" + moved.number);
        String inner = "10.10.0." + still.number;
        Pair.await("an answer to the new address", () -> Pair.pings(moved, inner));
        String address = network + "7" + moved.number;
        assertThat(still.wg("show", "IF", "endpoints"))
            .contains((outerIpv6 ? "[" + address + "]" : address) + ":107" + moved.number);
      }
    }
  }
}
