package guywire.agent.managed;

import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import guywire.network.json.KeyRing;
import guywire.network.json.NodeDocument;
import guywire.network.json.UnreadableDocument;
import guywire.network.text.Text;
import guywire.protocol.PublicKey;
import java.util.Optional;

/**
 * What a server says that this host shall be, taken apart: it is this host's, of the network that
 * it joined, with its own key, and holds no command.
 *
 * @param document the document
 * @param config what the host is set up by, with its private key
 */
record Accepted(NodeDocument document, NodeConfig config) {

  /** A document that this host does not take. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Text text;

    private Refused(Text text) {
      super(text.toString(), null, false, false);
      this.text = text;
    }

    /** One line on why. */
    Text text() {
      return text;
    }
  }

  /**
   * Takes a document.
   *
   * @param keys this host's private keys: the one that it has, and the one that it changes to
   * @param before the one that this host had, whose node it is
   * @throws Refused if it is another's, or holds what a server has no business to say
   */
  static Accepted of(
      String text, Membership membership, KeyRing keys, Optional<NodeDocument> before)
      throws Refused {
    NodeDocument document;
    try {
      document = NodeDocument.read(text, keys);
    } catch (UnreadableDocument e) {
      throw refused("refused.unreadable", e.text());
    }
    if (!document.network().equals(Optional.of(membership.network()))) {
      throw refused("refused.network");
    }
    if (before.isPresent() && !before.get().id().equals(document.id())) {
      throw refused("refused.node", document.config().name().text());
    }
    // Tunnels beside the usual one wait until the server was told this host's keys of all of them.
    boolean whole =
        document.config().interfaces().stream().allMatch(each -> each.privateKey().isPresent());
    var config = whole ? document.config() : document.config().withoutAgent();
    var foreign =
        config.interfaces().stream()
            .filter(tunnel -> tunnel.privateKey().isEmpty())
            .map(TunnelInterface::name)
            .findFirst();
    if (foreign.isPresent() || config.interfaces().isEmpty()) {
      throw refused("refused.key", foreign.map(Object::toString).orElse("-"));
    }
    return new Accepted(document, config);
  }

  /** The public key that the host has by it. */
  Optional<PublicKey> ownKey() {
    return config.interfaces().getFirst().publicKey();
  }

  private static Refused refused(String key, Object... arguments) {
    return new Refused(Text.of(Accepted.class, key, arguments));
  }
}
