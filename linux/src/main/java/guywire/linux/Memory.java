package guywire.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Memory outside the Java heap by its address, for buffers that live as long as the process or
 * their owner and are handed to the kernel. Accesses are not checked: an address must come from
 * {@link #allocate}, from an open {@link Region} or from a segment that is kept alive, and offsets
 * must have been checked by the caller; {@link #check} holds a range against what was allocated.
 */
/*
 * Every allocation is known, in a sorted array that is copied when there is one more, so that what is about
 * to be handed to machine code can be held against the truth and not against what a caller believes. A table
 * that any thread may write to remembers the allocation found last for an address; its entries don't change.
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

  /** On either side of such memory; a multiple of every page size that Linux has by default. */
  private static final long GUARD_BYTES = 1 << 16;

  private static final int PROT_NONE = 0;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  /** Bits of an address that do not matter for where it is remembered. */
  private static final int NEAR_BITS = 12;

  /** What was allocated: the addresses from {@code begin} on, below {@code end}. */
  private record Extent(long begin, long end) {

    static final Extent NOTHING = new Extent(0, 0);

    boolean holds(long address, long bytes) {
      // The difference can't overflow, and is negative behind the end.
      return address >= begin && bytes >= 0 && bytes <= end - address;
    }
  }

  private static final Extent[] NEAR = new Extent[256];
  private static volatile Extent[] all = {};

  static {
    Arrays.fill(NEAR, Extent.NOTHING);
  }

  private Memory() {}

  /**
   * Zeroed memory at a multiple of 64 that is never given back; {@link Region} has other. Where it
   * is large, addresses that nobody can use lie before and behind it.
   */
  public static long allocate(long bytes) {
    long address = bytes < LAZY_BYTES ? Arena.global().allocate(bytes, 64).address() : map(bytes);
    remember(new Extent(address, address + bytes));
    return address;
  }

  /** An arena would fill it with zeros, and so take it all from the machine at once. */
  static long map(long bytes) {
    String what = "mmap " + bytes + " bytes";
    long around = bytes + 2 * GUARD_BYTES;
    long start =
        Syscall.checked(
            what, Syscall.call(Syscall.MMAP, 0, around, PROT_NONE, MAP_PRIVATE_ANONYMOUS, -1, 0));
    long address = start + GUARD_BYTES;
    Syscall.checked(what, Syscall.call(Syscall.MPROTECT, address, bytes, PROT_READ_WRITE));
    return address;
  }

  private static synchronized void remember(Extent extent) {
    Extent[] before = all;
    int at = firstBehind(before, extent.begin());
    var after = new Extent[before.length + 1];
    System.arraycopy(before, 0, after, 0, at);
    after[at] = extent;
    System.arraycopy(before, at, after, at + 1, before.length - at);
    all = after;
  }

  /** The index of the first that begins behind an address. */
  private static int firstBehind(Extent[] sorted, long address) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle].begin() <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Makes sure that all of a range lies in one piece of memory that {@link #allocate} gave.
   *
   * @throws IndexOutOfBoundsException if it does not, or if {@code bytes} is negative
   */
  public static void check(long address, long bytes) {
    if (!NEAR[near(address)].holds(address, bytes)) {
      look(address, bytes);
    }
  }

  private static int near(long address) {
    return (int) (address >>> NEAR_BITS) & NEAR.length - 1;
  }

  private static void look(long address, long bytes) {
    Extent[] sorted = all;
    int at = firstBehind(sorted, address) - 1;
    if (at < 0 || !sorted[at].holds(address, bytes)) {
      throw new IndexOutOfBoundsException(
          bytes + " bytes from an address on are not in one piece of allocated memory");
    }
    NEAR[near(address)] = sorted[at];
  }

  /** Gives back what {@link #map} gave. */
  static void unmap(long address, long bytes) {
    long start = address - GUARD_BYTES;
    Syscall.checked("munmap", Syscall.call(Syscall.MUNMAP, start, bytes + 2 * GUARD_BYTES, 0));
  }

  /** From now on a range counts as allocated. */
  static void remember(long address, long bytes) {
    remember(new Extent(address, address + bytes));
  }

  /** Ranges that were remembered, all below {@code end}, count no more. */
  static synchronized void forget(long begin, long end) {
    all =
        Arrays.stream(all)
            .filter(extent -> extent.begin() < begin || extent.begin() >= end)
            .toArray(Extent[]::new);
    for (int i = 0; i < NEAR.length; i++) {
      long at = NEAR[i].begin();
      if (at >= begin && at < end) {
        NEAR[i] = Extent.NOTHING;
      }
    }
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
