package guywire.agent;

import guywire.address.IpAddress;
import guywire.network.EndpointAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What agents say to each other about where a node is, inside the tunnels: the question, or the
 * answer.
 *
 * <p>40 bytes, network order: two of {@code 0x67 0x77}, the version, the kind (3 a question, 4 an
 * answer), two of the UDP port, two of zero, 16 of the tunnel address of whom it is about, and 16
 * of the address where that one's datagrams come from; IPv4 as in RFC 4291 section 2.5.5.2. Of a
 * question port and last address are zero. Anything else is no message. Nobody is made louder by
 * it: an answer is as long as its question, and three more go to those whom the plan lets meet.
 *
 * @param about the tunnel address of whom it is about
 * @param where where that one is; empty for a question
 */
record EndpointMessage(IpAddress about, Optional<EndpointAddress> where) {

  static final int BYTES = 40;

  static final short MAGIC = 0x6777;
  static final byte VERSION = 1;
  private static final byte QUESTION = 3;
  private static final byte ANSWER = 4;
  static final int ADDRESS_BYTES = 16;
  private static final int MAPPED = 0xffff;

  /** The message that these bytes are; empty if they are none. */
  static Optional<EndpointMessage> read(byte[] bytes) {
    if (bytes.length != BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes);
    if (in.getShort() != MAGIC || in.get() != VERSION) {
      return Optional.empty();
    }
    byte kind = in.get();
    int port = in.getShort() & 0xffff;
    if (in.getShort() != 0) {
      return Optional.empty();
    }
    var about = address(in);
    var where = address(in);
    boolean question = kind == QUESTION && port == 0 && where.isUnspecified() && !where.isIpv4();
    boolean answer = kind == ANSWER && port != 0 && !where.isUnspecified();
    if (about.isUnspecified() || !question && !answer) {
      return Optional.empty();
    }
    return Optional.of(
        new EndpointMessage(
            about, answer ? Optional.of(EndpointAddress.of(where, port)) : Optional.empty()));
  }

  static IpAddress address(ByteBuffer in) {
    byte[] bytes = new byte[ADDRESS_BYTES];
    in.get(bytes);
    var whole = ByteBuffer.wrap(bytes);
    return whole.getLong() == 0 && whole.getInt() == MAPPED
        ? IpAddress.ipv4(whole.getInt())
        : IpAddress.of(bytes);
  }

  byte[] bytes() {
    var out =
        ByteBuffer.allocate(BYTES)
            .putShort(MAGIC)
            .put(VERSION)
            .put(where.isPresent() ? ANSWER : QUESTION)
            .putShort((short) where.map(EndpointAddress::port).orElse(0).intValue())
            .putShort((short) 0);
    put(out, about);
    where.flatMap(EndpointAddress::address).ifPresent(address -> put(out, address));
    return out.array();
  }

  static void put(ByteBuffer out, IpAddress address) {
    if (address.isIpv4()) {
      out.putLong(0).putInt(MAPPED);
    }
    out.put(address.bytes());
  }
}
