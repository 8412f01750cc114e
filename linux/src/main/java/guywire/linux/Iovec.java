package guywire.linux;

/**
 * Arrays of {@code struct iovec}: pieces of memory that one call reads into or writes from.
 *
 * <pre>struct iovec { void *iov_base; size_t iov_len; };</pre>
 */
final class Iovec {

  /** The size of one entry in bytes. */
  static final int BYTES = 16;

  static final int BASE = 0;
  static final int LENGTH = 8;

  private Iovec() {}

  /** Sets entry {@code index} of the array at {@code array}. */
  static void set(long array, int index, long base, long length) {
    long entry = array + (long) index * BYTES;
    Memory.putLong(entry + BASE, base);
    Memory.putLong(entry + LENGTH, length);
  }
}
