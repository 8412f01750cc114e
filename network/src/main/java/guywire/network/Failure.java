package guywire.network;

import java.util.Optional;

/** A part of a network that is down. */
public sealed interface Failure {

  /**
   * The failure that a word means in a network: {@code NODE}, {@code SITE}, or {@code NODE/NODE}
   * for the direct way between two. Of a node and a site of the same name the node is meant.
   */
  static Optional<Failure> named(Network network, String word) {
    int slash = word.indexOf('/');
    if (slash >= 0) {
      var one = node(network, word.substring(0, slash));
      var other = node(network, word.substring(slash + 1));
      return one.flatMap(a -> other.map(b -> new OfLink(a, b)));
    }
    Optional<Failure> node = node(network, word).map(OfNode::new);
    return node.or(() ->
        Name.tryParse(word)
            .filter(name -> network.underlay().site(name).isPresent())
            .map(OfSite::new));
  }

  private static Optional<Name> node(Network network, String word) {
    return Name.tryParse(word).filter(name -> network.node(name).isPresent());
  }

  /** A node: it neither answers nor passes anything on. */
  record OfNode(Name node) implements Failure {
    @Override
    public String toString() {
      return node.text();
    }
  }

  /** A site's line to the internet; its LANs work on. */
  record OfSite(Name site) implements Failure {
    @Override
    public String toString() {
      return site.text();
    }
  }

  /** The direct way between two nodes: their datagrams to each other get lost. */
  record OfLink(Name one, Name other) implements Failure {
    /** Whether it is the way between these two, in any order. */
    public boolean isBetween(String first, String second) {
      return (one.text().equals(first) && other.text().equals(second))
          || (one.text().equals(second) && other.text().equals(first));
    }

    @Override
    public String toString() {
      return one + "-" + other;
    }
  }
}
