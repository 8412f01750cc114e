package guywire.prove;

import guywire.network.text.Text;
import java.util.Locale;

/**
 * The place where a packet ends that should have gone on, and the reason.
 *
 * @param machine where
 * @param why the reason
 * @param text the reason in words, with the values that decided
 */
public record Stop(String machine, Why why, Text text) {

  /** Why a packet goes no further. */
  public enum Why {
    /** The machine has no address of the family to send from. */
    NO_SOURCE,
    /** The machine that is meant has no address to send to. */
    NO_ADDRESS,
    /** No route leads to the destination. */
    NO_ROUTE,
    /** A route of the machine discards what goes there. */
    DISCARDED,
    /** The route leads into a tunnel, but no peer there has the destination. */
    NO_PEER,
    /** The peer can't be spoken to. */
    NO_HANDSHAKE,
    /** The receiver does not accept the source from this peer. */
    SOURCE_NOT_ALLOWED,
    /** The source is an address of the machine itself, which Linux takes for a forgery. */
    OWN_SOURCE,
    /** The machine does not forward. */
    NOT_FORWARDING,
    /** A filter rule, or a filter's default, drops it. */
    FILTERED,
    /** A NAT or stateful firewall lets no new connection in. */
    NAT,
    /** No machine has the destination's address. */
    NO_MACHINE,
    /** The internet does not route the destination. */
    NOT_ON_INTERNET,
    /** The tunnel that it should take does not come up. */
    NOT_UP,
    /** What comes next on the way is down. */
    DOWN,
    /** The packet goes in circles. */
    LOOP,
    /** It ended at another machine than it was meant for. */
    ELSEWHERE
  }

  /** The stop with the words of its reason. */
  static Stop at(String machine, Why why, Object... arguments) {
    return new Stop(machine, why, Text.of(Stop.class, "stop." + key(why), arguments));
  }

  /** The stop at a filter, with the words of the rule. */
  static Stop because(String machine, String key, Object... arguments) {
    return new Stop(machine, Why.FILTERED, Text.of(Stop.class, key, arguments));
  }

  private static String key(Why why) {
    return why.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
