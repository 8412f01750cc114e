package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code guywire render}, as its user meets it. */
class RenderCommandTest {

  /** A node of every platform. */
  private static final String NETWORK =
      """
      network: every
      overlay: [10.77.0.0/24, "fd77::/64"]
      sites:
        home: {lan: 192.168.10.0/24, hosts: {nas: 192.168.10.20}}
        office: {lan: 172.19.50.0/24}
        shop: {lan: 192.168.30.0/24}
        rack: {lan: 192.168.40.0/24}
      nodes:
        hub: {hub: true, public: [203.0.113.1, "2001:db8:113::1"]}
        r-openwrt: {router: home, platform: openwrt}
        r-ros: {router: office, platform: routeros}
        g-networkd: {gateway: shop, source-nat: true, platform: networkd}
        g-nixos: {gateway: rack, static-route: true, platform: nixos}
        laptop: {roaming: true, platform: networkmanager, full-tunnel: true}
        dock: {public: 203.0.113.9, platform: docker}
        pve1: {public: 203.0.113.11, platform: proxmox}
        pve2: {public: 203.0.113.12, platform: proxmox}
        mac: {roaming: true, platform: macos}
        win: {roaming: true, platform: windows}
        phone: {roaming: true, platform: ios}
        droid: {roaming: true, platform: android}
      links:
        pve1 - pve2: direct
      policy:
        - phone may not reach rack
        - all may reach all
      """;

  @TempDir Path directory;
  private Path network;
  private Path out;
  private String printed = "";

  @BeforeEach
  void write() throws IOException {
    network = directory.resolve("every.yaml");
    out = directory.resolve("out");
    Files.writeString(network, NETWORK);
  }

