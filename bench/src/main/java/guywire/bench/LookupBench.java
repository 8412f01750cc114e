package guywire.bench;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.protocol.AllowedIps;
import guywire.protocol.Device;
import guywire.protocol.DiffieHellman;
import guywire.protocol.JceAead;
import guywire.protocol.Peer;
import guywire.protocol.PrivateKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long it takes to find the owner of an address, by how many prefixes there are and how they
 * lie. {@code bench/lookups} runs it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class LookupBench {

  private static final int PEERS = 1000;

  /** All addresses that are asked for at random; the first of them, in turn, stay in the cache. */
  private static final int ASKED = 1 << 20;

  private static final int FEW = 256;

  /** How many prefixes there are. */
  @Param({"10", "1000", "100000", "1000000"})
  public int prefixes;

  /** Hosts of one network in a row, or prefixes of 17 to 32 (64 to 128) bits anywhere. */
  @Param({"hosts", "anywhere4", "anywhere6"})
  public String layout = "hosts";

  private final Device device =
      new Device(new JceAead(), DiffieHellman.JDK, new SplittableRandom(1), InstantSource.system());
  private final AllowedIps allowed = device.allowedIps();
  private final long[] high = new long[ASKED];
  private final long[] low = new long[ASKED];
  private int next;

  /** Makes the table and the questions. */
  @Setup
  public void fill() {
    var random = new SplittableRandom(2);
    var peers = new ArrayList<Peer>();
    for (int i = 0; i < PEERS; i++) {
      peers.add(device.addPeer(PrivateKey.generate(random).publicKey()).orElseThrow());
    }
    var addresses = new ArrayList<IpAddress>();
    for (int i = 0; i < prefixes; i++) {
      Prefix prefix =
          switch (layout) {
            case "hosts" -> Prefix.host(IpAddress.ipv4(0x0a000000 + i));
            case "anywhere4" ->
                Prefix.around(IpAddress.ipv4(random.nextInt()), 17 + random.nextInt(16));
            default ->
                Prefix.around(
                    IpAddress.ipv6(random.nextLong(), random.nextLong()), 64 + random.nextInt(65));
          };
      allowed.insert(prefix, peers.get(random.nextInt(PEERS)));
      addresses.add(prefix.address());
    }
    for (int i = 0; i < ASKED; i++) {
      IpAddress address = addresses.get(random.nextInt(prefixes));
      high[i] = address.high();
      low[i] = address.low();
    }
  }

  /** Any address: with many prefixes, memory must be read. */
  @Benchmark
  public @Nullable Peer any() {
    return find(next = (next + 1) % ASKED);
  }

  /** One of a few addresses, as in the traffic of some flows. */
  @Benchmark
  public @Nullable Peer oneOfFew() {
    return find(next = (next + 1) % FEW);
  }

  private @Nullable Peer find(int at) {
    return layout.equals("anywhere6")
        ? allowed.ipv6(high[at], low[at])
        : allowed.ipv4((int) low[at]);
  }
}
