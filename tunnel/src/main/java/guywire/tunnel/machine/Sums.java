package guywire.tunnel.machine;

import guywire.linux.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sums of memory, by the machine's widest instructions where those are proven. */
public final class Sums {

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final long LOW = 0xffffffffL;

  /** Shorter sums are done before a call is. */
  private static final int WORTH_A_CALL = 96;

  /** Made when machine code is trusted for the first time: a constant then. */
  private static final class Fastest {
    static final Routines CODE = InstructionSet.present().getFirst().routines().orElseThrow();
  }

  /** The way of plain Java, which is slow and obvious. */
  public static final Summation PLAIN = new Plain();

  private Sums() {}

  /** The way that is used now. */
  public static Summation way() {
    return Trust.isGiven() ? Fastest.CODE : PLAIN;
  }

  /** The sum over memory of any length ({@link Summation#sum}). */
  public static long sum(long address, int length) {
    return length >= WORTH_A_CALL && Trust.isGiven()
        ? Fastest.CODE.sum(address, length)
        : plain(address, length);
  }

  /** Copies memory to where it does not overlap, and sums it ({@link Summation#copyAndSum}). */
  public static long copyAndSum(long from, long to, int length) {
    if (Trust.isGiven()) {
      return Fastest.CODE.copyAndSum(from, to, length);
    }
    Memory.copy(from, to, length);
    return plain(to, length);
  }

  private static final class Plain implements Summation {
    @Override
    public long sum(long address, int length) {
      return plain(address, length);
    }

    @Override
    public long copyAndSum(long from, long to, int length) {
      Memory.copy(from, to, length);
      return plain(to, length);
    }
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
