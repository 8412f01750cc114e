package guywire.network.managed;

/**
 * By what a server knows, while TLS begins, that it is asked by who knows it by its fingerprint.
 */
/*
 * A server may have two certificates: its own, which hosts and commands know by its fingerprint, and one that
 * browsers trust, which is renewed every few weeks. Which of them is wanted can't be told by the name that is asked
 * for, because hosts ask by the name too, for what stands before several servers. So who has a fingerprint offers one
 * more protocol (ALPN, RFC 7301), and what is spoken is HTTP/1.1 all the same. Everybody can see that, and nobody can
 * change it: a handshake with an altered hello fails (RFC 8446 section 4.4.3). Who is answered with a certificate
 * that he does not know ends the connection, so that nothing is lost but the connection.
 */
public final class PinnedProtocol {

  /** Its name among the protocols of a client. */
  public static final String NAME = "guywire/1";

  private PinnedProtocol() {}
}
