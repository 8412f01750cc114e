package guywire.bench;

import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One host with very many peers. */
final class PeersBench {

  private static final String NAME = "gbencha";
  private static final String OTHER = "gbenchb";
  private static final String NEWCOMERS = "gbenchn";
  private static final int MANY_PEERS = 10_000;
  private static final int IDLE_PEERS = 1_000;
  private static final int NEW_PEERS = 1_000;

  /** Until all keys of a session are zeroed. */
  private static final int SESSION_SECONDS = 540;

  private static final int IDLE_SETTLE_SECONDS = 15;
  private static final int IDLE_SECONDS = 20;

  private final String program;
  private final List<String> command;
  private final Results results;

  PeersBench(String program, List<String> command, Results results) {
    this.program = program;
    this.command = command;
    this.results = results;
  }

  /** Wake-ups of a host whose peers are silent. */
  void idle() throws InterruptedException {
    try (BenchHost host = new BenchHost(NAME, command)) {
      host.configure(1001, 1);
      host.setPeers(strangers(IDLE_PEERS));
      TimeUnit.SECONDS.sleep(IDLE_SETTLE_SECONDS);
      long before = host.wakeups();
      TimeUnit.SECONDS.sleep(IDLE_SECONDS);
      double rate = (host.wakeups() - before) / (double) IDLE_SECONDS;
      results.record(program, "wake-ups a second, 1,000 idle peers", rate);
    }
  }

  /** Wake-ups and processor time of two hosts whose last session has ended. */
  void ended() throws InterruptedException {
    try (BenchHost a = new BenchHost(NAME, command);
        BenchHost b = new BenchHost(OTHER, command)) {
      BenchHost.cable(a, b, "10.9.0");
      a.configure(1001, 1);
      b.configure(1002, 2);
      a.peer(b, "10.9.0.2:1002", "10.10.0.2/32");
      b.peer(a, "10.9.0.1:1001", "10.10.0.1/32");
      a.inside("ping", "-c", "3", "-i", "0.2", LoadTools.DESTINATION);
      TimeUnit.SECONDS.sleep(SESSION_SECONDS + IDLE_SETTLE_SECONDS);
      long before = a.wakeups() + b.wakeups();
      double used = BenchHost.cpuSeconds(List.of(a, b));
      TimeUnit.SECONDS.sleep(IDLE_SECONDS);
      double rate = (a.wakeups() + b.wakeups() - before) / (2.0 * IDLE_SECONDS);
      results.record(program, "wake-ups a second after the last session", rate);
      double share = (BenchHost.cpuSeconds(List.of(a, b)) - used) / (2.0 * IDLE_SECONDS);
      results.record(program, "processor after the last session, %", 100 * share);
    }
  }

  /** One {@code wg setconf} of many peers. */
  void setconf() {
    List<String> keys = strangers(MANY_PEERS);
    try (BenchHost host = new BenchHost(NAME, command)) {
      host.configure(1001, 1);
      long start = System.nanoTime();
      host.setPeers(keys);
      double seconds = (System.nanoTime() - start) / 1e9;
      results.record(program, "10,000 peers by setconf, s", seconds);
      results.record(program, "memory with 10,000 peers, MB", host.residentMegabytes());
    }
  }

  /** Many peers that shake hands with a cold host at the same moment, each from its own address. */
  void handshakes() {
    List<PrivateKey> keys =
        IntStream.range(0, NEW_PEERS)
            .mapToObj(_ -> PrivateKey.generate(new SecureRandom()))
            .toList();
    try (BenchHost host = new BenchHost(NAME, command);
        BareNamespace newcomers = new BareNamespace(NEWCOMERS)) {
      newcomers.cableTo(host, "10.9.3");
      newcomers.inside("ip", "route", "add", "local", "10.20.0.0/16", "dev", "lo");
      host.ip("route", "add", "10.20.0.0/16", "via", "10.9.3.1");
      host.configure(1001, 1);
      host.setPeers(keys.stream().map(key -> key.publicKey().toString()).toList());
      double seconds = HandshakeStorm.run(newcomers, keys, host.publicKey(), "10.9.3.2:1001");
      results.record(program, "1,000 handshakes at once, s", seconds);
    }
  }

  /** Keys of peers that are never there. */
  private static List<String> strangers(int count) {
    var random = new SplittableRandom(1);
    var keys = new ArrayList<String>();
    var key = new byte[32];
    for (int i = 0; i < count; i++) {
      random.nextBytes(key);
      key[31] &= 0x7f;
      keys.add(Base64.getEncoder().encodeToString(key));
    }
    return keys;
  }
}
