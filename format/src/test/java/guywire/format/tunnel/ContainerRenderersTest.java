package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.SampleNodes;
import guywire.format.TunnelNames;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Docker and NixOS: what runs wg-quick in their own wrapping. */
class ContainerRenderersTest {

  @Test
  void a_gateway_shares_the_network_of_its_docker_host() {
    var service = service(SampleNodes.gateway(Platform.DOCKER));
    assertThat(service)
        .containsEntry("network_mode", "host")
        .containsEntry("cap_add", List.of("NET_ADMIN"))
        .doesNotContainKeys("ports", "sysctls");
  }

  @Test
  void a_client_has_a_network_of_its_own_and_the_switch_that_a_full_tunnel_needs() {
    var service = service(SampleNodes.phone(Platform.DOCKER));
    assertThat(service)
        .containsEntry("sysctls", Map.of("net.ipv4.conf.all.src_valid_mark", "1"))
        .doesNotContainKey("network_mode");
  }

  @Test
  void the_container_reads_the_same_interfaces() {
    for (long seed = 0; seed < 50; seed++) {
      var node = SampleNodes.random(seed, Platform.DOCKER);
      var rendering = new DockerRenderer().render(node, Locale.ENGLISH);
      var sources =
          rendering.files().stream()
              .filter(file -> file.path().endsWith(".conf") && file.path().startsWith("config/"))
              .map(file -> new SourceFile(file.path(), file.text()))
              .toList();
      var read = Formats.read(new Name("x"), sources).getFirst();
      assertThat(read.node().interfaces().stream().map(TunnelNames::without).toList())
          .isEqualTo(node.interfaces().stream().map(TunnelNames::without).toList());
    }
  }

  @Test
  void no_key_stands_in_a_nix_module() {
    var node = SampleNodes.gateway(Platform.NIXOS);
    var rendering = new NixOsRenderer().render(node, Locale.ENGLISH);
    String module = rendering.file("guywire.nix").orElseThrow().text();
    var tunnel = node.interfaces().getFirst();
    assertThat(module)
        .doesNotContain(tunnel.privateKey().orElseThrow().base64())
        .doesNotContain(tunnel.peers().getFirst().presharedKey().orElseThrow().base64())
        .contains("privateKeyFile = \"/etc/guywire/wg0.key\";")
        .contains("presharedKeyFile = \"/etc/guywire/wg0-1.psk\";")
        .contains("allowedIPs = [ \"10.9.0.0/24\" \"192.168.4.0/24\" \"fd00:9::/64\" ];");
    assertThat(rendering.file("keys/wg0.key").orElseThrow().isSecret()).isTrue();
  }

  @Test
  void a_nix_string_can_hold_no_expression() {
    assertThat(NixOsRenderer.string("a\"b\\c${d}")).isEqualTo("\"a\\\"b\\\\c\\${d}\"");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> service(NodeConfig node) {
    var rendering = new DockerRenderer().render(node, Locale.ENGLISH);
    String yaml = rendering.file("compose.yaml").orElseThrow().text();
    var compose =
        (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(yaml);
    var services = (Map<String, Object>) compose.get("services");
    return (Map<String, Object>) services.get("wireguard");
  }
}
