package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.Limits;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests of a million lines to a tunnel with the launcher's memory. */
@Timeout(120)
class UapiScaleTest {

  private static final int MILLION = 1_000_000;
  private static final int PEERS = 1 << 16;
  private static final int PREFIXES_PER_PEER = 16;
  private static final long MEGABYTE = 1 << 20;

  private static Pair pair;

  @BeforeAll
  static void start() {
    pair = new Pair(Pair.Program.guywireAsLaunched(), Pair.Program.wireguardGo());
  }

  @AfterAll
  static void stop() {
    pair.close();
  }

  @AfterEach
  void forgetAll() throws IOException {
    set(to -> to.write("replace_peers=true\n"));
  }

  private interface Lines {
    void write(BufferedWriter to) throws IOException;
  }

  /** Sends a set request while its answer is awaited; how long that took. */
  private static Duration set(Lines lines) throws IOException {
    long start = System.nanoTime();
    try (SocketChannel channel = UapiClient.connect(pair.a.socket())) {
      var out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.US_ASCII), 1 << 16);
      out.write("set=1\n");
      lines.write(out);
      out.write("\n");
      out.flush();
      assertThat(UapiClient.answer(channel)).isEqualTo("errno=0\n\n");
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** How many lines of the answer to get begin so. */
  private static long count(String beginning) throws IOException {
    try (SocketChannel channel = UapiClient.connect(pair.a.socket())) {
      UapiClient.send(channel, "get=1\n\n");
      channel.shutdownOutput();
      var in = new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));
      return in.lines().filter(line -> line.startsWith(beginning)).count();
    }
  }

  private static String key(int number) {
    return "%08x".formatted(number) + "5a".repeat(28);
  }

  @Test
  void a_request_takes_no_memory_but_for_what_it_sets() throws IOException {
    String peer = "public_key=" + key(-1) + "\n";
    Lines lines =
        to -> {
          to.write(peer);
          for (int i = 0; i < MILLION; i++) {
            to.write("allowed_ip=10.0.0." + i % 256 + "/32\n");
          }
        };
    long leastGrowth = Long.MAX_VALUE;
    long before = pair.a.residentBytes();
    // What a request leaves behind, each of them does; what the JVM takes for itself, now and then
    // one.
    for (int i = 0; i < 5; i++) {
      assertThat(set(lines)).isLessThan(Duration.ofSeconds(10));
      long after = pair.a.residentBytes();
      leastGrowth = Math.min(leastGrowth, after - before);
      before = after;
    }
    assertThat(leastGrowth).isLessThan(24 * MEGABYTE);
    assertThat(count("allowed_ip=")).isEqualTo(256);
  }

  /** They would need more memory than the tunnel may take, which would be its end. */
  @Tag("long")
  @Test
  void ten_million_allowed_ips_are_refused_and_the_tunnel_goes_on() throws IOException {
    try (SocketChannel channel = UapiClient.connect(pair.a.socket())) {
      var out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.US_ASCII), 1 << 16);
      out.write("set=1\npublic_key=" + key(1) + "\n");
      for (int i = 0; i < 10 * MILLION; i++) {
        out.write("allowed_ip=10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255) + "/32\n");
      }
      out.write("\nget=1\n\n");
      out.flush();
      assertThat(UapiClient.answer(channel)).isEqualTo("errno=-12\n\n");
    }
    assertThat(count("allowed_ip=")).isEqualTo(Limits.MAX_ALLOWED_IPS);
    set(to -> to.write("replace_peers=true\n"));
    assertThat(count("public_key=")).isZero();
    set(to -> to.write("public_key=" + key(1) + "\nallowed_ip=10.0.0.1/32\n"));
    assertThat(count("allowed_ip=")).isEqualTo(1);
    set(to -> to.write("replace_peers=true\n"));
  }

  @Test
  void a_million_allowed_ips_over_all_those_peers_have_no_cliff() throws IOException {
    Lines half =
        to -> {
          for (int peer = 0; peer < PEERS / 2; peer++) {
            write(to, peer);
          }
        };
    Lines otherHalf =
        to -> {
          for (int peer = PEERS / 2; peer < PEERS; peer++) {
            write(to, peer);
          }
        };
    Duration first = set(half);
    Duration second = set(otherHalf);
    // The second half takes as long as the first, not many times as long.
    assertThat(second).isLessThan(first.multipliedBy(4).plusSeconds(1));
    assertThat(first.plus(second)).isLessThan(Duration.ofSeconds(30));
    assertThat(count("allowed_ip=")).isEqualTo(PEERS * PREFIXES_PER_PEER);
    assertThat(count("public_key=")).isEqualTo(PEERS);
    // The other services go on: a single change is one of a moment.
    assertThat(set(to -> to.write("public_key=" + key(7) + "\nallowed_ip=10.9.9.9/32\n")))
        .isLessThan(Duration.ofSeconds(1));
    assertThat(set(to -> to.write("replace_peers=true\n"))).isLessThan(Duration.ofSeconds(10));
    assertThat(count("public_key=")).isZero();
    System.out.printf("65536 peers, 1048576 allowed IPs: %s + %s%n", first, second);
  }

  private static void write(BufferedWriter to, int peer) throws IOException {
    to.write("public_key=" + key(peer) + "\n");
    for (int i = 0; i < PREFIXES_PER_PEER; i++) {
      int address = peer * PREFIXES_PER_PEER + i;
      to.write("allowed_ip=10." + (address >> 16) + "." + (address >> 8 & 255));
      to.write("." + (address & 255) + "/32\n");
    }
  }
}
