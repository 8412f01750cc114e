package guywire.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.format.input.SourceFile;
import guywire.format.output.RenderedFile;
import guywire.format.syntax.DomainName;
import guywire.format.tunnel.NetworkManagerImporter;
import guywire.format.tunnel.WgQuickImporter;
import guywire.network.Hook;
import guywire.network.InterfaceName;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Hostile text in every field: what the program of each target reads from our files differs from
 * the plain node's by the value alone. Each node comes from a seed that is named when it fails.
 */
class InjectionTest {

  private static final int SEEDS = 60;

  @TempDir Path directory;

  private static List<RenderedFile> files(NodeConfig node) {
    return Formats.renderer(node.platform()).render(node, Locale.ENGLISH).files();
  }

  private static String file(NodeConfig node, String ending) {
    return files(node).stream()
        .filter(file -> file.path().endsWith(ending))
        .findFirst()
        .orElseThrow()
        .text();
  }

  @ParameterizedTest
  @EnumSource(Platform.class)
  void no_file_has_a_line_more_than_the_plain_node_s(Platform platform) {
    for (long seed = 0; seed < SEEDS; seed++) {
      for (var file : files(HostileNode.of(seed, platform))) {
        if (file.path().endsWith(".png")) {
          continue;
        }
        String as = platform + ", seed " + seed + ": " + file.path();
        assertThat(file.path()).as(as).matches("[A-Za-z0-9_=+./@-]+").doesNotContain("..", "//");
        assertThat(file.text()).as(as).doesNotContain("\0", "\u001b", "\u202e", "\u200b", "\u2028");
        assertThat(file.text().lines().map(String::strip))
            .as(as)
            .noneMatch(line -> line.equals("reboot") || line.startsWith("PostUp = reboot\n"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"echo\nreboot", "echo\0", "\n[Peer]"})
  void a_hook_is_one_line(String command) {
    assertThatThrownBy(() -> new Hook(Hook.When.POST_UP, command))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help", "a b", "a/b", "..", "a\n", "$x"})
  void an_interface_s_name_is_no_option_and_no_path(String name) {
    assertThat(InterfaceName.tryParse(name)).isEmpty();
  }

  @Test
  void wg_quick_finds_the_same_settings_in_the_same_sections() throws Exception {
    var list = new ArrayList<String>();
    for (long seed = 0; seed < SEEDS / 4; seed++) {
      for (var platform : List.of(Platform.LINUX, Platform.DOCKER, Platform.IOS)) {
        var node = HostileNode.of(seed, platform);
        Path conf =
            Files.createDirectories(directory.resolve(platform + "" + seed)).resolve("wg0.conf");
        Files.writeString(conf, file(node, ".conf"));
        list.add(conf.toString());
        var read =
            new WgQuickImporter()
                .read(node.name(), List.of(new SourceFile("wg0.conf", Files.readString(conf))))
                .getFirst()
                .node();
        assertThat(read.hooks().stream().map(Hook::command))
            .as("%s, seed %d", platform, seed)
            .isEqualTo(node.hooks().stream().map(hook -> hook.command().strip()).toList());
      }
    }
    String each =
        """
        while read file; do
          chmod 600 "$file"
          wg-quick strip "$file" | sed 's/^Endpoint = .*:/Endpoint = 192.0.2.1:/' > "$file.stripped"
          sed 's/ *=.*//' "$file.stripped" | grep -v -e '^#' -e '^$' | paste -sd, -
          wg setconf no-such-wg "$file.stripped" 2>&1 | grep -v -e '^Unable to modify interface: ' \
            -e 'nonzero host part'
        done < %s
        """
            .formatted(Files.write(directory.resolve("list"), list));
    var said = Program.run("sh", "-c", each).output().lines().toList();
    assertThat(said).hasSameSizeAs(list);
    String peer = "[Interface],PrivateKey,ListenPort,[Peer],PublicKey,%s,PersistentKeepalive";
    assertThat(said)
        .isSubsetOf(peer.formatted("Endpoint,AllowedIPs"), peer.formatted("AllowedIPs,Endpoint"));
  }

  @Test
  void nft_loads_as_many_rules_and_has_each_comment_as_it_was() throws Exception {
    var script = new ArrayList<String>();
    for (int seed = 0; seed < SEEDS; seed++) {
      var node = HostileNode.of(seed, Platform.LINUX);
      Path hostile = Files.writeString(directory.resolve("h" + seed), Nftables.script(node));
      Path plain =
          Files.writeString(
              directory.resolve("p" + seed), Nftables.script(HostileNode.plain(node)));
      for (var file : List.of(hostile, plain)) {
        script.add(
            "nft flush ruleset; nft -f " + file + " && nft list ruleset > " + file + ".read");
      }
    }
    var ran = Program.run("unshare", "-n", "sh", "-c", String.join("\n", script));
    assertThat(ran.output()).isEmpty();
    for (int seed = 0; seed < SEEDS; seed++) {
      var node = HostileNode.of(seed, Platform.LINUX);
      var hostile = Files.readAllLines(directory.resolve("h" + seed + ".read"));
      String name = node.interfaces().getFirst().name().text();
      var comments = node.firewall().input().stream().map(rule -> rule.comment()).toList();
      var read =
          hostile.stream()
              .map(line -> without(line, comments).replace("\"" + name + "\"", "\"wg0\""))
              .toList();
      assertThat(read)
          .as("seed %d", seed)
          .isEqualTo(
              Files.readAllLines(directory.resolve("p" + seed + ".read")).stream()
                  .map(line -> without(line, List.of("plain")))
                  .toList());
    }
  }

  /** A line of nft without the comment at its end, which is one of these. */
  private static String without(String line, List<String> comments) {
    for (var comment : comments) {
      String end = " comment \"" + comment + "\"";
      if (!comment.isEmpty() && line.endsWith(end)) {
        return line.substring(0, line.length() - end.length());
      }
    }
    return line;
  }

  @Test
  void nix_evaluates_to_the_same_set_with_the_values_as_they_were() throws Exception {
    Path nix = Path.of("../scripts/nix-instantiate").toAbsolutePath().normalize();
    var shapes = new ArrayList<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      var node = HostileNode.of(seed, Platform.NIXOS);
      Path module = directory.resolve(seed + ".nix");
      Files.writeString(module, file(node, "guywire.nix"));
      shapes.add(module.toString());
    }
    // The names of what is set, wherever; a peer's endpoint and the interface's name as they are.
    String expression =
        "map (file: let m = import file { pkgs = { nftables = \"nft\"; }; };"
            + " i = m.networking.wg-quick.interfaces; n = builtins.head (builtins.attrNames i);"
            + " in { top = builtins.attrNames m; count = builtins.length (builtins.attrNames i);"
            + " name = n; set = builtins.attrNames i.${n};"
            + " endpoint = (builtins.head i.${n}.peers).endpoint; }) [ "
            + String.join(" ", shapes)
            + " ]";
    var read =
        Program.run(nix.toString(), "--eval", "--strict", "--json", "-E", expression).output();
    String json = read.substring(read.indexOf('['));
    for (long seed = 0; seed < SEEDS; seed++) {
      var tunnel = HostileNode.of(seed, Platform.NIXOS).interfaces().getFirst();
      assertThat(json)
          .contains(
              "{\"count\":1,\"endpoint\":\""
                  + tunnel.peers().getFirst().endpoint().orElseThrow()
                  + "\",\"name\":\""
                  + tunnel.name()
                  + "\",\"set\":[\"address\",\"dns\",\"listenPort\",\"mtu\",\"peers\","
                  + "\"privateKeyFile\"]");
    }
  }

  @Test
  void network_manager_reads_what_was_meant() throws Exception {
    Path nmcli = Path.of("../scripts/nmcli").toAbsolutePath().normalize();
    for (long seed = 0; seed < SEEDS / 4; seed++) {
      var node = HostileNode.of(seed, Platform.NETWORKMANAGER);
      Path written = directory.resolve("x.nmconnection");
      Files.writeString(written, file(node, ".nmconnection"));
      var printed =
          Program.run(
              "sh",
              "-c",
              nmcli + " --offline connection modify connection.autoconnect yes < " + written);
      assertThat(printed.status()).as("seed %d: %s", seed, printed.output()).isZero();
      var read =
          new NetworkManagerImporter()
              .read(node.name(), List.of(new SourceFile("x.nmconnection", printed.output())))
              .getFirst();
      var expected = node.interfaces().getFirst();
      var tunnel = read.node().interfaces().getFirst();
      assertThat(tunnel.name()).isEqualTo(expected.name());
      assertThat(tunnel.peers().getFirst().endpoint())
          .isEqualTo(expected.peers().getFirst().endpoint());
      assertThat(tunnel.dns().searchDomains())
          .isEqualTo(expected.dns().searchDomains().stream().filter(DomainName::is).toList());
    }
  }

  @Test
  void a_compose_file_has_one_service_with_the_same_keys() {
    for (long seed = 0; seed < SEEDS; seed++) {
      var node = HostileNode.of(seed, Platform.DOCKER);
      var read =
          new Load(LoadSettings.builder().build()).loadFromString(file(node, "compose.yaml"));
      assertThat(read).as("seed %d", seed).isInstanceOf(Map.class);
      var services = (Map<?, ?>) ((Map<?, ?>) read).get("services");
      assertThat(services.keySet()).hasToString("[wireguard]");
      var service = (Map<?, ?>) services.get("wireguard");
      assertThat(service.get("container_name")).isEqualTo("guywire-" + node.name().label());
      assertThat(service.keySet())
          .isEqualTo(
              ((Map<?, ?>)
                      ((Map<?, ?>)
                              ((Map<?, ?>)
                                      new Load(LoadSettings.builder().build())
                                          .loadFromString(
                                              file(HostileNode.plain(node), "compose.yaml")))
                                  .get("services"))
                          .get("wireguard"))
                  .keySet());
    }
  }

  /** An image's name alone means another program tomorrow. */
  @Test
  void the_image_of_a_compose_file_is_a_certain_version() {
    String compose = file(HostileNode.of(1, Platform.DOCKER), "compose.yaml");
    var image = Pattern.compile("image: (\\S+)").matcher(compose);
    assertThat(image.find()).isTrue();
    assertThat(image.group(1)).matches("[a-z0-9./-]+:[0-9.]+-r[0-9]+-ls[0-9]+");
  }

  @ParameterizedTest
  @EnumSource(Platform.class)
  void a_shell_takes_every_line_of_a_guide_and_every_script(Platform platform) throws Exception {
    var scripts = new ArrayList<String>();
    for (long seed = 0; seed < SEEDS; seed++) {
      for (var file : files(HostileNode.of(seed, platform))) {
        String text = file.path().equals("README.md") ? commands(file.text()) : file.text();
        if (file.path().equals("README.md") || file.path().endsWith(".sh")) {
          scripts.add(Files.writeString(directory.resolve("s" + scripts.size()), text).toString());
        }
      }
    }
    String each = "for file; do bash -n \"$file\" || echo \"$file\"; done";
    var command = new ArrayList<>(List.of("bash", "-c", each, "bash"));
    command.addAll(scripts);
    boolean shell = platform != Platform.ROUTEROS && platform != Platform.NIXOS;
    if (shell) {
      assertThat(Program.run(command.toArray(String[]::new)).output()).isEmpty();
    }
  }

  /** What a guide tells people to type. */
  private static String commands(String guide) {
    var lines = new StringBuilder();
    boolean code = false;
    for (var line : guide.lines().toList()) {
      if (line.strip().equals("```")) {
        code = !code;
      } else if (code) {
        lines.append(line.strip()).append('\n');
      }
    }
    return lines.toString();
  }
}
