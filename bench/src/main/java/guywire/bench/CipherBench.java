package guywire.bench;

import guywire.linux.Memory;
import guywire.linux.Region;
import guywire.protocol.AeadKey;
import guywire.protocol.Message;
import guywire.tunnel.cipher.Engines;
import guywire.tunnel.cipher.MessageCipher;
import java.util.concurrent.TimeUnit;
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
 * What a packet costs to copy into its message, sum and seal, or to open where it lies, by engine
 * and length. {@code bench/ciphers} runs it. The least of the iterations is what counts: other work
 * on the machine only adds to it.
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

  /** How many are sealed or opened at once: 1, 2, 4 or 8. */
  @Param("8")
  public int packets;

  private final AeadKey key = new AeadKey(new byte[AeadKey.LENGTH]);
  private final Region memory = new Region();
  private final long inner = Memory.allocate(1 << 17);
  private final long sealed = Memory.allocate(HALF);
  private final long messages = Memory.allocate(2L * HALF);
  private final long notes = MessageCipher.allocateNotes(2 * BATCH, memory);
  private MessageCipher cipher = MessageCipher.each(Engines.single(memory));
  private long counter;
  private int half;

  /** Makes the engine, and messages to open. */
  @Setup
  public void prepare() {
    cipher = new Engines(engine, System.err::println, line -> {}).choice().create(memory);
    int stride = bytes + Message.DATA_OVERHEAD;
    for (int i = 0; i < BATCH; i++) {
      Message.writeDataHeader(Memory.ALL, sealed + (long) i * stride, 1, i);
    }
    cipher.sealInPlace(key, sealed, stride, bytes, BATCH, notes);
    cipher.finish();
  }

  /**
   * Packets, sealed so many at once; as in a tunnel the last part of that may be left for when the
   * next are prepared.
   *
   * @return the sum of all
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long seal() {
    half = 1 - half;
    int stride = bytes + Message.DATA_OVERHEAD;
    long all = messages + (long) half * HALF;
    long allNotes = notes + (long) half * BATCH * MessageCipher.NOTE_BYTES;
    long sum = 0;
    for (int done = 0; done < BATCH; done += packets) {
      long first = all + (long) done * stride;
      long theirNotes = allNotes + (long) done * MessageCipher.NOTE_BYTES;
      for (int i = 0; i < packets; i++) {
        Message.writeDataHeader(Memory.ALL, first + (long) i * stride, 1, counter++);
      }
      cipher.prepare(key, first, stride, bytes, 0, packets, theirNotes);
      for (int i = 0; i < packets; i++) {
        sum += cipher.fill(i, 0, inner + (long) i * bytes, bytes);
      }
      cipher.sealLater(key, first, stride, bytes, packets, theirNotes);
    }
    return sum;
  }

  /**
   * Packets, opened so many at once where they lie, after each was copied to there.
   *
   * @return whose tags were right
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long open() {
    int stride = bytes + Message.DATA_OVERHEAD;
    Memory.copy(sealed, messages, (long) BATCH * stride);
    long right = -1;
    for (int done = 0; done < BATCH; done += packets) {
      long first = messages + (long) done * stride;
      right &= cipher.open(key, first, stride, bytes, packets);
      for (int i = 0; i < packets; i++) {
        long packet = first + (long) i * stride + Message.DATA_HEADER_LENGTH;
        cipher.takeInPlace(i, packet, bytes);
      }
    }
    if (right != (1 << packets) - 1) {
      throw new IllegalStateException("tags are wrong: " + right);
    }
    return right;
  }
}
