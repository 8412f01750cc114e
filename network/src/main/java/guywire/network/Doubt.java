package guywire.network;

import guywire.network.FilterRule.Verdict;
import guywire.network.text.Place;
import java.util.Optional;

/**
 * A command or rule of a host that nobody here understands wholly, and that may decide what becomes
 * of packets.
 *
 * @param node the host
 * @param stage where on a packet's way it is asked
 * @param after how many understood rules of its chain are asked before it
 * @param match the packets that it can be for, as far as that is understood
 * @param verdict what it does to those it is for, if that is understood
 * @param unmarked whether it leaves packets with a firewall mark alone
 * @param place where it stands
 * @param command the command, without secrets
 */
public record Doubt(
    Name node,
    Stage stage,
    int after,
    PacketMatch match,
    Optional<Verdict> verdict,
    boolean unmarked,
    Place place,
    String command) {

  /** Where on a packet's way something is asked. */
  public enum Stage {
    INPUT,
    FORWARD,
    OUTPUT,
    /** Routes are looked up, or addresses rewritten. */
    ROUTING,
    /** Anywhere on the host. */
    ANYWHERE
  }

  /** The same, asked after so many understood rules of its chain. */
  public Doubt behind(int rules) {
    return new Doubt(node, stage, rules, match, verdict, unmarked, place, command);
  }
}
