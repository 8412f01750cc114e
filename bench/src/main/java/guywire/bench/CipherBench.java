package guywire.bench;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.cipher.Engines;
import guywire.tunnel.cipher.MessageCipher;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a packet of a batch costs to copy into its message, sum and seal, by engine and length.
 * {@code bench/ciphers} runs it. The least of the iterations is what counts: other work on the
 * machine only adds to it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 80, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED",
      "--add-opens=java.base/sun.security.util.math=ALL-UNNAMED",
      "--add-opens=java.base/sun.security.util.math.intpoly=ALL-UNNAMED"
    })
public class CipherBench {

  private static final int BATCH = MessageCipher.MOST;

  /** Batches lie in one of two places in turn. */
  private static final int HALF = 1 << 17;

  /** The engine's name; those that this processor lacks fail. */
  @Param({"avx512", "avx2", "libcrypto", "jdk-intrinsics", "jce"})
  public String engine = "jce";

  /** Length of each packet. */
  @Param({"32", "96", "256", "576", "1420", "8900"})
  public int bytes;

  private final AeadKey key = new AeadKey(new byte[AeadKey.LENGTH]);
  private final Region memory = new Region();
  private final long packets = Memory.allocate(1 << 17);
  private final long messages = Memory.allocate(2L * HALF);
  private final long notes = MessageCipher.allocateNotes(2 * BATCH, memory);
  private @Nullable MessageCipher cipher;
  private long counter;
  private int half;

  /** Makes the engine. */
  @Setup
  public void prepare() {
    cipher = new Engines(engine, System.err::println, line -> {}).choice().create(memory);
  }

  /**
   * A batch of those that are sealed together; as in a tunnel the last part of that may be left for
   * when the next are prepared.
   *
   * @return the sum of all
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long seal() {
    half = 1 - half;
    int stride = bytes + Message.DATA_OVERHEAD;
    long first = messages + (long) half * HALF;
    long theirNotes = notes + (long) half * BATCH * MessageCipher.NOTE_BYTES;
    for (int i = 0; i < BATCH; i++) {
      Message.writeDataHeader(Memory.ALL, first + (long) i * stride, 1, counter++);
    }
    long sum = 0;
    if (cipher != null) {
      cipher.prepare(key, first, stride, bytes, 0, BATCH, theirNotes);
      for (int i = 0; i < BATCH; i++) {
        sum += cipher.fill(i, 0, packets + (long) i * bytes, bytes);
      }
      cipher.sealLater(key, first, stride, bytes, BATCH, theirNotes);
    }
    return sum;
  }
}
