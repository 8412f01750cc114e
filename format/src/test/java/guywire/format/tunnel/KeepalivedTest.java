package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.DnsClient;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.network.VirtualRouter;
import guywire.protocol.PrivateKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written for gateways that share an address. Needs root and keepalived. */
class KeepalivedTest {

  private static final String TEST =
      "ip link add eth0 type veth peer name far"
          + " && exec /usr/sbin/keepalived --config-test --use-file \"$1\"";

  @TempDir Path directory;

  private static NodeConfig gateway(String... shared) {
    var tunnel =
        new TunnelInterface(
            new InterfaceName("wg0"),
            Optional.of(PrivateKey.generate(new SecureRandom())),
            Optional.empty(),
            List.of(),
            OptionalInt.empty(),
            0,
            OptionalInt.empty(),
            new RouteTable.Auto(),
            DnsClient.NONE,
            List.of());
    var addresses = Arrays.stream(shared).map(IpAddress::parse).toList();
    return new NodeConfig(
        new Name("gw-2"),
        Platform.LINUX,
        List.of(tunnel),
        List.of(),
        Forwarding.ON,
        Forwarding.UNSTATED,
        Firewall.OPEN,
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.of(
            new VirtualRouter(254, addresses, 190, new Name("hub"), IpAddress.parse("10.30.0.1"))),
        List.of());
  }

  @Test
  void keepalived_takes_the_file_with_an_instance_for_each_family() throws Exception {
    String text =
        Keepalived.of(gateway("192.168.70.254", "fd00:70::fe"), new InterfaceName("eth0"));
    assertThat(text)
        .startsWith("$LAN=eth0\n")
        .contains("script \"/usr/bin/ping -c 1 -W 1 -I wg0 10.30.0.1\"")
        .containsSubsequence("gateways-ipv4", "192.168.70.254", "gateways-ipv6", "fd00:70::fe");
    Path file = directory.resolve("keepalived.conf");
    Files.writeString(file, text);
    var process =
        new ProcessBuilder("unshare", "--net", "sh", "-c", TEST, "sh", file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  @Test
  void it_is_written_for_the_nodes_that_share_an_address_with_the_steps_to_install_it() {
    var rendering =
        new WgQuickRenderer().render(gateway("192.168.70.254").withoutAgent(), Locale.ENGLISH);
    assertThat(rendering.file("etc/keepalived/keepalived.conf").orElseThrow().text())
        .contains("priority 190", "virtual_router_id 254");
    assertThat(rendering.file("README.md").orElseThrow().text())
        .contains("systemctl restart keepalived");
  }
}
