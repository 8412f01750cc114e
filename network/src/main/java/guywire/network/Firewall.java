package guywire.network;

import guywire.network.FilterRule.Verdict;
import java.util.List;

/**
 * What a node lets in, lets through and sends, as far as the network decides it.
 *
 * @param input rules for packets to the node itself, in order
 * @param inputDefault what happens when none matches
 * @param forward rules for packets through the node, in order
 * @param forwardDefault what happens when none matches
 * @param output rules for packets that the node itself sends, in order; what none matches is sent
 * @param clampMss whether TCP's maximum segment size is lowered to fit, for connections through a
 *     tunnel interface, in both directions
 */
public record Firewall(
    List<FilterRule> input,
    Verdict inputDefault,
    List<FilterRule> forward,
    Verdict forwardDefault,
    List<FilterRule> output,
    boolean clampMss) {

  /** Lets everything pass. */
  public static final Firewall OPEN =
      new Firewall(List.of(), Verdict.ACCEPT, List.of(), Verdict.ACCEPT, List.of(), false);

  /** Copies the lists. */
  public Firewall {
    input = List.copyOf(input);
    forward = List.copyOf(forward);
    output = List.copyOf(output);
  }

  /** One that filters nothing of what the node sends. */
  public Firewall(
      List<FilterRule> input,
      Verdict inputDefault,
      List<FilterRule> forward,
      Verdict forwardDefault,
      boolean clampMss) {
    this(input, inputDefault, forward, forwardDefault, List.of(), clampMss);
  }
}
