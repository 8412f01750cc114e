package guywire.network;

import guywire.network.FilterRule.Verdict;
import java.util.List;

/**
 * What a node lets in and lets through, as far as the network decides it.
 *
 * @param input rules for packets to the node itself, in order
 * @param inputDefault what happens when none matches
 * @param forward rules for packets through the node, in order
 * @param forwardDefault what happens when none matches
 * @param clampMss whether TCP's maximum segment size is lowered to fit, for connections through a
 *     tunnel interface, in both directions
 */
public record Firewall(
    List<FilterRule> input,
    Verdict inputDefault,
    List<FilterRule> forward,
    Verdict forwardDefault,
    boolean clampMss) {

  /** Lets everything pass. */
  public static final Firewall OPEN =
      new Firewall(List.of(), Verdict.ACCEPT, List.of(), Verdict.ACCEPT, false);

  /** Copies the lists. */
  public Firewall {
    input = List.copyOf(input);
    forward = List.copyOf(forward);
  }
}
