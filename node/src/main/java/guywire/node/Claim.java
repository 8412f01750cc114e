package guywire.node;

import guywire.network.json.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a node did, or was about to do, at one place of its host: with it the place can be given
 * back as it was, whenever the command that did it ended.
 *
 * @param node the node
 * @param thing the place
 * @param order its place among all claims: a later one has a larger number
 * @param before what it held before the node touched it
 * @param ours what it may hold because of the node: the last is what it should, others stand there
 *     if a command was ended in the middle
 * @param readBack how the last looks when it is read from the host, where that is not what was
 *     given
 */
record Claim(
    NodeId node,
    Thing thing,
    long order,
    Optional<String> before,
    List<String> ours,
    Optional<String> readBack) {

  Claim {
    ours = List.copyOf(ours);
  }

  /** A place that the node is about to use for the first time. */
  static Claim first(
      NodeId node, Thing thing, long order, Optional<String> before, String content) {
    return new Claim(node, thing, order, before, List.of(content), Optional.empty());
  }

  String content() {
    return ours.getLast();
  }

  /** About to hold something else; what it held may still be there. */
  Claim holding(String content) {
    var all = new ArrayList<>(ours);
    all.remove(content);
    all.add(content);
    return new Claim(node, thing, order, before, all, Optional.empty());
  }

  Claim readBackAs(Optional<String> text) {
    return new Claim(node, thing, order, before, ours, text);
  }

  /** With what another claim, which is given up, found before. */
  Claim over(Optional<String> earlier) {
    return new Claim(node, thing, order, earlier, ours, readBack);
  }

  /** Where it is certain that the last is what stands there. */
  Claim settled() {
    return new Claim(node, thing, order, before, List.of(content()), readBack);
  }
}
