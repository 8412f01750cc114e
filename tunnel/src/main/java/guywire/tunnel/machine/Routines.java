package guywire.tunnel.machine;

import guywire.linux.LinuxException;
import guywire.linux.MachineCode;
import guywire.linux.Memory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Set;

/** The machine code of this package, made once for the process on the first use, as functions. */
public final class Routines {

  private static final Set<String> NEEDED =
      Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512ifma", "avx512_vbmi2", "bmi2");

  private static final int FUNCTION_ALIGNMENT = 64;

  /** Where the numbers are that every function reads. */
  private static final long CONSTANTS = Memory.allocate(Constants.BYTES);

  private static final MethodType SHAPE =
      MethodType.methodType(
          long.class, long.class, long.class, long.class, long.class, long.class, long.class);

  private static final boolean PRESENT;
  private static final MethodHandle KEYSTREAM;
  private static final MethodHandle ADD;
  private static final MethodHandle TAGS;
  private static final MethodHandle TAG;
  private static final MethodHandle SUM;
  private static final MethodHandle COPY_AND_SUM;

  static {
    Constants.write(CONSTANTS);
    var code = new Assembler();
    int keystream = code.length();
    new ChaChaCode(code).keystream();
    code.align(FUNCTION_ALIGNMENT);
    int add = code.length();
    new ChaChaCode(code).add();
    code.align(FUNCTION_ALIGNMENT);
    int tags = code.length();
    new PolyCode(code).tags();
    code.align(FUNCTION_ALIGNMENT);
    int tag = code.length();
    new PolyCode(code).tag();
    code.align(FUNCTION_ALIGNMENT);
    int sum = code.length();
    new SumCode(code).sum(false);
    code.align(FUNCTION_ALIGNMENT);
    int copyAndSum = code.length();
    new SumCode(code).sum(true);
    long base = MachineCode.features().containsAll(NEEDED) ? install(code.bytes()) : 0;
    PRESENT = base != 0;
    KEYSTREAM = function(base, keystream);
    ADD = function(base, add);
    TAGS = function(base, tags);
    TAG = function(base, tag);
    SUM = function(base, sum);
    COPY_AND_SUM = function(base, copyAndSum);
  }

  private Routines() {}

  private static long install(byte[] code) {
    try {
      return MachineCode.install(code);
    } catch (LinuxException forbidden) {
      return 0;
    }
  }

  private static MethodHandle function(long base, int offset) {
    return base == 0 ? MethodHandles.empty(SHAPE) : MachineCode.function(base + offset);
  }

  /** Whether this processor has what the code needs and the system lets us run it. */
  public static boolean isPresent() {
    return PRESENT;
  }

  /** Bytes of a job of {@link #keystream}: four times four blocks. */
  public static final int JOB_BYTES = ChaChaCode.JOB_BYTES;

  /** Where a job's four destinations begin; before them are four last rows of the state. */
  public static final int JOB_DESTINATIONS = ChaChaCode.JOB_DESTINATIONS;

  /** Memory that {@link #keystream} needs on the way. */
  public static final int SCRATCH_BYTES = ChaChaCode.SCRATCH_BYTES;

  /** Makes sixteen blocks of key stream for each job ({@link ChaChaCode#keystream}). */
  public static void keystream(long key, long jobs, int count, long scratch) {
    call(KEYSTREAM, CONSTANTS, key, jobs, count, scratch, 0);
  }

  /** Adds key stream to messages of one length ({@link ChaChaCode#add}). */
  public static void add(
      long message, long messageStride, long stream, long streamStride, int length, int count) {
    call(ADD, message, messageStride, stream, streamStride, length, count);
  }

  /** The tags of eight ciphertexts of one length ({@link PolyCode#tags}). */
  public static void tags(long messages, long streams, long streamStride, int length, long result) {
    call(TAGS, messages, streams, streamStride, length, result, CONSTANTS);
  }

  /** The tag of one ciphertext of at least 128 bytes ({@link PolyCode#tag}). */
  public static void tag(long message, long stream, int length, long result) {
    call(TAG, message, stream, 0, length, result, CONSTANTS);
  }

  /** The sum of a memory's 32-bit words ({@link SumCode#sum}). */
  public static long sum(long address, int length) {
    return call(SUM, address, 0, length, CONSTANTS, 0, 0);
  }

  /** Copies to where nothing overlaps, and sums the 32-bit words ({@link SumCode#sum}). */
  public static long copyAndSum(long from, long to, int length) {
    return call(COPY_AND_SUM, from, to, length, CONSTANTS, 0, 0);
  }

  private static long call(MethodHandle function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) function.invokeExact(a, b, c, d, e, f);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
