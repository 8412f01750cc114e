package guywire.agent;

import guywire.address.IpAddress;
import guywire.agent.choice.NatTraversal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an agent says to another, inside the tunnels, about the addresses that its host has beneath
 * them, so that the two find each other in a LAN.
 *
 * <p>104 bytes, network order: two of {@code 0x67 0x77}, the version, the kind (5 if the other is
 * asked to say the same, else 6), one that counts the addresses, three of zero, and six addresses
 * of 16 bytes, IPv4 as in RFC 4291 section 2.5.5.2; those beyond the count are zero. Anything else
 * is no message. Nobody is made louder by it: an answer is as long as its question.
 *
 * @param addresses the addresses, no more than six
 * @param asks whether the other is asked to say the same
 */
record OwnAddresses(List<IpAddress> addresses, boolean asks) {

  static final int BYTES = 8 + NatTraversal.MOST_ADDRESSES * EndpointMessage.ADDRESS_BYTES;

  private static final byte ASKING = 5;
  private static final byte ANSWERING = 6;

  OwnAddresses {
    addresses = List.copyOf(addresses);
  }

  /** The message that these bytes are; empty if they are none. */
  static Optional<OwnAddresses> read(byte[] bytes) {
    if (bytes.length != BYTES) {
      return Optional.empty();
    }
    var in = ByteBuffer.wrap(bytes);
    if (in.getShort() != EndpointMessage.MAGIC || in.get() != EndpointMessage.VERSION) {
      return Optional.empty();
    }
    byte kind = in.get();
    int count = in.get();
    if (kind != ASKING && kind != ANSWERING
        || count < 0
        || count > NatTraversal.MOST_ADDRESSES
        || in.get() != 0
        || in.getShort() != 0) {
      return Optional.empty();
    }
    var addresses = new ArrayList<IpAddress>();
    for (int i = 0; i < NatTraversal.MOST_ADDRESSES; i++) {
      var address = EndpointMessage.address(in);
      boolean none = address.isUnspecified();
      if (none != i >= count || none && address.isIpv4()) {
        return Optional.empty();
      }
      if (!none) {
        addresses.add(address);
      }
    }
    return Optional.of(new OwnAddresses(addresses, kind == ASKING));
  }

  byte[] bytes() {
    var out =
        ByteBuffer.allocate(BYTES)
            .putShort(EndpointMessage.MAGIC)
            .put(EndpointMessage.VERSION)
            .put(asks ? ASKING : ANSWERING)
            .put((byte) addresses.size())
            .put((byte) 0)
            .putShort((short) 0);
    addresses.forEach(address -> EndpointMessage.put(out, address));
    return out.array();
  }
}
