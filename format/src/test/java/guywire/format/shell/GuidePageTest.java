package guywire.format.shell;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.input.Imported;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The configurations that a guide shows are hosts, with what it leaves open filled in. */
class GuidePageTest {

  private static List<NodeConfig> nodes(String page) {
    return Formats.read(new Name("page"), List.of(new SourceFile("page.md", page))).stream()
        .map(Imported::node)
        .filter(node -> !node.interfaces().isEmpty())
        .toList();
  }

  private static TunnelInterface tunnel(List<NodeConfig> nodes, String name) {
    return nodes.stream()
        .filter(node -> node.name().text().equals(name))
        .map(node -> node.interfaces().getFirst())
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + names(nodes)));
  }

  private static String names(List<NodeConfig> nodes) {
    return nodes.stream().map(node -> node.name().text()).collect(Collectors.joining(" "));
  }

  /** Whose key each entry of a tunnel has, by name; ? for somebody who is not on the page. */
  private static String peers(List<NodeConfig> nodes, String name) {
    return tunnel(nodes, name).peers().stream()
        .map(peer ->
            nodes.stream()
                .filter(node ->
                    node.interfaces()
                        .getFirst()
                        .publicKey()
                        .equals(java.util.Optional.of(peer.publicKey())))
                .map(node -> node.name().text())
                .findFirst()
                .orElse("?"))
        .collect(Collectors.joining(" "));
  }

  @Test
  void blocks_between_fences_are_called_by_the_heading_above_them() {
    var nodes =
        nodes(
            """
            ## 2. Keys
            ```ini
            [Interface]
            PrivateKey = <server key>
            ```
            ## 3. Server (/etc/wireguard/wg0.conf)
            ```ini
            [Interface]
            Address = 10.9.0.1/24
            ListenPort = 51820
            PrivateKey = <server private key>

            [Peer] # phone
            PublicKey = <phone public key>
            AllowedIPs = 10.9.0.2/32

            [Peer]
            PublicKey = <somebody else's key>
            AllowedIPs = 10.9.0.77/32
            ```
            **Phone configuration:**
            ```
            [Interface]
            Address = 10.9.0.2/32
            PrivateKey = <private key of my phone>
            DNS = 10.9.0.1

            [Peer]
            PublicKey = <server public key>
            Endpoint = <server IP>:51820
            AllowedIPs = 10.9.0.0/24
            ```
            """);
    assertThat(names(nodes)).isEqualTo("server phone");
    assertThat(peers(nodes, "server")).isEqualTo("phone ?");
    assertThat(peers(nodes, "phone")).isEqualTo("server");
    assertThat(tunnel(nodes, "phone").peers().getFirst().endpoint().orElseThrow().toString())
        .isEqualTo("192.0.2.1:51820");
  }

  @Test
  void a_page_that_lost_its_fences_is_read_as_well() {
    var nodes =
        nodes(
            """
            2.4 配置文件

            节点-甲 (/etc/wireguard/wg0.conf)

            [Interface]
            Address = 10.0.0.1/24
            PrivateKey = aPrivKeyA...
            # 可选
            ListenPort = 51820

            [Peer]
            # 节点-乙
            PublicKey = bPubKeyB...
            AllowedIPs = 10.0.0.2/32

            节点-乙

            [Interface]
            Address = 10.0.0.2/24
            PrivateKey = bPrivKeyB...

            [Peer]
            PublicKey = aPubKeyA...
            Endpoint = 1.1.1.1:51820
            AllowedIPs = 10.0.0.1/32, 10.0.0.9/32
            关键点: AllowedIPs = 10.0.0.1/32 is explained here
            """);
    assertThat(names(nodes)).isEqualTo("节点-甲 节点-乙");
    assertThat(peers(nodes, "节点-甲")).isEqualTo("节点-乙");
    assertThat(peers(nodes, "节点-乙")).isEqualTo("节点-甲");
  }

  @Test
  void the_same_word_is_the_same_host_and_the_one_that_is_left_is_who_is_meant() {
    var nodes =
        nodes(
            """
            ### A
            ```
            [Interface]
            PrivateKey = <A>
            Address = 10.0.0.1/16
            ListenPort = 51820
            [Peer]
            PublicKey = <C>
            Endpoint = X.X.X.C:51820
            AllowedIPs = 10.0.0.0/16
            [Peer]
            PublicKey = <B>
            Endpoint = X.X.X.B:51820
            AllowedIPs = 10.0.0.2/32
            ```
            ### B
            ```
            [Interface]
            PrivateKey = <B>
            Address = 10.0.0.2/16
            ListenPort = 51820
            [Peer]
            PublicKey = <key of the one in the middle>
            Endpoint = 203.0.113.9:51820
            AllowedIPs = 10.0.0.0/16
            [Peer]
            PublicKey = <A>
            AllowedIPs = 10.0.0.1/32
            ```
            ### C
            ```
            [Interface]
            PrivateKey = <C>
            Address = 10.0.0.100/16
            ListenPort = 51820
            [Peer]
            PublicKey = <A>
            AllowedIPs = 10.0.0.1/32
            ```
            """);
    assertThat(peers(nodes, "a")).isEqualTo("c b");
    assertThat(peers(nodes, "b")).isEqualTo("c a");
    assertThat(tunnel(nodes, "a").peers().getFirst().endpoint().orElseThrow().host())
        .as("what one entry says of a host holds for the others")
        .isEqualTo("203.0.113.9");
  }

  @Test
  void where_all_keys_are_the_same_word_comments_say_whose_they_are() {
    var nodes =
        nodes(
            """
            ### router config {#router}
            ```cfg
            [Interface]
            Address = 10.9.0.A/32
            ListenPort = 51820
            PrivateKey = <private key>

            # home-gw
            [Peer]
            PublicKey = xxx
            AllowedIPs = 10.9.0.0/24

            [Peer]
            PublicKey = xxx    # MacBook's public key
            AllowedIPs = 10.9.9.0/24

            # Someone
            [Peer]
            PublicKey = xxx
            AllowedIPs = 10.9.8.0/24
            ```
            ### home-gw config {#gw}
            ```cfg
            [Interface]
            Address = 10.9.0.B/32
            PrivateKey = <private key>
            # router
            [Peer]
            PublicKey = xxx
            Endpoint = 1.1.1.R:51820
            AllowedIPs = 10.9.9.0/24
            ```
            ### MacBook config
            ```cfg
            [Interface]
            Address = 10.9.9.3/32
            PrivateKey = <private key>
            [Peer]   # router
            PublicKey = xxx
            AllowedIPs = 10.9.0.0/16
            ```
            """);
    assertThat(names(nodes)).isEqualTo("router home-gw macbook");
    assertThat(peers(nodes, "router")).isEqualTo("home-gw macbook ?");
    assertThat(peers(nodes, "home-gw")).isEqualTo("router");
    assertThat(peers(nodes, "macbook")).isEqualTo("router");
    assertThat(tunnel(nodes, "home-gw").addresses().toString()).contains("10.9.0.2/32");
    assertThat(tunnel(nodes, "home-gw").peers().getFirst().endpoint().orElseThrow().host())
        .isEqualTo("1.1.1.18");
  }

  @Test
  void of_several_networks_that_use_the_same_addresses_the_largest_counts() {
    String block = "# %s\n```\n[Interface]\nAddress = 10.0.0.%d/24\n[Peer]\nPublicKey = <x>\n```\n";
    var page = new StringBuilder();
    for (var host : List.of("one 1", "two 2", "three 1", "four 2", "five 3", "six 1")) {
      var words = host.split(" ");
      page.append(block.formatted(words[0], Integer.parseInt(words[1])));
    }
    assertThat(names(nodes(page.toString()))).isEqualTo("three four five");
  }

  @Test
  void findings_name_the_lines_of_the_page() {
    var read =
        Formats.read(
            new Name("page"),
            List.of(
                new SourceFile(
                    "page.md",
                    """
                    # Server
                    ```
                    [Interface]
                    Address = 10.0.0.1/24
                    PrivateKey = <server>
                    [Peer]
                    PublicKey = <client>
                    AllowedIPs = 10.0.0.0/33
                    ```
                    ```bash
                    chmod 644 /etc/wireguard/wg0.conf
                    ```
                    """)));
    assertThat(read.stream().map(host -> host.node().name().text()))
        .containsExactly("page", "server");
    assertThat(read.getLast().findings()).anyMatch(f -> f.place().line() == 8);
    assertThat(read.getFirst().commands()).hasSize(1);
    assertThat(read.getFirst().findings())
        .anyMatch(f -> f.code().equals("A01") && f.what().toString().contains("server (3)"));
  }

  @Test
  void a_page_without_a_whole_configuration_has_no_host() {
    assertThat(
            nodes(
                "# x\n```\n[Interface]\nPrivateKey = <x>\n```\n```\n[Peer]\nPublicKey = <y>\n```\n"))
        .isEmpty();
    assertThat(nodes("")).isEmpty();
  }
}
