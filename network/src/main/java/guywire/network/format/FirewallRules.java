package guywire.network.format;

import guywire.network.config.FilterRule;
import guywire.network.config.FilterRule.Verdict;
import guywire.network.config.PacketMatch;
import guywire.network.config.PacketMatch.Connections;

/** Rules that several formats treat alike. */
final class FirewallRules {

  /** What a stateful firewall begins with: replies pass. */
  static final FilterRule ESTABLISHED =
      new FilterRule(PacketMatch.ANY.of(Connections.ESTABLISHED), Verdict.ACCEPT, "");

  private FirewallRules() {}
}
