package guywire.bench;

import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What is left of a flow, and of a host, while strangers send what is good for nothing. */
final class StrangersBench {

  private static final String NAME = "gbenchs";
  private static final int TUNNEL = 0x0a090302;
  private static final int PORT = 1002;
  private static final int WARM_UP_SECONDS = 4;
  private static final List<Integer> RATES = List.of(30_000, 100_000);

  private final String program;
  private final List<String> command;
  private final int seconds;
  private final Results results;

  StrangersBench(String program, List<String> command, int seconds, Results results) {
    this.program = program;
    this.command = command;
    this.seconds = seconds;
    this.results = results;
  }

  void run(Strangers.Kind kind) throws InterruptedException {
    TunnelPair.between(
        command,
        (a, b) -> {
          try (BareNamespace strangers = new BareNamespace(NAME)) {
            strangers.cableTo(b, "10.9.3");
            strangers.inside("ip", "route", "add", "local", "10.20.0.0/15", "dev", "lo");
            b.ip("route", "add", "10.20.0.0/15", "via", "10.9.3.1");
            LoadTools.tcp(a, WARM_UP_SECONDS);
            for (int rate : RATES) {
              rate(kind, rate, a, b);
            }
            if (kind == Strangers.Kind.FLOOD) {
              newcomer(strangers, b);
            }
          }
        });
  }

  private void rate(Strangers.Kind kind, int rate, BenchHost a, BenchHost b)
      throws InterruptedException {
    String measure = kind + ", " + rate / 1000 + ",000 a second";
    double memory = b.residentMegabytes();
    double alone = LoadTools.tcp(a, seconds);
    Program sending = begin(kind, rate, b);
    TimeUnit.MILLISECONDS.sleep(500);
    double used = b.cpuSeconds();
    TimeUnit.SECONDS.sleep(seconds);
    used = b.cpuSeconds() - used;
    double beside = LoadTools.tcp(a, seconds);
    double usual = LoadTools.tcp(a, seconds, "-b", "1G");
    double sent = Double.parseDouble(sending.end());
    results.record(program, measure + ": processor time for each, us", used / seconds / sent * 1e6);
    results.record(program, measure + ": share of a flow's speed, %", 100 * beside / alone);
    results.record(program, measure + ": Gb/s", beside);
    results.record(program, measure + ": of a flow of 1 Gb/s, Gb/s", usual);
    results.record(program, measure + ": thousands sent a second", sent / 1000);
    results.record(program, measure + ": memory grown, MB", b.residentMegabytes() - memory);
  }

  private static Program begin(Strangers.Kind kind, int rate, BenchHost b) {
    var arguments =
        new ArrayList<>(List.of(kind.name(), b.publicKey(), "" + TUNNEL, "" + PORT, "" + rate));
    if (kind == Strangers.Kind.REPLAYS) {
      PrivateKey peer = PrivateKey.generate(new SecureRandom());
      b.addPeer(peer.publicKey().toString());
      PublicKey own = PublicKey.parse(b.publicKey()).orElseThrow();
      arguments.add(HexFormat.of().formatHex(Initiation.of(peer, own)));
    }
    return Program.begin(NAME, Strangers.class, arguments);
  }

  /** How long a new peer takes to a session. */
  private void newcomer(BareNamespace namespace, BenchHost b) throws InterruptedException {
    PrivateKey key = PrivateKey.generate(new SecureRandom());
    b.addPeer(key.publicKey().toString());
    Program sending = begin(Strangers.Kind.FLOOD, RATES.getLast(), b);
    TimeUnit.SECONDS.sleep(1);
    double taken = HandshakeStorm.run(namespace, List.of(key), b.publicKey(), "10.9.3.2:" + PORT);
    sending.end();
    results.record(
        program, Strangers.Kind.FLOOD + ", 100,000 a second: a new peer's session, s", taken);
  }
}
