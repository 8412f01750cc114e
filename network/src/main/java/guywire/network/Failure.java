package guywire.network;

/** A part of a network that is down. */
public sealed interface Failure {

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
