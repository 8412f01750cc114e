package guywire.format.input;

import guywire.address.IpAddress.Family;
import guywire.network.Doubt;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Hook;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.Route;
import guywire.network.RoutingPolicy;
import guywire.network.text.Text;
import java.util.List;
import java.util.Optional;

/** What one command of a hook does to its host, as far as packets notice. */
public sealed interface HookEffect {

  /** The command it is read from. */
  Source source();

  /**
   * Where a command stands.
   *
   * @param hook the number of the hook in its node, from 0
   * @param when when it runs
   * @param command the single command, one of several in the hook perhaps
   * @param forgiven whether the hook goes on and ends well though the command fails
   */
  record Source(int hook, Hook.When when, String command, boolean forgiven) {}

  /** Forwarding of a family is turned on or off for the whole host. */
  record Forwards(Source source, Family family, boolean on) implements HookEffect {}

  /**
   * A kernel setting of another kind.
   *
   * @param key the key with dots, such as net.ipv4.conf.all.rp_filter
   * @param value its value as written
   */
  record Setting(Source source, String key, String value) implements HookEffect {}

  /** How a rule gets into its chain. */
  enum Change {
    /** At the end, after all that other programs put there. */
    APPEND,
    /** At the front. */
    INSERT,
    /** It is taken out. */
    DELETE,
    /** Behind the other rules of its own program, which stand ahead of all others (ufw). */
    OWN_LAST,
    /** At the front of the rules of its own program. */
    OWN_FIRST
  }

  /** A chain of the filter. */
  enum Chain {
    INPUT,
    FORWARD,
    OUTPUT,
    /** Docker's chain for rules of others, ahead of its own. */
    DOCKER_USER
  }

  /** A rule of a filter chain. */
  record Filters(Source source, Change change, Chain chain, FilterRule rule)
      implements HookEffect {}

  /** A rule of address translation. */
  record Rewrites(Source source, Change change, NatRule rule) implements HookEffect {}

  /** TCP's maximum segment size is lowered. */
  record Clamps(Source source, Change change) implements HookEffect {}

  /**
   * What a chain does with packets that no rule of it is for.
   *
   * @param families the families whose packets it is asked about
   */
  record Policy(Source source, Chain chain, List<Family> families, Verdict verdict)
      implements HookEffect {}

  /**
   * Rules are taken out of the filter.
   *
   * @param chain the chain that becomes empty; all of them if empty
   * @param family whose rules
   */
  record Flushes(Source source, Optional<Chain> chain, Family family) implements HookEffect {}

  /**
   * A route is added or taken away. One by {@code lo} discards what it is for.
   *
   * @param strict whether the kernel refuses to add it where such a one is already; to take away
   *     what is not there it refuses always
   * @param table the table it is in
   */
  record Routes(Source source, boolean added, boolean strict, Route route, String table)
      implements HookEffect {
    /** Whether it is in the table that is asked without a rule. */
    public boolean isMain() {
      return table.equals(RoutingPolicy.MAIN);
    }
  }

  /** All routes of a table are taken away. */
  record TableFlushed(Source source, String table) implements HookEffect {}

  /** A rule that chooses a table, or discards, is added or taken away. */
  record Rule(Source source, boolean added, RoutingPolicy.Rule rule) implements HookEffect {}

  /**
   * A command that its own program refuses.
   *
   * @param why what it does not take
   */
  record Fails(Source source, Text why) implements HookEffect {}

  /**
   * A command that fails unless something is there.
   *
   * @param what what it names, such as a table of nftables
   */
  record Presumes(Source source, String what) implements HookEffect {}

  /** A command that does nothing to packets: true, echo to a log, wg set of a key. */
  record Harmless(Source source) implements HookEffect {}

  /**
   * A rule of which a part is not understood.
   *
   * @param stage where it is asked
   * @param match the packets that it can be for
   * @param verdict what becomes of those it is for, if that is understood
   * @param unmarked whether it leaves packets with a firewall mark alone
   */
  record Unclear(
      Source source,
      Change change,
      Doubt.Stage stage,
      PacketMatch match,
      Optional<Verdict> verdict,
      boolean unmarked)
      implements HookEffect {}

  /** A command that is not understood; whatever it does is not modelled. */
  record NotUnderstood(Source source) implements HookEffect {}
}
