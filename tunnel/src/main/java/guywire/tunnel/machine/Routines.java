package guywire.tunnel.machine;

import guywire.linux.LinuxException;
import guywire.linux.MachineCode;
import guywire.linux.Memory;
import guywire.protocol.AeadKey;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Optional;

/**
 * The machine code of this package for one kind of processor, as functions. Each holds its numbers
 * against the memory that was allocated before it jumps: a wrong one is an {@link
 * IndexOutOfBoundsException}, and nothing was done. Safe from any thread, with memory of its own
 * for each.
 */
/*
 * A record in a static final field: then the compiler takes its functions as constants and calls them
 * directly. The code reads in whole vectors, so that some functions read further than they are told to;
 * that is part of what is checked, and said with each.
 */
public record Routines(
    int quartersPerJob,
    int together,
    MemorySegment keystreamCode,
    MemorySegment headsCode,
    MemorySegment addCode,
    MemorySegment tagsCode,
    MemorySegment tagCode,
    MemorySegment sumCode,
    MemorySegment copyCode,
    MemorySegment encryptCode,
    MemorySegment decryptCode,
    boolean mixes,
    MemorySegment mixedCode)
    implements Summation {

  /** Where the numbers are that every function reads. */
  private static final long CONSTANTS = Constants.table();

  /** Blocks of key stream that lie one behind the other: the unit of {@link #keystream}'s jobs. */
  public static final int QUARTER_BYTES = 256;

  /** The most messages of one call. */
  public static final int MOST = 8;

  /** No packet is longer. */
  public static final int LONGEST = 1 << 16;

  /** How much of each message {@link #heads} decrypts. */
  public static final int HEAD_BYTES = ChaChaCode.HEAD_BYTES;

  /** Memory that {@link #keystream} needs on the way. */
  public static final int SCRATCH_BYTES = ChaChaCode.SCRATCH_BYTES;

  /** Memory for the result of {@link #tag}; the tags are its first 128 bytes. */
  public static final int RESULT_BYTES = PolyCode.RESULT_BYTES;

  private static final int CHUNK = 64;
  private static final int BLOCK = 16;

  /** The functions of some code, if the system lets us run it. */
  static Optional<Routines> install(CodeImage image) {
    try {
      long base = MachineCode.install(image.code());
      return Optional.of(
          new Routines(
              image.quartersPerJob(),
              image.together(),
              image.function(base, CodeImage.RoutineName.KEYSTREAM),
              image.function(base, CodeImage.RoutineName.HEADS),
              image.function(base, CodeImage.RoutineName.ADD),
              image.function(base, CodeImage.RoutineName.TAGS),
              image.function(base, CodeImage.RoutineName.TAG),
              image.function(base, CodeImage.RoutineName.SUM),
              image.function(base, CodeImage.RoutineName.COPY),
              image.function(base, CodeImage.RoutineName.ENCRYPT),
              image.function(base, CodeImage.RoutineName.DECRYPT),
              image.begins().containsKey(CodeImage.RoutineName.MIXED),
              image.function(base, CodeImage.RoutineName.MIXED)));
    } catch (LinuxException forbidden) {
      return Optional.empty();
    }
  }

  /** Bytes of a job of {@link #keystream}. */
  int jobBytes() {
    return quartersPerJob * (16 + 8);
  }

  /** Where a job's destinations begin; before them are as many last rows of the state. */
  int jobDestinations() {
    return quartersPerJob * 16;
  }

  /**
   * Makes the key stream of jobs. Their destinations must have been checked when they were written.
   *
   * @param ahead from where on something is fetched, of any address
   */
  public void keystream(AeadKey key, long jobs, int count, long scratch, long ahead) {
    positive(count);
    Memory.check(jobs, (long) count * jobBytes());
    Memory.check(scratch, SCRATCH_BYTES);
    MachineCode.call(
        keystreamCode, CONSTANTS, key.segment().address(), jobs, count, scratch, ahead);
    Reference.reachabilityFence(key);
  }

  /**
   * Decrypts the beginnings of messages to another place: {@link #HEAD_BYTES} of each are read,
   * even where the message is shorter.
   */
  public void heads(
      long message, int messageStride, long stream, int streamStride, long to, int count) {
    group(count);
    Memory.check(message, all(messageStride, HEAD_BYTES, count));
    Memory.check(stream, all(streamStride, HEAD_BYTES, count));
    Memory.check(to, (long) count * HEAD_BYTES);
    MachineCode.call(headsCode, message, messageStride, stream, streamStride, to, count);
  }

  /**
   * Adds key stream to the beginnings of messages, in place. The stream is read up to the next
   * multiple of 64 bytes.
   */
  public void add(
      long message, int messageStride, long stream, int streamStride, int length, int count) {
    group(count);
    length(length);
    if (messageStride < length) {
      throw new IndexOutOfBoundsException("messages overlap: " + messageStride + " < " + length);
    }
    Memory.check(message, all(messageStride, length, count));
    Memory.check(stream, all(streamStride, chunks(length), count));
    MachineCode.call(addCode, message, messageStride, stream, streamStride, length, count);
  }

  /** The tags of up to eight ciphertexts of one length. */
  public void tags(Tagging of) {
    of.requireSet();
    MachineCode.call(
        tagsCode, of.table(), of.keys(), of.keyStride(), of.length(), of.result(), CONSTANTS);
  }

  /**
   * Makes the key stream of jobs, as {@link #keystream} does, and the tags of messages meanwhile.
   * Not for code that {@linkplain #mixes does not mix}.
   */
  public void keystreamAndTags(AeadKey key, long jobs, int count, Tagging of) {
    if (!mixes) {
      throw new IllegalStateException("this code makes key stream and tags apart");
    }
    of.requireSet();
    positive(count);
    Memory.check(jobs, (long) count * jobBytes());
    MachineCode.call(
        mixedCode, CONSTANTS, key.segment().address(), jobs, count, of.table(), of.result());
    Reference.reachabilityFence(key);
  }

  /** The tag of one ciphertext of at least 128 bytes, eight times. */
  public void tag(long message, long key, int length, long result) {
    length(length);
    if (length < PolyCode.LEAST_ALONE) {
      throw new IndexOutOfBoundsException("too short for this way: " + length);
    }
    Memory.check(message, blocks(length));
    Memory.check(key, 32);
    Memory.check(result, RESULT_BYTES);
    MachineCode.call(tagCode, message, key, Avx2Poly.power(length), length, result, CONSTANTS);
  }

  @Override
  public long sum(long address, int length) {
    Memory.check(address, length);
    return MachineCode.call(sumCode, address, 0, length, CONSTANTS, 0, 0);
  }

  @Override
  public long copyAndSum(long from, long to, int length) {
    copy(from, to, length);
    return MachineCode.call(copyCode, from, to, length, CONSTANTS, 0, 0);
  }

  /**
   * Copies with key stream added, and sums what was copied. The stream is read up to the next
   * multiple of 64 bytes. The copy may lie where the original does.
   */
  public long encryptAndSum(long from, long to, int length, long stream) {
    copy(from, to, length);
    Memory.check(stream, chunks(length));
    return MachineCode.call(encryptCode, from, to, length, CONSTANTS, stream, 0);
  }

  /** Copies with key stream added, as {@link #encryptAndSum} does, but sums the copy. */
  public long decryptAndSum(long from, long to, int length, long stream) {
    copy(from, to, length);
    Memory.check(stream, chunks(length));
    return MachineCode.call(decryptCode, from, to, length, CONSTANTS, stream, 0);
  }

  private static void copy(long from, long to, int length) {
    Memory.check(from, length);
    Memory.check(to, length);
    if (from != to && from < to + length && to < from + length) {
      throw new IndexOutOfBoundsException("the copy overlaps its original");
    }
  }

  /** What a number of equal pieces spans; negative, which no memory is, if they go backwards. */
  static long all(int stride, int bytes, int count) {
    return stride < 0 ? -1 : (count - 1L) * stride + bytes;
  }

  private static int chunks(int length) {
    return length + CHUNK - 1 & -CHUNK;
  }

  private static int blocks(int length) {
    return length + BLOCK - 1 & -BLOCK;
  }

  private static void positive(int count) {
    if (count < 1) {
      throw new IndexOutOfBoundsException("nothing to do: " + count);
    }
  }

  static void group(int count) {
    if (count < 1 || count > MOST) {
      throw new IndexOutOfBoundsException("1 to " + MOST + " messages, not " + count);
    }
  }

  static void length(int length) {
    if (length < 0 || length > LONGEST) {
      throw new IndexOutOfBoundsException("0 to " + LONGEST + " bytes, not " + length);
    }
  }
}
