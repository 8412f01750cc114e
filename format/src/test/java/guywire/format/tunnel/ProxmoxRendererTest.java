package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.SampleNodes;
import guywire.format.input.Format;
import guywire.format.input.SourceFile;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.protocol.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProxmoxRendererTest {

  private static final List<PrivateKey> KEYS = keys();

  @Test
  void the_nodes_of_a_fabric_come_back_from_its_files() {
    var nodes = List.of(node(1), node(2), node(3));
    var rendering = new ProxmoxRenderer().render(nodes, Locale.ENGLISH);
    assertThat(rendering.findings()).isEmpty();
    var sources =
        rendering.files().stream()
            .filter(file -> file.path().endsWith(".cfg"))
            .map(file -> new SourceFile(file.path(), file.text()))
            .toList();
    assertThat(sources).allMatch(file -> Format.detect(file).equals(Optional.of(Format.PROXMOX)));
    var read = new ProxmoxImporter().read(new Name("x"), sources);
    assertThat(read).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(read.get(i).node().name()).isEqualTo(nodes.get(i).name());
      assertThat(read.get(i).node().interfaces()).isEqualTo(nodes.get(i).interfaces());
      assertThat(read.get(i).findings()).isEmpty();
    }
  }

  @Test
  void keys_stand_only_in_the_file_for_keys() {
    var rendering = new ProxmoxRenderer().render(node(1), Locale.ENGLISH);
    String key = KEYS.getFirst().base64();
    for (var file : rendering.files()) {
      assertThat(file.text().contains(key)).isEqualTo(file.path().endsWith("wg-keys.cfg"));
      assertThat(file.isSecret()).isEqualTo(file.path().endsWith("wg-keys.cfg"));
    }
  }

  @Test
  void the_mtu_of_a_segment_over_the_fabric_is_named() {
    var readme = new ProxmoxRenderer().render(node(1), Locale.ENGLISH).file("README.md");
    assertThat(readme.orElseThrow().text()).contains("mtu 1370");
  }

  @Test
  void what_a_fabric_cannot_say_is_said() {
    var rendering =
        new ProxmoxRenderer().render(SampleNodes.gateway(Platform.PROXMOX), Locale.ENGLISH);
    assertThat(rendering.findings())
        .filteredOn(finding -> finding.severity() == Severity.ERROR)
        .extracting(Finding::code)
        .containsExactly("F04");
    assertThat(rendering.findings())
        .extracting(finding -> finding.what().key())
        .contains("limit.dns", "proxmox.routes");
  }

  private static List<PrivateKey> keys() {
    var random = new Random(11);
    var keys = new ArrayList<PrivateKey>();
    for (int i = 0; i < 3; i++) {
      keys.add(PrivateKey.generate(random));
    }
    return keys;
  }

  private static NodeConfig node(int number) {
    var peers = new ArrayList<PeerConfig>();
    for (int other = 1; other <= 3; other++) {
      if (other != number) {
        peers.add(
            new PeerConfig(
                Optional.of(new Name("pve" + other)),
                KEYS.get(other - 1).publicKey(),
                Optional.empty(),
                Optional.of(new EndpointAddress("192.0.2." + other, 51820)),
                SampleNodes.prefixes("10.255.255." + other + "/32", "10.1." + other + ".0/24"),
                25));
      }
    }
    return SampleNodes.plain(
        "pve" + number,
        Platform.PROXMOX,
        List.of(
            new TunnelInterface(
                SampleNodes.WG0,
                Optional.of(KEYS.get(number - 1)),
                Optional.empty(),
                List.of(SampleNodes.address("10.255.255." + number + "/24")),
                OptionalInt.of(51820),
                0,
                OptionalInt.empty(),
                new RouteTable.Auto(),
                DnsClient.NONE,
                peers)));
  }
}
