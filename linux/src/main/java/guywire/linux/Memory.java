package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Memory outside the Java heap by its address, for buffers that live as long as the process or
 * their owner and are handed to the kernel. Accesses are not checked: an address must come from
 * {@link #allocate} or from a segment that is kept alive, and offsets must have been checked by the
 * caller.
 */
public final class Memory {

  /** All addresses: {@code ALL.get(layout, address)} reads at an address. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** A 16-bit number in network order, at any address. */
  public static final ValueLayout.OfShort SHORT_BE =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** A 32-bit number in network order, at any address. */
  public static final ValueLayout.OfInt INT_BE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** A 64-bit number in network order, at any address. */
  public static final ValueLayout.OfLong LONG_BE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** From here on memory comes from the kernel page by page, when each is first touched. */
  private static final long LAZY_BYTES = 1 << 14;

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private Memory() {}

  /** Zeroed memory at a multiple of 64 that is never given back. */
  public static long allocate(long bytes) {
    if (bytes < LAZY_BYTES) {
      return Arena.global().allocate(bytes, 64).address();
    }
    // An arena would fill it with zeros, and so take it all from the machine at once.
    return Syscall.checked(
        "mmap " + bytes + " bytes",
        Syscall.call(Syscall.MMAP, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0));
  }

  /** The byte at an address, 0 to 255. */
  public static int getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
  }

  public static void putByte(long address, int value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, (byte) value);
  }

  /** The 16-bit number in the processor's order, 0 to 65535. */
  public static int getShort(long address) {
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address) & 0xffff;
  }

  public static void putShort(long address, int value) {
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, (short) value);
  }

  public static int getInt(long address) {
    return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
  }

  public static void putInt(long address, int value) {
    ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
  }

  public static long getLong(long address) {
    return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }

  public static void putLong(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
  }

  /** The 16-bit number in network order, 0 to 65535. */
  public static int getShortBe(long address) {
    return ALL.get(SHORT_BE, address) & 0xffff;
  }

  public static void putShortBe(long address, int value) {
    ALL.set(SHORT_BE, address, (short) value);
  }

  public static int getIntBe(long address) {
    return ALL.get(INT_BE, address);
  }

  public static void putIntBe(long address, int value) {
    ALL.set(INT_BE, address, value);
  }

  public static long getLongBe(long address) {
    return ALL.get(LONG_BE, address);
  }

  public static void putLongBe(long address, long value) {
    ALL.set(LONG_BE, address, value);
  }

  /** Copies; the ranges must not overlap unless {@code to} is at or below {@code from}. */
  public static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }

  /** Sets bytes to zero. */
  public static void clear(long address, long bytes) {
    ALL.asSlice(address, bytes).fill((byte) 0);
  }
}
