package guywire.recognise;

import guywire.address.Prefix;
import guywire.network.InterfaceName;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Platform;
import java.util.List;
import java.util.Optional;

/** Whether a member appears in its LAN under its own address for what comes out of the tunnel. */
final class SourceNat {

  private SourceNat() {}

  /** Empty for nobody; an empty list for everyone. */
  static Optional<List<Member>> of(
      Member member, List<Prefix> lans, Addressing addressing, List<Member> members) {
    for (var rule : member.config().map(node -> node.nat()).orElse(List.of())) {
      var match = rule.match();
      if (rewritesSource(rule) && intoLan(member, match, lans) && outOfTunnel(member, match)) {
        return Optional.of(senders(match, addressing, members));
      }
    }
    return Optional.empty();
  }

  static boolean rewritesSource(NatRule rule) {
    return rule instanceof NatRule.Masquerade || rule instanceof NatRule.Source;
  }

  /** Whether a rule sees packets that came out of one of the member's tunnels. */
  static boolean outOfTunnel(Member member, PacketMatch match) {
    return match.in().map(in -> isTunnel(member, in.name()) != in.negated()).orElse(true)
        && match.out().map(out -> isTunnel(member, out.name()) == out.negated()).orElse(true);
  }

  private static boolean intoLan(Member member, PacketMatch match, List<Prefix> lans) {
    if (!match.to().isEmpty()) {
      return match.to().stream().anyMatch(to -> lans.stream().anyMatch(to::overlaps));
    }
    // A router masquerades what goes to the internet; another machine's one port leads to the LAN.
    var platform = member.config().map(node -> node.platform()).orElse(Platform.LINUX);
    boolean box = platform == Platform.OPENWRT || platform == Platform.ROUTEROS;
    return !box
        || match
            .out()
            .map(InterfaceMatch::name)
            .filter(name -> name.text().matches("(br-)?lan.*|bridge.*"))
            .isPresent();
  }

  private static boolean isTunnel(Member member, InterfaceName name) {
    return member.tunnels().stream().anyMatch(own -> own.tunnel().name().equals(name));
  }

  private static List<Member> senders(
      PacketMatch match, Addressing addressing, List<Member> members) {
    boolean everyone =
        match.from().isEmpty()
            || match.from().stream()
                .anyMatch(from -> addressing.overlay().values().stream().anyMatch(from::contains));
    return everyone
        ? List.of()
        : members.stream()
            .filter(other ->
                addressing.of(other).stream()
                    .anyMatch(own -> match.from().stream().anyMatch(from -> from.contains(own))))
            .toList();
  }
}
