package guywire.format;

import guywire.address.IpAddress.Family;
import guywire.network.FilterRule;
import guywire.network.Hook;
import guywire.network.NatRule;
import guywire.network.Route;
import guywire.network.text.Text;

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
   */
  record Source(int hook, Hook.When when, String command) {}

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
    DELETE
  }

  /** A chain of the filter. */
  enum Chain {
    INPUT,
    FORWARD,
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

  /** A route is added or taken away. */
  record Routes(Source source, boolean added, Route route) implements HookEffect {}

  /**
   * A command that its own program refuses.
   *
   * @param why what it does not take
   */
  record Fails(Source source, Text why) implements HookEffect {}

  /** A command that does nothing to packets: true, echo to a log, wg set of a key. */
  record Harmless(Source source) implements HookEffect {}

  /** A command that is not understood; whatever it does is not modelled. */
  record NotUnderstood(Source source) implements HookEffect {}
}
