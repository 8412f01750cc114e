package guywire.network.json;

import guywire.network.NodeConfig;
import java.util.Optional;

/**
 * What one node shall be, as it is handed over and kept: the configuration, whose it is, and which
 * of several. It holds no hook, and its JSON no secret.
 *
 * @param network the network it belongs to, where it has an identity
 * @param id the node
 * @param revision counts the configurations of the network: a larger one is newer
 * @param config the configuration
 */
public record NodeDocument(
    Optional<NetworkId> network, NodeId id, long revision, NodeConfig config) {

  private static final String KIND = "node";

  /** Whose the content is: all of the document but the content itself. */
  public record Head(Optional<NetworkId> network, NodeId id, long revision) {
    /**
     * Checks the revision.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Head {
      if (revision < 0) {
        throw new IllegalArgumentException("revisions count from 0");
      }
    }
  }

  /**
   * Leaves hooks out and checks the head.
   *
   * @throws IllegalArgumentException if the revision is negative
   */
  public NodeDocument {
    new Head(network, id, revision);
    config = config.withoutHooks();
  }

  /** The document as one line of JSON. */
  public String write() {
    return Envelope.write(KIND, new Head(network, id, revision), Head.class, content());
  }

  /**
   * SHA-256 of the configuration in its one form, in hexadecimal: equal ones have equal digests.
   */
  public String digest() {
    return Envelope.digest(content());
  }

  private Object content() {
    return RecordCodec.of(NodeConfig.class).tree(config);
  }

  /**
   * Reads a document.
   *
   * @param keys where the secrets are that it names; an interface whose private key is not there
   *     has none
   * @throws UnreadableDocument if it is not one, or of another version, or altered, or names a
   *     pre-shared key that is not there
   */
  public static NodeDocument read(String text, KeyRing keys) {
    var read = Envelope.read(KIND, text, Head.class);
    return new NodeDocument(
        read.head().network(),
        read.head().id(),
        read.head().revision(),
        RecordCodec.of(NodeConfig.class, keys).value(read.content()));
  }
}