  private int guywire(String... words) {
    var said = Said.by(words);
    printed = said.text();
    return said.code();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(out)) {
      return walk.filter(Files::isRegularFile)
          .map(out::relativize)
          .filter(file -> !file.equals(Path.of(".guywire-render")))
          .sorted()
          .toList();
    }
  }

  @Test
  void every_node_gets_the_files_of_its_platform_and_the_steps_to_set_it_up() throws IOException {
    assertThat(guywire("render", network.toString(), "--out", out.toString())).isZero();
    assertThat(files().stream().map(Path::toString))
        .contains(
            "hub/etc/wireguard/wg0.conf",
            "r-openwrt/guywire.uci",
            "r-ros/guywire.rsc",
            "g-networkd/etc/systemd/network/50-wg0.netdev",
            "g-nixos/guywire.nix",
            "laptop/etc/NetworkManager/system-connections/wg0.nmconnection",
            "dock/compose.yaml",
            "proxmox_cluster/etc/pve/sdn/fabrics.cfg",
            "mac/wg0.conf",
            "win/wg0.conf",
            "phone/wg0.png",
            "droid/wg0.qr.txt");
    try (Stream<Path> nodes = Files.list(out).filter(Files::isDirectory)) {
      assertThat(nodes).hasSize(14).allMatch(node -> Files.exists(node.resolve("README.md")));
    }
  }

  @Test
  void private_keys_stand_only_in_files_of_the_owner_in_directories_of_the_owner()
      throws IOException {
    Files.createDirectories(
        out.resolve("hub"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    guywire("render", network.toString(), "--out", out.toString());
    var keys = Stream.of("hub", "pve1", "phone", "g-nixos").map(this::key).toList();
    for (Path file : files()) {
      Path written = out.resolve(file);
      String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(written));
      String text = Files.readString(written, StandardCharsets.ISO_8859_1);
      boolean secret = keys.stream().anyMatch(text::contains);
      if (secret || file.toString().endsWith(".png")) {
        assertThat(mode).as(file.toString()).isEqualTo("rw-------");
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(written.getParent())))
            .as(file.toString())
            .isEqualTo("rwx------");
      }
    }
  }

  /** A node's private key as the key store beside the definition has it. */
  private String key(String node) {
    try (Stream<Path> walk = Files.walk(directory)) {
      Path file =
          walk.filter(path -> path.toString().contains(".keys/" + node + "."))
              .findFirst()
              .orElseThrow();
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void the_nodes_of_a_proxmox_cluster_share_one_fabric() throws IOException {
    guywire("render", network.toString(), "--out", out.toString(), "--node", "pve2");
    assertThat(files().stream().map(file -> file.getName(0).toString()).distinct())
        .containsExactly("proxmox_cluster", "pve2");
    String fabric = Files.readString(out.resolve("proxmox_cluster/etc/pve/sdn/fabrics.cfg"));
    assertThat(fabric)
        .contains("peers type=internal,node=pve2,node_iface=wg0,iface=wg0")
        .contains("peers type=internal,node=pve1,node_iface=wg0,iface=wg0")
        .contains("peers type=external,node=hub,iface=wg0");
    assertThat(out.resolve("pve2/etc/pve")).doesNotExist();
    assertThat(out.resolve("pve2/etc/guywire/firewall.nft")).exists();
  }

  @Test
  void a_node_can_be_written_for_another_platform() throws IOException {
    guywire("render", network.toString(), "--node", "mac", "--as", "ios", "--out", out.toString());
    assertThat(files().stream().map(Path::toString))
        .containsExactly("mac/README.md", "mac/wg0.conf", "mac/wg0.png", "mac/wg0.qr.txt");
    assertThat(Files.readString(out.resolve("mac/README.md"))).contains("iOS");
  }

  @Test
  void what_a_platform_cannot_do_makes_the_command_fail() {
    int code =
        guywire(
            "render", network.toString(), "--node", "r-ros", "--as", "android", "--out", "" + out);
    assertThat(code).isEqualTo(ExitCode.BROKEN);
    assertThat(printed).contains("Android can't pass on");
  }

  @Test
  void what_was_written_proves_as_the_definition_does() {
    guywire("render", network.toString(), "--out", out.toString());
    assertThat(guywire("check", out.toString())).as(printed).isZero();
    assertThat(printed).contains("errors 0");
  }

  @Test
  void a_wrong_word_gets_one_line_that_names_the_right_ones() {
    assertThat(guywire("render", network.toString(), "--as", "amiga", "--out", "" + out))
        .isEqualTo(ExitCode.UNREADABLE);
    assertThat(printed.strip().lines()).hasSize(1);
    assertThat(printed).contains("proxmox").contains("nixos");
    assertThat(guywire("render", network.toString())).isEqualTo(ExitCode.UNREADABLE);
    assertThat(guywire("render", network.toString(), "--out", "" + network))
        .isEqualTo(ExitCode.UNREADABLE);
    assertThat(printed.strip()).contains("is no directory");
  }

  @Test
  void a_node_that_left_takes_its_files_along_and_it_is_said() throws IOException {
    guywire("render", network.toString(), "--out", "" + out);
    Files.writeString(out.resolve("droid/README.md"), "my notes");
    Files.writeString(out.resolve("hub/mine.txt"), "my notes");
    var lines = NETWORK.lines().filter(line -> !line.strip().startsWith("droid:")).toList();
    Files.writeString(network, String.join("\n", lines));
    assertThat(guywire("render", network.toString(), "--out", "" + out)).as(printed).isZero();
    assertThat(printed.lines().toList())
        .containsOnlyOnce(
            "Removed, because it is no longer part of the network: droid/wg0.conf,"
                + " droid/wg0.png, droid/wg0.qr.txt")
        .containsOnlyOnce(
            "No longer part of the network, but left there, because somebody changed it:"
                + " droid/README.md");
    assertThat(files()).contains(Path.of("droid/README.md"), Path.of("hub/mine.txt"));
    assertThat(out.resolve("droid/wg0.conf")).doesNotExist();
  }

  @Test
  void what_guywire_did_not_write_is_overwritten_only_by_force() throws IOException {
    Files.createDirectories(out.resolve("hub"));
    Files.writeString(out.resolve("hub/README.md"), "my notes");
    String[] words = {"render", network.toString(), "--node", "hub", "--out", "" + out};
    assertThat(guywire(words)).isEqualTo(ExitCode.UNREADABLE);
    assertThat(printed.strip().lines()).hasSize(1);
    assertThat(printed).contains("hub/README.md").contains("--force");
    assertThat(files()).containsExactly(Path.of("hub/README.md"));
    assertThat(
            guywire(Stream.concat(Stream.of(words), Stream.of("--force")).toArray(String[]::new)))
        .isZero();
    assertThat(out.resolve("hub/README.md")).content().doesNotContain("my notes");
    Files.writeString(network, NETWORK.replace("network: every", "network: another"));
    assertThat(guywire(words)).isEqualTo(ExitCode.UNREADABLE);
    assertThat(printed.strip()).contains("another network, every.");
  }
}
