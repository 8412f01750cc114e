package guywire.tunnel.machine;

/**
 * A way to sum a memory's 32-bit words in the processor's byte order, not folded: what an internet
 * checksum (RFC 1071) is made of. An odd end counts as if zeros followed it.
 */
public interface Summation {

  /** The sum over memory of any length. */
  long sum(long address, int length);

  /** Copies memory to where it does not overlap, and sums it. */
  long copyAndSum(long from, long to, int length);
}
