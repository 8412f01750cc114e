package guywire.tunnel.machine;

import guywire.linux.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What an internet checksum (RFC 1071) is made of: the sum of a memory's 32-bit words in the
 * processor's byte order, not folded. An odd end counts as if zeros followed it. By the machine's
 * widest instructions where there are any.
 */
public final class Sums {

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final long LOW = 0xffffffffL;
  private static final boolean MACHINE = Routines.isPresent();

  /** Shorter sums are done before a call is. */
  private static final int WORTH_A_CALL = 96;

  private Sums() {}

  /** The sum over memory of any length. */
  public static long sum(long address, int length) {
    return MACHINE && length >= WORTH_A_CALL
        ? Routines.sum(address, length)
        : plain(address, length);
  }

  /** Copies memory to where it does not overlap, and sums it. */
  public static long copyAndSum(long from, long to, int length) {
    if (MACHINE) {
      return Routines.copyAndSum(from, to, length);
    }
    Memory.copy(from, to, length);
    return plain(to, length);
  }

  private static long plain(long address, int length) {
    MemorySegment all = Memory.ALL;
    long low = 0;
    long high = 0;
    int whole = length & ~7;
    for (int i = 0; i < whole; i += 8) {
      long word = all.get(LONG, address + i);
      low += word & LOW;
      high += word >>> 32;
    }
    int at = whole;
    if ((length & 4) != 0) {
      low += Memory.getInt(address + at) & LOW;
      at += 4;
    }
    if ((length & 2) != 0) {
      low += Memory.getShort(address + at);
      at += 2;
    }
    if ((length & 1) != 0) {
      low += Memory.getByte(address + at);
    }
    return low + high;
  }
}
