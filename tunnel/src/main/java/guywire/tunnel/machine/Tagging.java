package guywire.tunnel.machine;

import guywire.linux.Memory;
import guywire.linux.Region;

/**
 * Ciphertexts of one length whose tags are to be made together, and then their tags. All numbers
 * are held against the memory that was allocated when they are given. Confined to one thread.
 */
public final class Tagging {

  private static final int MOST = Routines.MOST;

  /** How much is read at each one-time key, of eight however many messages there are. */
  private static final int KEY_BYTES = 64;

  private static final int BLOCK = 16;
  private static final int CHUNK = 64;

  /** Behind the addresses: pairs of messages, keys, key stride, length. */
  private static final int TABLE_BYTES = 8 * (MOST + 4);

  private final long table;
  private final long result;
  private long keys;
  private int keyStride;
  private int length;

  /** Memory for those of up to eight ciphertexts. */
  public Tagging(Region memory) {
    table = memory.allocate(TABLE_BYTES);
    result = memory.allocate(PolyCode.RESULT_BYTES);
  }

  /**
   * Says of what. Up to 64 bytes behind the end of a message are read.
   *
   * @param body where the first ciphertext begins
   * @param stride from one to the next
   * @param count one to eight
   * @param keys the first one-time key
   * @param keyStride from one to the next; 64 bytes are read of each of eight
   * @param length of each ciphertext, without its tag
   * @throws IndexOutOfBoundsException if that is not all in allocated memory
   */
  public void of(long body, int stride, int count, long keys, int keyStride, int length) {
    Routines.group(count);
    Routines.length(length);
    Memory.check(body, Routines.all(stride, readOf(length), count));
    if (keyStride < 1) {
      throw new IndexOutOfBoundsException("keys " + keyStride + " bytes apart");
    }
    Memory.check(keys, Routines.all(keyStride, KEY_BYTES, MOST));
    this.keys = keys;
    this.keyStride = keyStride;
    this.length = length;
    for (int i = 0; i < MOST; i++) {
      // Places without a message repeat the first.
      Memory.putLong(table + 8L * i, i < count ? body + (long) i * stride : body);
    }
    long more = table + 8L * MOST;
    Memory.putLong(more, (count + 1) / 2);
    Memory.putLong(more + 8, keys);
    Memory.putLong(more + 16, keyStride);
    Memory.putLong(more + 24, length);
  }

  /** How many bytes are read of a ciphertext, at most. */
  static int readOf(int length) {
    return length < PolyCode.WORTH_POWERS
        ? length + BLOCK - 1 & -BLOCK
        : length / CHUNK * CHUNK + CHUNK;
  }

  /** Refuses to be worked on before anything was said. */
  void requireSet() {
    if (keyStride == 0) {
      throw new IndexOutOfBoundsException("no messages to make tags of");
    }
  }

  long table() {
    return table;
  }

  long keys() {
    return keys;
  }

  int keyStride() {
    return keyStride;
  }

  int length() {
    return length;
  }

  /** Where lower halves of tags are written, and upper ones 64 bytes behind them. */
  long result() {
    return result;
  }

  /** Takes the tag of a message that {@link Routines#tag} made. */
  public void take(int index, long single) {
    Memory.putLong(result + 8L * index, Memory.getLong(single));
    Memory.putLong(result + 8L * (MOST + index), Memory.getLong(single + 8L * MOST));
  }

  /** The first eight bytes of a message's tag. */
  public long lower(int index) {
    return Memory.getLong(result + 8L * index);
  }

  /** The last eight bytes of a message's tag. */
  public long upper(int index) {
    return Memory.getLong(result + 8L * (MOST + index));
  }
}
