package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two hosts, two programs, real packets. */
@Timeout(60)
class EndToEndTest {

  private static final String OWN_THREAD = "the way out has a thread of its own";
  private static final String ONE_THREAD_AGAIN = "one thread carries both ways again";

  @ParameterizedTest(name = "{0}, without {1}, outer IPv6 {2}, MTU {3}")
  @CsvSource({
    "auto, none, false, 1420",
    "libcrypto, none, true, 1420",
    "jdk-intrinsics, none, false, 1280",
    "jce, none, true, 1280",
    "libcrypto, udp-gso, false, 1280",
    "jce, udp-gro, true, 1420",
    "jdk-intrinsics, tun-tcp, false, 9000",
    "libcrypto, tun-udp, true, 9000",
    "jdk-intrinsics, all, true, 1420",
    "libcrypto, all, false, 576",
  })
  void streams_arrive_as_they_were_sent_both_ways_at_once(
      String engine, String off, boolean outerIpv6, int mtu) throws Exception {
    var guywire =
        Pair.Program.guywire(
            Map.of("GUYWIRE_ENGINE", engine, "GUYWIRE_OFF", off.replace("none", "")));
    try (Pair pair = new Pair(guywire, guywire).configured(outerIpv6, mtu)) {
      assertThat(pair.reaches("10.10.0.2")).as(pair.a.logText()).isTrue();
      Streams.exchange(pair, "10.10.0.2");
      if (mtu >= 1280) {
        assertThat(pair.reaches("fd10::2")).isTrue();
        Streams.exchange(pair, "fd10::2");
      }
      assertCountersAgree(pair);
    }
  }

  /** A packet of such a length is too long for a datagram, and its sender is told. */
  @Test
  void streams_flow_also_with_the_greatest_mtu_there_is() throws Exception {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 65_535)) {
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      Streams.exchange(pair, "10.10.0.2");
      Streams.exchange(pair, "fd10::2");
      for (Pair.Host host : List.of(pair.a, pair.b)) {
        assertThat(host.ip("route", "get", "10.10.0." + (3 - host.number))).contains("mtu 65472");
        assertThat(host.ip("-6", "route", "get", "fd10::" + (3 - host.number)))
            .contains("mtu 65472");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void one_thread_or_two_carry_the_packets_as_the_user_asks(String threads) throws Exception {
    var guywire = Pair.Program.guywire(Map.of("GUYWIRE_THREADS", threads));
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      Streams.exchange(pair, "10.10.0.2");
      assertCountersAgree(pair);
      assertThat(pair.a.logText().contains(OWN_THREAD)).isEqualTo(threads.equals("2"));
      assertThat(pair.a.logText()).doesNotContain(ONE_THREAD_AGAIN);
    }
  }

  @Test
  void nothing_is_lost_or_spoilt_while_the_way_out_goes_from_thread_to_thread() throws Exception {
    var guywire = Pair.Program.guywire(BackAndForth.class, Map.of());
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      Streams.exchange(pair, "10.10.0.2");
      assertCountersAgree(pair);
      for (Pair.Host host : List.of(pair.a, pair.b)) {
        assertThat(host.logText().split(OWN_THREAD, -1)).hasSizeGreaterThan(10);
        assertThat(host.logText().split(ONE_THREAD_AGAIN, -1)).hasSizeGreaterThan(10);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 1420", "true, 1400"})
  void where_the_kernel_spoils_equal_segments_a_short_tail_follows_them(boolean ipv6, int mtu)
      throws Exception {
    var guywire = Pair.Program.guywire(Map.of("GUYWIRE_OFF", "equal-segments"));
    try (Pair pair = new Pair(guywire, guywire).configured(ipv6, mtu)) {
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      Streams.exchange(pair, "10.10.0.2");
      assertThat(UapiClient.request(pair.b.socket(), "get=1\n\n"))
          .as("tails came, and were dropped")
          .contains("dropped_malformed_message=");
    }
  }

  @Test
  void the_tunnel_follows_a_peer_whose_address_changes() {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      assertThat(pair.b.wg("show", "IF", "endpoints")).contains("10.9.0.1:1001");
      pair.a.ip("addr", "del", "10.9.0.1/24", "dev", "cable");
      pair.a.ip("addr", "add", "10.9.0.77/24", "dev", "cable");
      Pair.await("a ping from the new address", () -> pair.pings("10.10.0.2"));
      assertThat(pair.b.wg("show", "IF", "endpoints")).contains("10.9.0.77:1001");
      pair.a.wg("set", "IF", "listen-port", "4321");
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      assertThat(pair.b.wg("show", "IF", "endpoints")).contains("10.9.0.77:4321");
    }
  }

  @Test
  void an_interface_that_is_set_down_and_up_again_at_once_listens_on_its_port() {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      for (int i = 0; i < 20; i++) {
        pair.a.ip("link", "set", pair.a.interfaceName, "down");
        pair.a.ip("link", "set", pair.a.interfaceName, "up");
      }
      Pair.await("a ping after that", () -> pair.pings("10.10.0.2"));
      assertThat(pair.b.wg("show", "IF", "endpoints")).contains("10.9.0.1:1001");
      assertThat(pair.a.logText()).doesNotContain("can't listen");
    }
  }

  @Test
  void packets_for_nobody_are_answered_by_icmp() {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      for (String address : java.util.List.of("10.10.0.99", "fd10::99")) {
        var ping = pair.a.attempt("ping", "-c", "1", "-W", "2", address);
        assertThat(ping.output()).containsIgnoringCase("unreachable");
      }
    }
  }

  @Test
  void packets_larger_than_the_path_are_fragmented_outside() {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      pair.a.ip("link", "set", "cable", "mtu", "1300");
      pair.b.ip("link", "set", "cable", "mtu", "1300");
      var ping =
          pair.a.attempt("ping", "-c", "3", "-i", "0.2", "-M", "do", "-s", "1392", "10.10.0.2");
      assertThat(ping.output()).contains(" 0% packet loss");
    }
  }

  /** What one side counted as sent the other counted as received; nothing was lost. */
  private static void assertCountersAgree(Pair pair) {
    Pair.await(
        "equal counters: " + pair.a.transfer() + pair.b.transfer(),
        () ->
            pair.a.transfer().get(0).equals(pair.b.transfer().get(1))
                && pair.a.transfer().get(1).equals(pair.b.transfer().get(0)));
    for (Pair.Host host : java.util.List.of(pair.a, pair.b)) {
      // What the kernel sends to everybody (router solicitations and the like) has no peer, and a
      // stream that is faster than the tunnel is told to slow down by single drops.
      assertThat(UapiClient.request(host.socket(), "get=1\n\n").lines())
          .filteredOn(line -> line.startsWith("dropped_"))
          .allMatch(line ->
              line.startsWith("dropped_no_") || line.startsWith("dropped_queued_too_long="));
    }
  }
}
