package guywire.agent;

import guywire.address.IpAddress;
import guywire.network.EndpointAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What an agent says of a port that a node's router passes on to it: the node's own says it to whom
 * tells others where it is, and that one to those.
 *
 * <p>40 bytes, network order, as {@link EndpointMessage}; the kind is 7. Anything else is no
 * message, and nobody answers it.
 *
 * @param about the tunnel address of the node
 * @param where where the node can be called
 */
record MappedPortMessage(IpAddress about, EndpointAddress where) {

  private static final byte KIND = 7;

  /** The message that these bytes are; empty if they are none. */
  static Optional<MappedPortMessage> read(byte[] bytes) {
    if (bytes.length != EndpointMessage.BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes);
    if (in.getShort() != EndpointMessage.MAGIC
        || in.get() != EndpointMessage.VERSION
        || in.get() != KIND) {
      return Optional.empty();
    }
    int port = in.getShort() & 0xffff;
    if (port == 0 || in.getShort() != 0) {
      return Optional.empty();
    }
    var about = EndpointMessage.address(in);
    var where = EndpointMessage.address(in);
    return about.isUnspecified() || where.isUnspecified()
        ? Optional.empty()
        : Optional.of(new MappedPortMessage(about, EndpointAddress.of(where, port)));
  }

  byte[] bytes() {
    var out =
        ByteBuffer.allocate(EndpointMessage.BYTES)
            .putShort(EndpointMessage.MAGIC)
            .put(EndpointMessage.VERSION)
            .put(KIND)
            .putShort((short) where.port())
            .putShort((short) 0);
    EndpointMessage.put(out, about);
    where.address().ifPresent(address -> EndpointMessage.put(out, address));
    return out.array();
  }
}
