package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What only shows after minutes of real time. Run by {@code ./test --long}. */
@Tag("hours")
class LongRunTest {

  private static final int SESSION_SECONDS = 150;

  /** How long the memory run takes: 60, or what {@code -Dguywire.memory.minutes} says. */
  private static final int MEMORY_MINUTES = Integer.getInteger("guywire.memory.minutes", 60);

  private static final int SAMPLE_SECONDS = 5;
  private static final int SETTLING_SECONDS = 600;
  private static final long MEGABITS_EACH_WAY = 150;
  private static final long MEGABYTE = 1_000_000;

  /** The hour carries some 47 million packets each way: a byte lost for each would be far more. */
  private static final long MOST_GROWTH = 6 * MEGABYTE;

  /** Sessions are renewed after 120 s, and no packet is lost but those that the path loses. */
  @Test
  void sessions_with_wireguard_go_are_renewed_in_both_roles_under_loss_too() {
    var guywire = Pair.Program.guywire();
    var go = Pair.Program.wireguardGo();
    try (Pair clean = new Pair(guywire, go).configured(false, 1420);
        Pair cleanBack = new Pair(go, guywire).configured(true, 1420);
        Pair lossy = new Pair(guywire, go).configured(true, 1420);
        Pair lossyBack = new Pair(go, guywire).configured(false, 1420)) {
      var pairs = List.of(clean, cleanBack, lossy, lossyBack);
      pairs.forEach(pair -> Pair.await("the first answer", () -> pair.pings("10.10.0.2")));
      lossy.loseDatagrams(4);
      lossyBack.loseDatagrams(4);
      List<Long> before = pairs.stream().map(LongRunTest::handshake).toList();
      var answers =
          pairs.stream()
              .map(pair -> CompletableFuture.supplyAsync(() -> answers(pair), Streams.THREADS))
              .toList();
      for (int i = 0; i < pairs.size(); i++) {
        boolean loses = i >= 2;
        assertThat(answers.get(i).join())
            .as("answers in percent, pair %d\n%s", i, pairs.get(i).a.logText())
            .isGreaterThanOrEqualTo(loses ? 85 : 100);
        assertThat(handshake(pairs.get(i)) - before.get(i)).isBetween(115L, 150L);
      }
    }
  }

