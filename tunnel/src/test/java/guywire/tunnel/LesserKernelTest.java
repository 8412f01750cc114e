package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * On kernels without IPv6 or without an offload, or that refuse one only when it is used: it comes
 * up, says so once, and carries packets. The refusals are the kernel's own answers, made by a
 * seccomp filter (refuse.c).
 */
@Timeout(60)
class LesserKernelTest {

  @TempDir private static Path directory;

  private static String refuse;

  @BeforeAll
  static void compile() throws IOException {
    refuse = CProgram.compile("refuse", directory);
  }

  private static Pair.Program guywireWithout(String what) {
    Pair.Program whole = Pair.Program.guywire(Map.of("LOG_LEVEL", "error"));
    var command = new ArrayList<>(List.of(refuse, what));
    command.addAll(whole.command());
    return new Pair.Program(command, whole.environment());
  }

  private static long count(String text, String part) {
    return text.lines().filter(line -> line.contains(part)).count();
  }

  /** Sockets are opened anew: nothing of what was said is said again. */
  private static void reopen(Pair pair) {
    pair.b.wg("set", "IF", "listen-port", "1042");
    pair.b.wg("set", "IF", "listen-port", "1002");
    Pair.await("a ping after that", () -> pair.pings("10.10.0.2"));
  }

  @ParameterizedTest(name = "without {0}")
  @CsvSource({
    "ipv6, this machine has no IPv6",
    "udp-segment, sending them one by one",
    "udp-gro, taking them one by one",
    "tun-udp, the kernel's TUN has no offload UDP",
    "tun-offload, the kernel's TUN has no offload TCP",
    "super-datagrams, the kernel refuses to cut UDP super-datagrams here",
    "super-packets, the kernel's TUN refuses super-packets",
  })
  void what_is_missing_is_said_once_and_packets_pass(String missing, String said) throws Exception {
    Pair.Program lesser = guywireWithout(missing);
    try (Pair pair = new Pair(lesser, lesser).configured(false, 1420)) {
      assertThat(pair.reaches("10.10.0.2")).as(pair.b.logText()).isTrue();
      assertThat(pair.reaches("fd10::2")).as("IPv6 inside needs none outside").isTrue();
      Streams.exchange(pair, "10.10.0.2");
      reopen(pair);
      for (Pair.Host host : List.of(pair.a, pair.b)) {
        assertThat(count(host.logText(), said)).as(host.logText()).isEqualTo(1);
      }
    }
  }

  @Test
  void where_super_packets_of_more_than_64_KiB_are_refused_nothing_is_lost() throws IOException {
    Pair.Program lesser = guywireWithout("big-tcp");
    lesser = new Pair.Program(lesser.command(), Map.of());
    try (var connection = new BulkConnection(lesser, false)) {
      assertThat(connection.carry()).as("packet by packet").isEqualTo(BulkConnection.SEGMENTS);
      assertThat(connection.carry()).as("64 KiB at a time").isEqualTo(2);
      assertThat(count(connection.pair.a.logText(), "refuses super-packets of more")).isEqualTo(1);
    }
  }

  /** Even those of the first super-packet, which has been put together when the refusal comes. */
  @Test
  void where_super_packets_are_refused_no_packet_is_lost() throws IOException {
    int port = 9998;
    Pair.Program lesser = guywireWithout("super-packets");
    try (Pair pair = new Pair(lesser, Pair.Program.guywire());
        WirePeer peer = WirePeer.meet(pair);
        DatagramChannel behind = pair.a.namespace.call(DatagramChannel::open)) {
      behind.bind(new InetSocketAddress("10.10.0.1", port));
      behind.configureBlocking(false);
      var messages = new byte[20][];
      for (int i = 0; i < messages.length; i++) {
        messages[i] = peer.message(InnerUdp.packet(2, port, 1000, i));
      }
      peer.sendTogether(messages);
      var got = ByteBuffer.allocate(2000);
      for (int i = 0; i < messages.length; i++) {
        Pair.await("packet " + i, () -> receive(behind, got.clear()));
        assertThat(got.getInt(0)).isEqualTo(i);
        assertThat(got.position()).isEqualTo(1000 - InnerUdp.HEADERS);
      }
      assertThat(count(pair.a.logText(), "refuses super-packets")).isEqualTo(1);
    }
  }

  private static boolean receive(DatagramChannel channel, ByteBuffer target) {
    try {
      return channel.receive(target) != null;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void where_all_of_it_is_missing_packets_pass_all_the_same() throws Exception {
    Pair.Program least = guywireWithout("ipv6,udp-segment,udp-gro,tun-offload");
    try (Pair pair = new Pair(least, Pair.Program.guywire()).configured(false, 1420)) {
      assertThat(pair.reaches("10.10.0.2")).as(pair.a.logText()).isTrue();
      Streams.exchange(pair, "10.10.0.2");
    }
  }

  @Test
  void a_peer_that_only_ipv6_reaches_is_a_counted_drop_and_no_end() {
    Pair.Program lesser = guywireWithout("ipv6");
    try (Pair pair = new Pair(lesser, Pair.Program.guywire()).configured(false, 1420)) {
      assertThat(pair.reaches("10.10.0.2")).isTrue();
      String peer = pair.b.key.publicKey().toString();
      pair.a.wg("set", "IF", "peer", peer, "endpoint", "[fd09::2]:1002");
      assertThat(pair.pings("10.10.0.2")).isFalse();
      assertThat(UapiClient.request(pair.a.socket(), "get=1\n\n")).contains("dropped_send_failed=");
      pair.a.wg("set", "IF", "peer", peer, "endpoint", "10.9.0.2:1002");
      assertThat(pair.reaches("10.10.0.2")).isTrue();
    }
  }
}
