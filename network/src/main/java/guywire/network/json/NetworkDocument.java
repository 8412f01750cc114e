package guywire.network.json;

import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A whole network as it is handed over and kept: its nodes, the world beneath and the promises, and
 * the identity of each node. It holds no hook and no setback, and its JSON no secret.
 *
 * @param id the network
 * @param revision counts its states: a larger one is newer
 * @param nodes the identity of each node, by its name
 * @param network the network
 */
public record NetworkDocument(
    NetworkId id, long revision, Map<Name, NodeId> nodes, Network network) {

  private static final String KIND = "network";

  /** Whose the content is: all of the document but the content itself. */
  public record Head(NetworkId id, long revision, Map<Name, NodeId> nodes) {
    /**
     * Checks that no two nodes share an identity, and the revision.
     *
     * @throws IllegalArgumentException if they do, or it is negative
     */
    public Head {
      nodes = Collections.unmodifiableMap(new TreeMap<>(nodes));
      if (revision < 0) {
        throw new IllegalArgumentException("revisions count from 0");
      }
      if (nodes.values().stream().distinct().count() != nodes.size()) {
        throw new IllegalArgumentException("two nodes share an identity");
      }
    }
  }

  /**
   * Leaves hooks, setbacks, doubts and routing policies out and checks that not the identities of
   * the network's nodes.
   *
   * @throws IllegalArgumentException if one has none, or two share one, or the revision is negative
   */
  public NetworkDocument {
    nodes = new Head(id, revision, nodes).nodes();
    network =
        new Network(
            network.name(),
            network.underlay(),
            network.nodes().stream().map(NodeConfig::withoutHooks).toList(),
            network.promises(),
            network.lookups());
    var names = network.nodes().stream().map(NodeConfig::name).collect(Collectors.toSet());
    if (!names.equals(nodes.keySet())) {
      throw new IllegalArgumentException("not the identities of the network's nodes");
    }
  }

  /** The document as one line of JSON. */
  public String write() {
    return Envelope.write(KIND, new Head(id, revision, nodes), Head.class, content());
  }

  /** SHA-256 of the network in its one form, in hexadecimal: equal ones have equal digests. */
  public String digest() {
    return Envelope.digest(content());
  }

  private Object content() {
    return RecordCodec.of(Network.class).tree(network);
  }

  /** What is handed to one node, if it is in the network. */
  public Optional<NodeDocument> node(Name name) {
    return network
        .node(name)
        .flatMap(config ->
            Optional.ofNullable(nodes.get(name))
                .map(node -> new NodeDocument(Optional.of(id), node, revision, config)));
  }

  /**
   * Reads a document.
   *
   * @param keys where the secrets are that it names; an interface whose private key is not there
   *     has none
   * @throws UnreadableDocument if it is not one, or of another version, or altered, or names a
   *     pre-shared key that is not there
   */
  public static NetworkDocument read(String text, KeyRing keys) {
    var read = Envelope.read(KIND, text, Head.class);
    Network network = RecordCodec.of(Network.class, keys).value(read.content());
    try {
      return new NetworkDocument(
          read.head().id(), read.head().revision(), read.head().nodes(), network);
    } catch (IllegalArgumentException e) {
      throw UnreadableDocument.of("document.wrong-value", "nodes", String.valueOf(e.getMessage()));
    }
  }
}
