package guywire.linux;

/**
 * Datagrams that were received together, in some buffers. With GRO a buffer may hold several
 * datagrams of one sender, all of {@link #segmentBytes} but the last. What is said of a buffer is
 * valid until the next are received.
 */
public interface ReceivedDatagrams {

  /** Memory behind each buffer that may be read. */
  int SLACK_BYTES = 128;

  /** Where buffer {@code index} begins; {@link #SLACK_BYTES} behind it may be read. */
  long address(int index);

  /** How many bytes arrived in the buffer, 0 if they did not fit and are lost. */
  int length(int index);

  /** The size of each datagram in the buffer but the last; the whole length if it is one. */
  int segmentBytes(int index);

  /** The TOS or traffic class byte. */
  int tos(int index);

  /** When the machine received it, as {@link Clock#unixNanos} counts; 0 if that is not known. */
  long arrivalUnixNanos(int index);

  /** The sender's UDP port. */
  int port(int index);

  /** The upper 64 bits of the sender's address, 0 for IPv4. */
  long high(int index);

  /** The lower 64 bits of the sender's address. */
  long low(int index);

  /** The interface a link-local sender is on, else 0. */
  int scope(int index);

  /** Whether the sender's address is IPv6. */
  boolean isIpv6(int index);

  /** Whether the kernel told which of our addresses the datagram came to. */
  boolean hasLocal(int index);

  /** The upper 64 bits of our address, 0 for IPv4. */
  long localHigh(int index);

  /** The lower 64 bits of our address. */
  long localLow(int index);

  /** The interface the datagram came in by. */
  int localIndex(int index);
}
