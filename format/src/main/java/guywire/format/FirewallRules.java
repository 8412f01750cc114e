package guywire.format;

import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.Connections;

/** Rules that several formats treat alike. */
final class FirewallRules {

  /** What a stateful firewall begins with: replies pass. */
  static final FilterRule ESTABLISHED =
      new FilterRule(PacketMatch.ANY.of(Connections.ESTABLISHED), Verdict.ACCEPT, "");

  private FirewallRules() {}
}
