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
@Tag("long")
class LongRunTest {

  private static final int SESSION_SECONDS = 150;

  /** How long the memory run takes: 60, or what {@code -Dguywire.memory.minutes} says. */
  private static final int MEMORY_MINUTES = Integer.getInteger("guywire.memory.minutes", 60);

  private static final long MEGABYTE = 1_000_000;

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

  /** Traffic both ways, renewed sessions, peers that come and go: memory stays what it was. */
  @Test
  void memory_does_not_grow() throws Exception {
    var guywire = Pair.Program.guywireAsLaunched();
    try (Pair pair = new Pair(guywire, guywire).configured(false, 1420)) {
      assertThat(pair.pings("10.10.0.2")).isTrue();
      var server = start(pair.b, "iperf3", "-s");
      int seconds = MEMORY_MINUTES * 60;
      Pair.await("the server", () -> pair.b.attempt("ss", "-Htln").output().contains(":5201"));
      var client =
          start(
              pair.a,
              "iperf3",
              "-c",
              "10.10.0.2",
              "-b",
              "25M",
              "-t",
              String.valueOf(seconds),
              "--bidir",
              "-i",
              "0");
      var sizes = new ArrayList<long[]>();
      try {
        while (!client.waitFor(5, TimeUnit.SECONDS)) {
          changePeers(pair.a, sizes.size());
          changePeers(pair.b, sizes.size());
          sizes.add(new long[] {pair.a.residentBytes(), pair.b.residentBytes()});
          if (sizes.size() % 12 == 0) {
            long[] now = sizes.getLast();
            System.out.printf(
                "minute %d: %.1f and %.1f MB%n",
                sizes.size() / 12, (double) now[0] / MEGABYTE, (double) now[1] / MEGABYTE);
          }
        }
      } finally {
        client.destroyForcibly();
        server.destroyForcibly();
      }
      assertThat(client.exitValue()).isZero();
      for (int side = 0; side < 2; side++) {
        int at = side;
        // The JIT compiler and the heap settle in the first part.
        long settled = sizes.stream().limit(sizes.size() / 3).mapToLong(s -> s[at]).max().orElse(0);
        long last = sizes.getLast()[side];
        assertThat(last).isLessThan(128 * MEGABYTE);
        assertThat(last - settled).as("growth after %d", settled).isLessThan(6 * MEGABYTE);
      }
    }
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
