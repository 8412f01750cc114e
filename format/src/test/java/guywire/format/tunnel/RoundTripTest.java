package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Canonical;
import guywire.format.Formats;
import guywire.format.SampleNodes;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.network.DnsClient;
import guywire.network.FilterRule;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceAddress;
import guywire.network.NameServer;
import guywire.network.NatRule;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.Platform;
import guywire.network.TunnelInterface;
import guywire.network.text.Severity;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a renderer writes, its importer reads back as the same node. */
class RoundTripTest {

  private static final int SEEDS = 150;

  @Test
  void networkd() {
    check(Platform.NETWORKD, new NetworkdImporter(), UnaryOperator.identity());
  }

  @Test
  void network_manager() {
    check(Platform.NETWORKMANAGER, new NetworkManagerImporter(), UnaryOperator.identity());
  }

  @Test
  void openwrt() {
    check(Platform.OPENWRT, new OpenWrtImporter(), RoundTripTest::withoutWhatOpenWrtSaysForItself);
  }

  @Test
  void routeros() {
    check(Platform.ROUTEROS, new RouterOsImporter(), RoundTripTest::withoutWhatRouterOsLeavesOut);
  }

  /**
   * RouterOS has no marks, no resolver for one tunnel, takes a port and an address for its name
   * server where it likes, and forwards always.
   */
  private static NodeConfig withoutWhatRouterOsLeavesOut(NodeConfig node) {
    return new NodeConfig(
        node.name(),
        node.platform(),
        node.interfaces().stream()
            .map(t ->
                new TunnelInterface(
                    t.name(),
                    t.privateKey(),
                    t.publicKey(),
                    t.addresses(),
                    t.listenPort(),
                    0,
                    t.mtu(),
                    t.table(),
                    DnsClient.NONE,
                    t.peers()))
            .toList(),
        node.routes(),
        Forwarding.ON,
        Forwarding.ON,
        node.firewall(),
        node.nat(),
        served(node),
        List.of());
  }

  /**
   * OpenWrt lets replies pass by itself, forwards always, and asks for sources where translation
   * asks for the incoming interface.
   */
  private static NodeConfig withoutWhatOpenWrtSaysForItself(NodeConfig node) {
    return new NodeConfig(
        node.name(),
        node.platform(),
        node.interfaces(),
        node.routes(),
        Forwarding.ON,
        Forwarding.ON,
        new Firewall(
            withoutReplies(node.firewall().input()),
            node.firewall().inputDefault(),
            withoutReplies(node.firewall().forward()),
            node.firewall().forwardDefault(),
            withoutReplies(node.firewall().output()),
            node.firewall().clampMss()),
        node.nat().stream().map(RoundTripTest::withoutIn).toList(),
        served(node),
        List.of());
  }

  /** A router answers on all of its addresses, and asks its own upstream. */
  private static Optional<NameServer> served(NodeConfig node) {
    var listen =
        node.interfaces().stream()
            .flatMap(tunnel -> tunnel.addresses().stream())
            .map(InterfaceAddress::address)
            .toList();
    return node.nameServer()
        .map(server -> new NameServer(listen, server.domain(), server.records(), List.of()));
  }

  private static List<FilterRule> withoutReplies(List<FilterRule> rules) {
    return rules.stream()
        .filter(rule -> rule.match().connections() != PacketMatch.Connections.ESTABLISHED)
        .toList();
  }

  private static NatRule withoutIn(NatRule rule) {
    var match = rule.match();
    var rest =
        new PacketMatch(
            Optional.empty(),
            match.out(),
            match.from(),
            match.to(),
            match.transport(),
            match.ports(),
            match.connections());
    return switch (rule) {
      case NatRule.Masquerade ignored -> new NatRule.Masquerade(rest);
      case NatRule.Source source -> new NatRule.Source(rest, source.to());
      case NatRule.Destination destination -> destination;
      case NatRule.Map map -> map;
    };
  }

  private static void check(
      Platform platform, Importer importer, UnaryOperator<NodeConfig> leavingOut) {
    for (long seed = -1; seed < SEEDS; seed++) {
      var node = seed < 0 ? SampleNodes.gateway(platform) : SampleNodes.random(seed, platform);
      var rendering = Formats.renderer(platform).render(node, Locale.ENGLISH);
      var sources =
          rendering.files().stream()
              .filter(file -> !file.path().endsWith("README.md"))
              .map(file -> new SourceFile(file.path(), file.text()))
              .toList();
      String described = "seed " + seed + "\n";
      var imported = importer.read(node.name(), sources).getFirst();
      assertThat(Canonical.of(imported.node(), leavingOut))
          .as(() -> described + sources.stream().map(SourceFile::content).toList())
          .usingRecursiveComparison()
          .withEqualsForType(Object::equals, PublicKey.class)
          .isEqualTo(Canonical.of(node, leavingOut));
      assertThat(imported.findings())
          .as("seed %d", seed)
          .noneMatch(finding -> finding.severity() == Severity.ERROR && !expected(finding.code()));
      assertThat(rendering.findings()).allMatch(f -> !f.what().in(Locale.CHINA).isBlank());
    }
  }

  /** Faults that the sample nodes have themselves. */
  private static boolean expected(String code) {
    return List.of("F55").contains(code);
  }
}
