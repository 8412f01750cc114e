package guywire.protocol;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The four WireGuard messages: their types, lengths and field offsets (all integers little-endian;
 * the type is the first byte, followed by three zeros, and is compared as one 32-bit integer).
 */
public final class Message {

  /** First message of a handshake. */
  public static final int INITIATION = 1;

  /** Second message of a handshake. */
  public static final int RESPONSE = 2;

  /** A cookie, in place of an answer, from a responder under load. */
  public static final int COOKIE = 3;

  /** An encrypted packet, or a keepalive if it is empty. */
  public static final int DATA = 4;

  /** No valid message. */
  public static final int INVALID = 0;

  /** Length of an initiation in bytes. */
  public static final int INITIATION_LENGTH = 148;

  /** Length of a response in bytes. */
  public static final int RESPONSE_LENGTH = 92;

  /** Length of a cookie message in bytes. */
  public static final int COOKIE_LENGTH = 64;

  /** Length of a data message's header in bytes: type, receiver index, counter. */
  public static final int DATA_HEADER_LENGTH = 16;

  /** What a data message adds to its plaintext: header and tag. */
  public static final int DATA_OVERHEAD = DATA_HEADER_LENGTH + Aead.TAG_LENGTH;

  /** Offset of the receiver index in a data message. */
  public static final int DATA_RECEIVER_OFFSET = 4;

  /** Offset of the counter in a data message. */
  public static final int DATA_COUNTER_OFFSET = 8;

  /** TOS byte of handshake messages: DSCP AF41, as the kernel sends them. */
  public static final int HANDSHAKE_TRAFFIC_CLASS = 0x88;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Message() {}

  /** The message's type if type and length agree, otherwise {@link #INVALID}. */
  public static int type(MemorySegment datagram, long offset, long length) {
    if (length < DATA_OVERHEAD) {
      return INVALID;
    }
    int type = datagram.get(INT, offset);
    boolean valid =
        switch (type) {
          case INITIATION -> length == INITIATION_LENGTH;
          case RESPONSE -> length == RESPONSE_LENGTH;
          case COOKIE -> length == COOKIE_LENGTH;
          case DATA -> true;
          default -> false;
        };
    return valid ? type : INVALID;
  }

  /** The receiver index of a data message. */
  public static int receiver(MemorySegment datagram, long offset) {
    return datagram.get(INT, offset + DATA_RECEIVER_OFFSET);
  }

  /** The counter of a data message. */
  public static long counter(MemorySegment datagram, long offset) {
    return datagram.get(LONG, offset + DATA_COUNTER_OFFSET);
  }

  /** Whether a data message of this receiver and counter begins here. */
  public static boolean isData(MemorySegment datagram, long offset, int receiver, long counter) {
    return datagram.get(INT, offset) == DATA
        && receiver(datagram, offset) == receiver
        && counter(datagram, offset) == counter;
  }

  /** Writes the 16 bytes of a data message's header. */
  public static void writeDataHeader(
      MemorySegment datagram, long offset, int receiver, long counter) {
    datagram.set(INT, offset, DATA);
    datagram.set(INT, offset + DATA_RECEIVER_OFFSET, receiver);
    datagram.set(LONG, offset + DATA_COUNTER_OFFSET, counter);
  }

  /**
   * The plaintext length of a data message: the packet with its padding to 16 bytes, which never
   * makes it exceed the MTU.
   *
   * @param length the inner packet's length
   * @param mtu the interface's MTU, or 0 to pad always
   */
  public static int paddedLength(int length, int mtu) {
    int last = mtu == 0 || length <= mtu ? length : length % mtu;
    int padded = last + 15 & -16;
    return length - last + (mtu == 0 ? padded : Math.min(mtu, padded));
  }
}
