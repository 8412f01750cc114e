package guywire.prove;

import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.text.Text;
import java.util.List;
import java.util.Optional;

/**
 * What a finding proposes to do. It is said only if it is proven.
 *
 * @param text the words
 * @param ways what following them may come to: each way is enough by itself
 * @param opens two nodes that must be able to speak afterwards, if that is what it is for
 * @param passes a tunnel for which a host's filter must let through what it passes on, likewise
 */
record Mend(Text text, List<List<FileEdit>> ways, Optional<Call> opens, Optional<Through> passes) {

  /** A tunnel of a node. */
  record Through(Name node, InterfaceName tunnel) {}

  /** Two nodes: one that begins, and one that is meant. */
  record Call(Name from, Name to) {}

  /** One that is for nothing but the fault to go. */
  Mend(Text text, List<List<FileEdit>> ways, Optional<Call> opens) {
    this(text, ways, opens, Optional.empty());
  }

  /** Copies the lists. */
  Mend {
    ways = ways.stream().map(List::copyOf).toList();
  }

  /** A mend that needs all of these edits. */
  static Mend of(Text text, FileEdit... edits) {
    return new Mend(text, List.of(List.of(edits)), Optional.empty());
  }

  /** A mend in the words of a message, with the arguments of its finding. */
  static Mend like(String key, Text finding, FileEdit... edits) {
    return of(Text.of(FaultReport.class, key + ".mend", finding.arguments().toArray()), edits);
  }

  /** The same, where either of two edits is enough. */
  static Mend either(Text text, FileEdit one, FileEdit other) {
    return new Mend(text, List.of(List.of(one), List.of(other)), Optional.empty());
  }

  /** The same mend, which lets a node speak with another. */
  Mend opening(Name from, Name to) {
    return new Mend(text, ways, Optional.of(new Call(from, to)), passes);
  }

  /** The same mend, which lets what a node passes on go through a tunnel both ways. */
  Mend passing(Name node, InterfaceName tunnel) {
    return new Mend(text, ways, opens, Optional.of(new Through(node, tunnel)));
  }
}
