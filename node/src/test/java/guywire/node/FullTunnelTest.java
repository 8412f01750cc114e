package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.DnsClient;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose traffic all goes through its tunnel, held against the real wg-quick. */
class FullTunnelTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private final PrivateKey client = PrivateKey.generate(RANDOM);
  private final PrivateKey server = PrivateKey.generate(RANDOM);
  private TestMachine a;
  private TestMachine b;

  @BeforeEach
  void boot() throws IOException {
    a = new TestMachine();
    b = new TestMachine();
    a.connect(b, "192.0.2.1", "192.0.2.2");
  }

  @AfterEach
  void halt() {
    a.close();
    b.close();
  }

  private Nodes client() {
    return Nodes.node(client, "10.9.0.2/24")
        .peer(server, Optional.empty(), "192.0.2.2:51820", "0.0.0.0/0", "::/0", "10.20.0.0/16");
  }

  /** What decides a packet's way, without what differs from run to run. */
  private static String ways(TestMachine machine) {
    return String.join(
        "\n",
        machine.run("ip", "rule"),
        machine.run("ip", "-6", "rule"),
        machine.run("ip", "route"),
        machine.run("ip", "route", "show", "table", "51820"),
        machine.run("ip", "-6", "route", "show", "table", "51820"),
        machine.run("ip", "-6", "route"),
        machine.run("sysctl", "-n", "net.ipv4.conf.all.src_valid_mark"),
        machine.run("wg", "show", "wg0", "fwmark"),
        machine.run("ip", "link", "show", "wg0").replaceAll("^\\d+", ""));
  }

  @Test
  void routes_rules_settings_and_mark_are_those_of_wg_quick(@TempDir Path directory)
      throws IOException {
    String file =
        """
        [Interface]
        PrivateKey = %s
        Address = 10.9.0.2/24
        MTU = 1420
        [Peer]
        PublicKey = %s
        Endpoint = 192.0.2.2:51820
        AllowedIPs = 0.0.0.0/0, ::/0, 10.20.0.0/16
        """
            .formatted(client.base64(), server.publicKey());
    Path path = directory.resolve("wg0.conf");
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(path, file);
    String quick = "WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go";
    a.run("env", quick, "wg-quick", "up", path.toString());
    String theirs = ways(a);
    a.run("env", quick, "wg-quick", "down", path.toString());

    NodeSetup.apply(client().config(), a.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);

    assertThat(ways(a)).isEqualTo(theirs).contains("suppress_prefixlength 0");
    assertThat(a.run("nft", "list", "table", "inet", "guywire-wg0"))
        .contains("iifname != \"wg0\" ip daddr 10.9.0.2 fib saddr type != local drop")
        .contains("meta mark set ct mark")
        .contains("ct mark set meta mark");
  }

  @Test
  void everything_but_the_own_lan_goes_through_the_tunnel_and_names_come_from_inside()
      throws IOException {
    String hosts = Files.readString(Path.of("/etc/resolv.conf"));
    String before = a.settings();
    var clientNode = client();
    clientNode.dns = new DnsClient(List.of(IpAddress.parse("10.9.0.1")), List.of("home.internal"));
    var serverNode =
        Nodes.node(server, "10.9.0.1/24")
            .listening(51820)
            .peer(client, Optional.empty(), "", "10.9.0.2/32");
    serverNode.nameServer =
        Optional.of(
            new NameServer(
                List.of(IpAddress.parse("10.9.0.1")),
                "home.internal",
                Map.of(new Name("nas"), List.of(IpAddress.parse("10.9.0.77"))),
                List.of()));
    b.run("ip", "addr", "add", "198.51.100.1/32", "dev", "lo");
    String beforeServer = b.settings();

    var applied =
        NodeSetup.apply(
            clientNode.config(), a.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
    var served =
        NodeSetup.apply(
            serverNode.config(), b.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);

    assertThat(a.succeeds("ping", "-c", "1", "-W", "5", "198.51.100.1")).isTrue();
    assertThat(a.run("ip", "route", "get", "198.51.100.1")).contains("dev wg0 table 51820");
    assertThat(a.run("ip", "route", "get", "192.0.2.77")).contains("dev eth0");
    assertThat(a.run("getent", "ahostsv4", "nas")).contains("10.9.0.77");
    assertThat(a.run("mountpoint", "/etc/resolv.conf")).contains("is a mountpoint");
    assertThat(Path.of("/etc/resolv.conf")).content().isEqualTo(hosts);
    assertThat(a.succeeds("getent", "ahostsv4", "other.home.internal")).isFalse();
    assertThat(
            NodeSetup.apply(
                    serverNode.config(), b.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT)
                .changes())
        .isEmpty();

    applied.takeBack();
    served.takeBack();
    assertThat(a.settings()).isEqualTo(before);
    assertThat(b.settings()).isEqualTo(beforeServer);
    assertThat(
            LongProcess.await(() ->
                !b.run("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null; true")
                    .contains("AgentProgram")))
        .isTrue();
  }
}
