package guywire.agent.mapping;

import guywire.address.IpAddress;

/** Something that is to be done to ask a router. */
sealed interface RouterDeed {

  /**
   * Send a datagram by the interface that leads to the router.
   *
   * @param to whom
   * @param port the UDP port there
   * @param bytes what
   */
  @SuppressWarnings("ArrayRecordComponent") // made to be sent, compared by nobody
  record Send(IpAddress to, int port, byte[] bytes) implements RouterDeed {}

  /**
   * Ask the router by HTTP, and say what it answered.
   *
   * @param leased the UDP port that it is about
   * @param number of this request, to be said with the answer
   * @param port the TCP port of the router
   * @param request the whole request
   */
  @SuppressWarnings("ArrayRecordComponent") // made to be sent, compared by nobody
  record Fetch(int leased, long number, int port, byte[] request) implements RouterDeed {}
}
