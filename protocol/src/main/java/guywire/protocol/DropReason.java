package guywire.protocol;

/** Why a packet or a datagram went no further. */
public enum DropReason {
  /** Outgoing: neither IPv4 nor IPv6, or shorter than its header. */
  NOT_IP,
  /** Outgoing: longer than an IP packet can be, or than fits into a UDP datagram when sealed. */
  TOO_LARGE,
  /**
   * Outgoing: no peer's allowed IPs hold the destination; the sender gets ICMP host unreachable.
   */
  NO_PEER,
  /** Outgoing: the peer has no endpoint yet; the sender gets ICMP host unreachable. */
  NO_ENDPOINT,
  /**
   * Outgoing: a datagram of this tunnel's own, because the route to the peer's endpoint leads into
   * the tunnel itself.
   */
  ROUTING_LOOP,
  /** Either way: one of many that waited too long here; without it its TCP sender slows down. */
  QUEUED_TOO_LONG,
  /** Outgoing: waited for a handshake and had to make room for a newer packet. */
  STAGED_OVERFLOW,
  /** Outgoing: waited for a handshake that was given up, or whose peer or interface went away. */
  STAGED_PURGED,
  /** Outgoing: the key was destroyed while the packet was being encrypted. */
  KEY_DESTROYED,
  /**
   * Outgoing: the last look before the socket found that not all of it was sealed as it must be: a
   * fault of this program.
   */
  NOT_SEALED,
  /** Outgoing: the socket refused the datagram. */
  SEND_FAILED,
  /** Either way: the interface is down. */
  INTERFACE_DOWN,
  /** Either way: a fault of this program was met while it was carried; the log tells which. */
  FAILED,

  /** Incoming: no WireGuard message, or not of its type's length. */
  MALFORMED_MESSAGE,
  /** Incoming handshake: more wait than the queue holds. */
  HANDSHAKE_QUEUE_FULL,
  /** Incoming handshake: the first MAC is wrong, so the sender does not know our public key. */
  INVALID_MAC1,
  /** Incoming handshake: under load and without a valid cookie; a cookie was sent. */
  COOKIE_DEMANDED,
  /** Incoming handshake: under load, and its source sends too many. */
  RATE_LIMITED,
  /** Incoming handshake: does not decrypt, or uses a refused public key. */
  INVALID_HANDSHAKE,
  /** Incoming handshake: from a key that is no peer's. */
  UNKNOWN_PEER,
  /** Incoming handshake: its timestamp is not newer than the last one. */
  REPLAYED_INITIATION,
  /** Incoming handshake: less than 20 ms after the peer's last one. */
  INITIATION_FLOOD,
  /** Incoming handshake response: nobody waits for it. */
  UNEXPECTED_RESPONSE,
  /** Incoming cookie: nobody waits for it, or it does not decrypt. */
  INVALID_COOKIE,

  /** Incoming data: no session has this receiver index. */
  UNKNOWN_SESSION,
  /** Incoming data: the session is too old or has had too many messages. */
  EXPIRED_SESSION,
  /** Incoming data: the authentication tag is wrong. */
  INVALID_TAG,
  /** Incoming data: the counter was seen before or is too old. */
  REPLAYED_COUNTER,
  /** Incoming data: the inner packet is no IP packet, or claims more bytes than came. */
  MALFORMED_PACKET,
  /** Incoming data: the inner source address is not in the peer's allowed IPs. */
  WRONG_SOURCE,
  /** Incoming data: the TUN refused the packet. */
  WRITE_FAILED
}
