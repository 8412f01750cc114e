package guywire.agent;

import guywire.address.IpAddress;
import guywire.network.ForwardPermission;
import guywire.network.Transport;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What is said to a gateway's agent, and by it, about forwarding: inside the tunnels, by who wants
 * it forwarded.
 *
 * <p>40 bytes, network order: two of {@code 0x67 0x77}, the version, the kind, eight of a number
 * that an answer repeats, one of the transport (6 TCP, 17 UDP), one of the reply (0 in a question),
 * two of the gateway's port, two of the target's, two of zero, four of seconds, and 16 of the
 * target's address; IPv4 as in RFC 4291 section 2.5.5.2. Anything else is no message. An answer is
 * as long as its question, so nobody is made louder by it.
 *
 * @param kind what is asked for
 * @param reply what came of it; empty for a question
 * @param number what tells the answer to this question from others
 * @param transport TCP or UDP
 * @param port the gateway's port; of {@link Kind#LIST} which of the asker's forwards, from 0
 * @param targetPort the target's port; 0 where none is meant
 * @param target the target's address; unspecified where none is meant
 * @param seconds for how long; 0 in a question leaves that to the gateway
 */
public record ForwardMessage(
    Kind kind,
    Optional<Reply> reply,
    long number,
    Transport transport,
    int port,
    int targetPort,
    IpAddress target,
    long seconds) {

  static final int BYTES = 40;

  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int FIRST_KIND = 8;
  private static final int MOST_PORT = 0xffff;
  private static final long MOST_SECONDS = 0xffff_ffffL;

  /** What is asked for. */
  public enum Kind {
    /** To pass on from now on, or for longer. */
    OPEN,
    /** To pass on no more. */
    END,
    /** Which of the asker's forwards is the one of this number, from 0. */
    LIST
  }

  /** What came of it. */
  public enum Reply {
    /** It is so. */
    DONE,
    /** The policy does not let the asker have this. */
    REFUSED,
    /** The port is taken. */
    TAKEN,
    /** There are too many forwards already. */
    FULL,
    /** There is no such forward. */
    NONE,
    /** The gateway can't open the port. */
    UNABLE
  }

  /**
   * Checks what fits into the message.
   *
   * @throws IllegalArgumentException if something does not, or a question to open says not what
   */
  public ForwardMessage {
    boolean inRange =
        port >= 0
            && port <= MOST_PORT
            && targetPort >= 0
            && targetPort <= MOST_PORT
            && seconds >= 0
            && seconds <= MOST_SECONDS
            && transport != Transport.ICMP;
    boolean opened = kind == Kind.LIST || ForwardPermission.OPENED.contains(port);
    boolean whole = kind != Kind.OPEN || (targetPort > 0 && !target.isUnspecified());
    if (!inRange || !opened || !whole) {
      throw new IllegalArgumentException("no message about forwarding");
    }
  }

  /** A question that a gateway's port passes on to a target. */
  public static ForwardMessage open(
      long number, Transport transport, int port, IpAddress target, int targetPort, long seconds) {
    return new ForwardMessage(
        Kind.OPEN, Optional.empty(), number, transport, port, targetPort, target, seconds);
  }

  /** A question that a gateway's port passes nothing on any more. */
  public static ForwardMessage end(long number, Transport transport, int port) {
    return new ForwardMessage(
        Kind.END, Optional.empty(), number, transport, port, 0, IpAddress.Family.IPV6.any(), 0);
  }

  /** The question what the asker's forward of this number is, from 0. */
  public static ForwardMessage list(long number, int index) {
    return new ForwardMessage(
        Kind.LIST,
        Optional.empty(),
        number,
        Transport.TCP,
        index,
        0,
        IpAddress.Family.IPV6.any(),
        0);
  }

  /** The answer to this question, with what it asked for. */
  ForwardMessage answer(Reply said, long secondsLeft) {
    return new ForwardMessage(
        kind, Optional.of(said), number, transport, port, targetPort, target, secondsLeft);
  }

  /** The message that these bytes are; empty if they are none. */
  static Optional<ForwardMessage> read(byte[] bytes) {
    if (bytes.length != BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes);
    if (in.getShort() != EndpointMessage.MAGIC || in.get() != EndpointMessage.VERSION) {
      return Optional.empty();
    }
    int kind = in.get() - FIRST_KIND;
    long number = in.getLong();
    int transport = in.get();
    int reply = in.get();
    int port = in.getShort() & MOST_PORT;
    int targetPort = in.getShort() & MOST_PORT;
    int zero = in.getShort();
    long seconds = in.getInt() & MOST_SECONDS;
    var target = EndpointMessage.address(in);
    if (kind < 0
        || kind >= Kind.values().length
        || reply < 0
        || reply > Reply.values().length
        || (transport != TCP && transport != UDP)
        || zero != 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ForwardMessage(
              Kind.values()[kind],
              reply == 0 ? Optional.empty() : Optional.of(Reply.values()[reply - 1]),
              number,
              transport == TCP ? Transport.TCP : Transport.UDP,
              port,
              targetPort,
              target,
              seconds));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  byte[] bytes() {
    var out =
        ByteBuffer.allocate(BYTES)
            .putShort(EndpointMessage.MAGIC)
            .put(EndpointMessage.VERSION)
            .put((byte) (kind.ordinal() + FIRST_KIND))
            .putLong(number)
            .put((byte) (transport == Transport.TCP ? TCP : UDP))
            .put((byte) (reply.isPresent() ? reply.get().ordinal() + 1 : 0))
            .putShort((short) port)
            .putShort((short) targetPort)
            .putShort((short) 0)
            .putInt((int) seconds);
    EndpointMessage.put(out, target);
    return out.array();
  }
}
