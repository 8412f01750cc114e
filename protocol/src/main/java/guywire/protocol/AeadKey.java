package guywire.protocol;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The 32 bytes of one direction's session key, on the heap and off it, for engines of either kind.
 *
 * <p>Any thread may read it; one thread, under the device's lock, destroys it. An engine may be
 * using the key at that moment, so whoever used it asks {@link #isAlive} afterwards and throws the
 * result away if the answer is no: then zeros may have been part of the work.
 */
public final class AeadKey {

  /** Length of a key in bytes. */
  public static final int LENGTH = 32;

  private final byte[] bytes;
  // An automatic arena: the memory lives as long as this object, so a late reader never sees
  // another key in the same place.
  private final MemorySegment segment;
  private volatile boolean destroyed;

  /**
   * Copies the key: the caller zeroes its own bytes.
   *
   * @throws IllegalArgumentException unless there are 32 bytes
   */
  public AeadKey(byte[] key) {
    if (key.length != LENGTH) {
      throw new IllegalArgumentException("a session key has 32 bytes, not " + key.length);
    }
    bytes = key.clone();
    segment = Arena.ofAuto().allocate(LENGTH, 64);
    MemorySegment.copy(key, 0, segment, ValueLayout.JAVA_BYTE, 0, LENGTH);
  }

  /** The key itself, not a copy: for engines, which only read it. */
  public byte[] array() {
    return bytes;
  }

  /** The key off the heap, aligned to 64 bytes: for engines, which only read it. */
  public MemorySegment segment() {
    return segment;
  }

  /** Whether the key was whole until now; to be asked after its use. */
  public boolean isAlive() {
    VarHandle.loadLoadFence();
    return !destroyed;
  }

  /** Overwrites both copies with zeros. */
  public void destroy() {
    destroyed = true;
    VarHandle.fullFence();
    Arrays.fill(bytes, (byte) 0);
    segment.fill((byte) 0);
  }

  @Override
  public String toString() {
    return "(hidden)";
  }
}
