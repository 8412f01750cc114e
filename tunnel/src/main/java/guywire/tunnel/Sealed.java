package guywire.tunnel;

/**
 * Datagrams that may leave this host, one behind the other: what a cipher has written, or one of
 * the protocol's other messages. Only what has sealed them, and looked them over, can make one; and
 * nothing else is given to a socket ({@link Transmitter}).
 */
sealed interface Sealed permits Bundle.Messages, LockedOutbox.OneMessage {

  /** Where they lie. */
  long address();

  /** Length of all together. */
  int length();

  /** Length of each but the last, which may be shorter. */
  int segmentBytes();
}
