package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.protocol.PrivateKey;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel's WireGuard does and others leave out, seen from outside. */
@Timeout(60)
class KernelLikeTest {

  private static Pair pair(boolean outerIpv6, int mtu) {
    var guywire = Pair.Program.guywire();
    return new Pair(guywire, guywire).configured(outerIpv6, mtu);
  }

  /** Rules that count what comes in, each line a name and a match. */
  private static void count(Pair.Host host, List<String> lines) {
    var rules = new StringBuilder("table inet watch {\n");
    lines.forEach(line -> rules.append("counter ").append(line.split(" ")[0]).append(" {}\n"));
    rules.append("chain in {\n type filter hook input priority 0\n");
    for (String line : lines) {
      String name = line.split(" ")[0];
      rules.append(line.substring(name.length())).append(" counter name ").append(name);
      rules.append('\n');
    }
    rules.append("}\n}\n");
    var command = List.of("ip", "netns", "exec", host.namespaceName, "nft", "-f", "-");
    var result = Shell.attempt(command, rules.toString());
    assertThat(result.code()).as(result.output()).isZero();
  }

  private static int counted(Pair.Host host, String name) {
    String text = host.attempt("nft", "list", "counter", "inet", "watch", name).output();
    return Integer.parseInt(text.replaceAll("(?s).*packets (\\d+).*", "$1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.10.0.99", "fd10::99", "10.10.0.98", "fd10::98"})
  void connecting_to_nobody_or_to_a_peer_that_is_nowhere_fails_at_once(String address)
      throws Exception {
    try (Pair pair = pair(false, 1420)) {
      String stranger = PrivateKey.generate(new SecureRandom()).publicKey().toString();
      pair.a.wg("set", "IF", "peer", stranger, "allowed-ips", "10.10.0.98/32,fd10::98/128");
      long start = System.nanoTime();
      try (SocketChannel channel = pair.a.namespace.call(SocketChannel::open)) {
        assertThatThrownBy(() -> channel.connect(new InetSocketAddress(address, 80)))
            .isInstanceOfAny(NoRouteToHostException.class, ConnectException.class);
      }
      // By itself TCP gives up after two minutes.
      assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
    }
  }

  @ParameterizedTest
  @CsvSource({"false, ip", "true, ip6"})
  void handshakes_are_marked_as_such_and_data_with_congestion_alone(boolean ipv6, String family) {
    try (Pair pair = pair(ipv6, 1420)) {
      count(
          pair.b,
          List.of(
              "handshake udp dport 1002 udp length 156 " + family + " dscp af41",
              "data udp dport 1002 udp length > 200 " + family + " dscp cs0 " + family + " ecn 1",
              "other udp dport 1002 udp length > 200 " + family + " dscp != cs0",
              "spoiled udp dport 1002 udp length > 200 " + family + " ecn set ce",
              "told iifname " + pair.b.interfaceName + " ip dscp ef ip ecn ce"));
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      // Expedited forwarding and ECT(1).
      var ping =
          pair.a.attempt("ping", "-c", "3", "-i", "0.2", "-s", "300", "-Q", "0xb9", "10.10.0.2");
      assertThat(ping.code()).as(ping.output()).isZero();
      assertThat(counted(pair.b, "handshake")).isEqualTo(1);
      assertThat(counted(pair.b, "data")).isEqualTo(3);
      assertThat(counted(pair.b, "other")).isZero();
      assertThat(counted(pair.b, "told")).as("congestion outside is told inside").isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void outer_datagrams_carry_a_checksum(boolean ipv6) {
    try (Pair pair = pair(ipv6, 1420)) {
      count(
          pair.b,
          List.of("summed udp dport 1002 udp checksum != 0", "bare udp dport 1002 udp checksum 0"));
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      assertThat(counted(pair.b, "summed")).isPositive();
      assertThat(counted(pair.b, "bare")).isZero();
    }
  }

  @Test
  void a_new_interface_has_the_mtu_that_fits_and_a_queue_as_long_as_the_kernels() {
    var guywire = Pair.Program.guywire();
    try (Pair pair = new Pair(guywire, guywire)) {
      assertThat(pair.a.ip("link", "show", pair.a.interfaceName)).contains("mtu 1420", "qlen 1000");
    }
  }

  @Test
  void what_waits_for_a_private_key_is_sent_when_it_is_set() throws Exception {
    try (Pair pair = pair(false, 1420)) {
      Path none = Pair.secret("key", "A".repeat(43) + "=");
      Path key = Pair.secret("key", pair.a.key.base64());
      pair.a.wg("set", "IF", "private-key", none.toString());
      assertThat(pair.pings("10.10.0.2")).isFalse();
      count(pair.b, List.of("handshake udp dport 1002 udp length 156"));
      String peer = pair.b.key.publicKey().toString();
      pair.a.wg("set", "IF", "private-key", key.toString(), "peer", peer);
      Pair.await("a handshake for what waited", () -> counted(pair.b, "handshake") == 1);
      Files.delete(none);
      Files.delete(key);
    }
  }

  @Test
  void the_firewall_mark_is_that_which_was_set_last() {
    try (Pair pair = pair(true, 1420)) {
      var marks =
          """
          table inet marks {
            counter seven {}
            counter none {}
            chain out {
              type filter hook output priority 0
              udp dport 1002 meta mark 7 counter name seven
              udp dport 1002 meta mark 0 counter name none
            }
          }
          """;
      Shell.attempt(List.of("ip", "netns", "exec", pair.a.namespaceName, "nft", "-f", "-"), marks);
      pair.a.wg("set", "IF", "fwmark", "7");
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      String counters = pair.a.attempt("nft", "list", "counters").output();
      assertThat(counters).containsPattern("seven \\{\\s+packets [1-9]");
      assertThat(counters).containsPattern("none \\{\\s+packets 0 ");
      pair.a.wg("set", "IF", "listen-port", "1003", "fwmark", "off");
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      assertThat(pair.a.attempt("nft", "list", "counters").output())
          .containsPattern("none \\{\\s+packets [1-9]");
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 65475, 1500", "true, 65455, 1500", "false, 65475, 65535"})
  void packets_may_be_as_long_as_datagrams_can_carry(boolean ipv6, int mtu, int cable)
      throws Exception {
    try (Pair pair = pair(ipv6, mtu)) {
      for (Pair.Host host : List.of(pair.a, pair.b)) {
        host.ip("link", "set", "cable", "mtu", String.valueOf(cable));
      }
      String size = String.valueOf(mtu - 28);
      var ping =
          pair.a.attempt("ping", "-c", "3", "-i", "0.2", "-M", "do", "-s", size, "10.10.0.2");
      assertThat(ping.output()).contains(" 0% packet loss");
      Streams.exchange(pair, "10.10.0.2");
    }
  }
}
