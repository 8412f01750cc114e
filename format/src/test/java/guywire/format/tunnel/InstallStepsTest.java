package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.input.SourceFile;
import guywire.format.output.RenderedFile;
import guywire.format.output.RenderedFiles;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the READMEs have their reader type: no key of a host may be lost by it. */
class InstallStepsTest {

  private static final String KEY = "aCPlg3f6rGxTNXqbMLSXUcBPVTYdlVIgMpj3gmCWmEw=";
  private static final String OTHER = "QJPTTzVhJfNdhfDDJtGnVj7AfyM1SbPOG/Yfv+d8b3o=";

  @TempDir Path root;
  private Path rendered;

  @BeforeEach
  void make() throws IOException {
    rendered = Files.createDirectory(root.resolve("rendered"));
    for (var directory :
        List.of("etc/wireguard", "etc/systemd/network", "etc/NetworkManager/system-connections")) {
      Files.createDirectories(root.resolve(directory));
    }
  }

  /** A node as the host's own file says it, with or without its key. */
  private static NodeConfig node(Platform platform, String key) {
    String line = key.isEmpty() ? "" : "PrivateKey = " + key + "\n";
    String text =
        "[Interface]\nAddress = 10.0.0.1/24\nListenPort = 51820\n"
            + line
            + "[Peer]\nPublicKey = "
            + PrivateKey.parse(OTHER).orElseThrow().publicKey()
            + "\nAllowedIPs = 10.0.0.2/32\n";
    return new WgQuickImporter()
        .read(new Name("host"), List.of(new SourceFile("wg0.conf", text)))
        .getFirst()
        .node()
        .on(platform);
  }

  /** Types the commands of the README's first step, on a host whose root is {@code root}. */
  private void install(NodeConfig node) throws IOException, InterruptedException {
    var rendering = Formats.render(List.of(node), Locale.ENGLISH).getFirst().rendering();
    new RenderedFiles(rendering.files()).writeTo(rendered);
    String readme = rendering.file("README.md").orElseThrow().text();
    var commands = new ArrayList<String>();
    for (String line :
        readme.substring(readme.indexOf("\n1. "), readme.indexOf("\n2. ")).split("\n")) {
      if (line.startsWith("   ") && !line.contains("```")) {
        commands.add(
            line.strip()
                .replaceAll("(?<=[ (])/etc/", root + "/etc/")
                .replaceAll("-o root -g [a-z-]+ ", "")
                .replaceAll("^(chgrp|wg pubkey) .*", "true"));
      }
    }
    assertThat(commands).isNotEmpty();
    var process =
        new ProcessBuilder("sh", "-c", String.join("\n", commands))
            .directory(rendered.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(commands + "\n" + said).isZero();
  }

  /** Every file of the host in which a key stands. */
  private List<Path> holders(String key) throws IOException {
    try (Stream<Path> walk = Files.walk(root.resolve("etc"))) {
      return walk.filter(Files::isRegularFile)
          .filter(file -> {
            try {
              return Files.readString(file).contains(key);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          })
          .map(file -> file.getFileName())
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Platform.class,
      names = {"LINUX", "NETWORKD", "NETWORKMANAGER"})
  void a_key_that_only_the_device_has_stays_in_use(Platform platform) throws Exception {
    install(node(platform, KEY));
    int before = holders(KEY).size();
    install(node(platform, ""));
    assertThat(holders(KEY)).hasSizeGreaterThanOrEqualTo(before);
    var now = Files.readString(root.resolve("etc").resolve(file(platform)));
    assertThat(now).contains(platform == Platform.NETWORKD ? "PrivateKeyFile" : KEY);
    if (platform == Platform.NETWORKD) {
      assertThat(holders(KEY)).contains(Path.of("wg0.key"));
    }
    install(node(platform, ""));
    assertThat(Files.readString(root.resolve("etc").resolve(file(platform)))).isEqualTo(now);
  }

  @ParameterizedTest
  @EnumSource(
      value = Platform.class,
      names = {"LINUX", "NETWORKD", "NETWORKMANAGER"})
  void what_another_file_replaces_stays_beside_it(Platform platform) throws Exception {
    install(node(platform, KEY));
    install(node(platform, OTHER));
    assertThat(holders(KEY)).hasSize(1).allMatch(file -> file.toString().endsWith(".~1~"));
    assertThat(holders(OTHER)).contains(Path.of(file(platform)).getFileName());
  }

  private static String file(Platform platform) {
    return switch (platform) {
      case NETWORKD -> "systemd/network/50-wg0.netdev";
      case NETWORKMANAGER -> "NetworkManager/system-connections/wg0.nmconnection";
      default -> "wireguard/wg0.conf";
    };
  }

  @Test
  void a_host_without_the_key_keeps_its_file_and_is_told() throws Exception {
    Path file = Files.writeString(root.resolve("etc/wireguard/wg0.conf"), "[Interface]\n");
    try {
      install(node(Platform.LINUX, ""));
    } catch (AssertionError e) {
      assertThat(file).hasContent("[Interface]\n");
      return;
    }
    throw new AssertionError("a file without key was installed");
  }

  @Test
  void a_router_keeps_the_key_that_only_it_has() {
    for (var platform : List.of(Platform.OPENWRT, Platform.ROUTEROS)) {
      var files =
          Formats.render(List.of(node(platform, "")), Locale.ENGLISH).getFirst().rendering();
      String all =
          files.files().stream().map(RenderedFile::text).reduce("", (one, other) -> one + other);
      assertThat(all)
          .doesNotContain("/interface/wireguard/remove", "uci -q delete network.wg0 ")
          .doesNotContain("private_key='", "private-key=");
    }
  }

  @Test
  void a_router_shows_what_it_had_before() {
    var openwrt = Formats.render(List.of(node(Platform.OPENWRT, KEY)), Locale.ENGLISH).getFirst();
    assertThat(openwrt.rendering().file("setup.sh").orElseThrow().text())
        .containsSubsequence("cp -p /etc/config/$file", "uci -q delete");
    var routeros = Formats.render(List.of(node(Platform.ROUTEROS, KEY)), Locale.ENGLISH).getFirst();
    assertThat(routeros.rendering().file("README.md").orElseThrow().text())
        .containsSubsequence("/export show-sensitive", "/import file-name");
  }
}