  /** Answers to pings, in percent. */
  private static double answers(Pair pair) {
    String seconds = String.valueOf(SESSION_SECONDS);
    var command = List.of("ip", "netns", "exec", pair.a.namespaceName, "ping", "-q", "-i", "0.2");
    try {
      var all = new ArrayList<>(command);
      all.addAll(List.of("-w", seconds, "10.10.0.2"));
      Process ping = new ProcessBuilder(all).redirectErrorStream(true).start();
      String output = new String(ping.getInputStream().readAllBytes());
      ping.waitFor();
      var counts = Pattern.compile("(\\d+) packets transmitted, (\\d+) received").matcher(output);
      assertThat(counts.find()).as(output).isTrue();
      // The last one's answer may still be under way.
      return 100.0 * (Integer.parseInt(counts.group(2)) + 1) / Integer.parseInt(counts.group(1));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long handshake(Pair pair) {
    return Long.parseLong(pair.a.wg("show", "IF", "latest-handshakes").trim().split("\\s+")[1]);
  }

  /**
   * 300 Mb/s through the tunnel, both ways together, renewed sessions, peers that come and go:
   * after the first ten minutes memory stays what it was.
   */
  @Test
  void memory_does_not_grow() throws Exception {
    var guywire = Pair.Program.guywireAsLaunched();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      Pair.await("the first answer", () -> pair.pings("10.10.0.2"));
      var server = start(pair.b, "iperf3", "-s");
      String seconds = String.valueOf(MEMORY_MINUTES * 60);
      Pair.await("the server", () -> pair.b.attempt("ss", "-Htln").output().contains(":5201"));
      String rate = MEGABITS_EACH_WAY + "M";
      var client =
          start(
              pair.a, "iperf3", "-c", "10.10.0.2", "-b", rate, "-t", seconds, "--bidir", "-i", "0");
      long[] before = transferred(pair);
      var sizes = new ArrayList<long[]>();
      try {
        while (!client.waitFor(SAMPLE_SECONDS, TimeUnit.SECONDS)) {
          changePeers(pair.a, sizes.size());
          changePeers(pair.b, sizes.size());
          sizes.add(new long[] {pair.a.residentBytes(), pair.b.residentBytes()});
          if (sizes.size() * SAMPLE_SECONDS % 60 == 0) {
            tell(sizes);
          }
        }
      } finally {
        client.destroyForcibly();
        server.destroyForcibly();
      }
      assertThat(client.exitValue()).isZero();
      // Half of what was asked for, at the least, went each way.
      long[] after = transferred(pair);
      for (int way = 0; way < 2; way++) {
        assertThat(after[way] - before[way])
            .isGreaterThan(MEGABITS_EACH_WAY * MEGABYTE / 8 * MEMORY_MINUTES * 60 / 2);
      }
      for (int side = 0; side < 2; side++) {
        assertSteady(sizes, side);
      }
    }
  }

  /** What a was told that it received and sent. */
  private static long[] transferred(Pair pair) {
    return pair.a.transfer().stream().mapToLong(Long::longValue).toArray();
  }

  private static void tell(List<long[]> sizes) {
    long[] now = sizes.getLast();
    System.out.printf(
        "minute %d: %.1f and %.1f MB%n",
        sizes.size() * SAMPLE_SECONDS / 60, (double) now[0] / MEGABYTE, (double) now[1] / MEGABYTE);
  }

  /**
   * In the first minutes the JVM compiles what is hot, and once more what the first renewed session
   * shows to be different, and keeps the memory that took. From the tenth minute on (in a shorter
   * run, from three quarters of it on) the typical size of a twelfth is compared with the last
   * one's.
   */
  private static void assertSteady(List<long[]> sizes, int side) {
    int count = sizes.size();
    int twelfth = Math.max(1, count / 12);
    int from = Math.min(SETTLING_SECONDS / SAMPLE_SECONDS, count * 3 / 4);
    long settled = median(sizes.subList(from, from + twelfth), side);
    long last = median(sizes.subList(count - twelfth, count), side);
    long largest = sizes.stream().mapToLong(size -> size[side]).max().orElseThrow();
    System.out.printf(
        "memory: %.1f MB when settled, %.1f MB at the end, %.1f MB at most%n",
        (double) settled / MEGABYTE, (double) last / MEGABYTE, (double) largest / MEGABYTE);
    assertThat(largest).isLessThan(128 * MEGABYTE);
    assertThat(last - settled).as("growth after %d", settled).isLessThan(MOST_GROWTH);
  }

  private static long median(List<long[]> sizes, int side) {
    long[] sorted = sizes.stream().mapToLong(size -> size[side]).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static Process start(Pair.Host host, String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("ip", "netns", "exec", host.namespaceName));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** A hundred peers with allowed IPs, of which none has an answer for us; and away again. */
  private static void changePeers(Pair.Host host, int round) {
    var request = new StringBuilder("set=1\n");
    for (int i = 1; i <= 100; i++) {
      var key = new byte[32];
      key[0] = (byte) i;
      key[1] = (byte) 1;
      request.append("public_key=").append(HexFormat.of().formatHex(key)).append('\n');
      if (round % 2 == 1) {
        request.append("remove=true\n");
      } else {
        request.append("endpoint=10.9.0.99:").append(1000 + i).append('\n');
        request.append("persistent_keepalive_interval=1\nallowed_ip=10.77.").append(i);
        request.append(".0/24\n");
      }
    }
    assertThat(UapiClient.request(host.socket(), request.append('\n').toString()))
        .isEqualTo("errno=0\n\n");
    UapiClient.request(host.socket(), "get=1\n\n");
  }
}
