package guywire.tunnel.machine;

import guywire.linux.LinuxException;
import guywire.linux.MachineCode;
import guywire.linux.Memory;
import guywire.tunnel.machine.SumCode.Work;
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
  private static final MethodHandle HEADS;
  private static final MethodHandle ADD;
  private static final MethodHandle TAGS;
  private static final MethodHandle TAG;
  private static final MethodHandle SUM;
  private static final MethodHandle COPY_AND_SUM;
  private static final MethodHandle ENCRYPT_AND_SUM;
  private static final MethodHandle DECRYPT_AND_SUM;

  static {
    Constants.write(CONSTANTS);
    var code = new Assembler();
    int keystream = place(code, () -> new ChaChaCode(code).keystream());
    int heads = place(code, () -> new ChaChaCode(code).heads());
    int add = place(code, () -> new ChaChaCode(code).add());
    int tags = place(code, () -> new PolyCode(code).tags());
    int tag = place(code, () -> new PolyCode(code).tag());
    int sum = place(code, () -> new SumCode(code, Work.NOTHING).sum());
    int copy = place(code, () -> new SumCode(code, Work.COPY).sum());
    int encrypt = place(code, () -> new SumCode(code, Work.ENCRYPT).sum());
    int decrypt = place(code, () -> new SumCode(code, Work.DECRYPT).sum());
    long base = MachineCode.features().containsAll(NEEDED) ? install(code.bytes()) : 0;
    PRESENT = base != 0;
    KEYSTREAM = function(base, keystream);
    HEADS = function(base, heads);
    ADD = function(base, add);
    TAGS = function(base, tags);
    TAG = function(base, tag);
    SUM = function(base, sum);
    COPY_AND_SUM = function(base, copy);
    ENCRYPT_AND_SUM = function(base, encrypt);
    DECRYPT_AND_SUM = function(base, decrypt);
  }

  private Routines() {}

  /** Writes a function at the next place where one may begin, and says where that is. */
  private static int place(Assembler code, Runnable writer) {
    code.align(FUNCTION_ALIGNMENT);
    int at = code.length();
    writer.run();
    return at;
  }

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
  public static void keystream(long key, long jobs, int count, long scratch, long ahead) {
    call(KEYSTREAM, CONSTANTS, key, jobs, count, scratch, ahead);
  }

  /** How much of each message {@link #heads} decrypts. */
  public static final int HEAD_BYTES = ChaChaCode.HEAD_BYTES;

  /** Decrypts the beginnings of messages to another place ({@link ChaChaCode#heads}). */
  public static void heads(
      long message, long messageStride, long stream, long streamStride, long to, int count) {
    call(HEADS, message, messageStride, stream, streamStride, to, count);
  }

  /** Adds key stream to the beginnings of messages ({@link ChaChaCode#add}). */
  public static void add(
      long message, long messageStride, long stream, long streamStride, int length, int count) {
    call(ADD, message, messageStride, stream, streamStride, length, count);
  }

  /** Memory for the result of {@link #tags} or {@link #tag}; the tags are its first 128 bytes. */
  public static final int RESULT_BYTES = PolyCode.RESULT_BYTES;

  /** The tags of eight ciphertexts of one length ({@link PolyCode#tags}). */
  public static void tags(long messages, long keys, long keyStride, int length, long result) {
    call(TAGS, messages, keys, keyStride, length, result, CONSTANTS);
  }

  /** The tag of one ciphertext of at least 128 bytes ({@link PolyCode#tag}). */
  public static void tag(long message, long key, int length, long result) {
    call(TAG, message, key, 0, length, result, CONSTANTS);
  }

  /** The sum of a memory's 32-bit words ({@link SumCode#sum}). */
  public static long sum(long address, int length) {
    return call(SUM, address, 0, length, CONSTANTS, 0, 0);
  }

  /** Copies to where nothing overlaps, and sums the 32-bit words ({@link SumCode#sum}). */
  public static long copyAndSum(long from, long to, int length) {
    return call(COPY_AND_SUM, from, to, length, CONSTANTS, 0, 0);
  }

  /** Copies with key stream added, and sums what was copied ({@link SumCode#sum}). */
  public static long encryptAndSum(long from, long to, int length, long stream) {
    return call(ENCRYPT_AND_SUM, from, to, length, CONSTANTS, stream, 0);
  }

  /** Copies with key stream added, and sums the copy ({@link SumCode#sum}). */
  public static long decryptAndSum(long from, long to, int length, long stream) {
    return call(DECRYPT_AND_SUM, from, to, length, CONSTANTS, stream, 0);
  }

  private static long call(MethodHandle function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) function.invokeExact(a, b, c, d, e, f);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
