package guywire.network;

import guywire.address.IpAddress;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * Two nodes of which neither can be called, because NATs hide both, and a third that hears both and
 * tells each, inside the tunnel, where the other's datagrams come from.
 *
 * @param tunnel the interface, of the node whose configuration this is, on which they meet
 * @param teller who tells
 * @param one one of the two
 * @param other the other
 */
public record Introduction(InterfaceName tunnel, Party teller, Party one, Party other) {

  /**
   * One of the three.
   *
   * @param node who it is
   * @param address the tunnel address at which its agent answers
   * @param key the key of its interface
   * @param port the UDP port that its interface listens on
   */
  public record Party(Name node, IpAddress address, PublicKey key, int port) {}

  /**
   * Checks that they are three.
   *
   * @throws IllegalArgumentException if they are not
   */
  public Introduction {
    if (List.of(teller.node(), one.node(), other.node()).stream().distinct().count() != 3) {
      throw new IllegalArgumentException("nobody is introduced to himself, nor by himself");
    }
  }

  /** Of the two the one that is not this node; empty if this node is none of them. */
  public Optional<Party> met(Name node) {
    return node.equals(one.node())
        ? Optional.of(other)
        : node.equals(other.node()) ? Optional.of(one) : Optional.empty();
  }

  /** Whether these keys are those of the two. */
  public boolean isOf(PublicKey key, PublicKey another) {
    return one.key().equals(key) && other.key().equals(another)
        || one.key().equals(another) && other.key().equals(key);
  }
}
