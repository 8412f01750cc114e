package guywire.tunnel;

import guywire.protocol.Path;

/** Gives datagrams to the socket of their family. Confined to one thread. */
interface DatagramSender {

  /**
   * Sends memory as datagrams of {@code segmentBytes}, the last being what remains.
   *
   * @param segmentBytes if not less than {@code length} it is one datagram
   * @param tos the TOS or traffic class byte
   * @return the bytes sent, or the negative error number
   */
  int send(Path path, long address, int length, int segmentBytes, int tos);

  /** As {@link #send}, with a short datagram of zeros behind, which is not counted. */
  int sendTailed(Path path, long address, int length, int segmentBytes, int tos);
}
