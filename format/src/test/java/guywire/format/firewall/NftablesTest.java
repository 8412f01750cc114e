package guywire.format.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.format.Program;
import guywire.format.SampleNodes;
import guywire.format.input.SourceFile;
import guywire.format.syntax.Notes;
import guywire.network.FilterRule;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.NatRule;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PacketMatch.InterfaceMatch;
import guywire.network.Places;
import guywire.network.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NftablesTest {

  @TempDir Path directory;

  @Test
  void nft_accepts_every_script_and_loads_it_twice() throws Exception {
    var nodes = new ArrayList<NodeConfig>();
    nodes.add(SampleNodes.gateway(Platform.LINUX));
    for (long seed = 0; seed < 60; seed++) {
      nodes.add(SampleNodes.random(seed, Platform.LINUX));
    }
    nodes.add(everyNat());
    var all = new ArrayList<String>();
    for (int i = 0; i < nodes.size(); i++) {
      Path script = directory.resolve(i + ".nft");
      Files.writeString(script, Nftables.script(nodes.get(i)));
      all.add("nft -f " + script + " && nft -f " + script + " || echo wrong " + i);
    }
    var nft = Program.run("unshare", "-n", "sh", "-c", String.join("; ", all));
    assertThat(nft.output()).isEmpty();
  }

  @Test
  void a_rule_of_both_families_becomes_a_line_for_each() {
    assertThat(Nftables.script(SampleNodes.gateway(Platform.LINUX)))
        .contains(
            "iifname \"wg0\" ip saddr 10.9.0.128/25 ip daddr 192.168.2.0/24 udp dport 53 reject",
            "iifname \"wg0\" ip6 saddr fd00:9:0:0:1::/80 ip6 daddr fd00:2::/64 udp dport 53 rej");
  }

  @Test
  void what_a_host_may_send_itself_is_written_and_read_again() {
    var out = PacketMatch.ANY.goingOut(InterfaceMatch.of(SampleNodes.WG0));
    var rules =
        List.of(
            new FilterRule(out.of(PacketMatch.Connections.ESTABLISHED), Verdict.ACCEPT, "replies"),
            new FilterRule(
                out.to(List.of(Prefix.parse("10.0.0.2/32"))), Verdict.REJECT, "no line"));
    var firewall = new Firewall(List.of(), Verdict.ACCEPT, List.of(), Verdict.ACCEPT, rules, false);
    String script = Nftables.script(with(firewall, List.of()));
    assertThat(script).contains("type filter hook output priority filter");
    var file =
        new SourceFile("firewall.nft", script, "etc/guywire/firewall.nft", OptionalInt.empty());
    var draft = new FirewallDraft(new Notes("host"), new Places.Collector());
    new NftReader(draft).read(file);
    assertThat(draft.filter().output()).isEqualTo(rules);
  }

  @Test
  void a_long_comment_is_cut_at_a_character() {
    var firewall =
        new Firewall(
            List.of(new FilterRule(PacketMatch.ANY, Verdict.ACCEPT, "网".repeat(120))),
            Verdict.ACCEPT,
            List.of(),
            Verdict.ACCEPT,
            false);
    assertThat(Nftables.script(with(firewall, List.of())))
        .contains("comment \"" + "网".repeat(42) + "\"");
  }

  private static NodeConfig everyNat() {
    var in = PacketMatch.ANY.comingIn(InterfaceMatch.of(SampleNodes.WG0));
    var six = IpAddress.parse("fd00:2::10");
    return with(
        Firewall.OPEN,
        List.of(
            new NatRule.Map(in, Prefix.parse("192.168.1.0/24"), Prefix.parse("10.101.1.0/24")),
            new NatRule.Map(in, Prefix.parse("fd00:1::/64"), Prefix.parse("fd00:101::/64")),
            new NatRule.Destination(in, six, OptionalInt.empty()),
            new NatRule.Destination(
                in.carrying(guywire.network.Transport.TCP, List.of()), six, OptionalInt.of(22)),
            new NatRule.Source(PacketMatch.ANY, six),
            new NatRule.Masquerade(PacketMatch.ANY)));
  }

  private static NodeConfig with(Firewall firewall, List<NatRule> nat) {
    var plain = SampleNodes.phone(Platform.LINUX);
    return new NodeConfig(
        plain.name(),
        plain.platform(),
        plain.interfaces(),
        List.of(),
        plain.forwardIpv4(),
        plain.forwardIpv6(),
        firewall,
        nat,
        plain.nameServer(),
        List.of());
  }
}
