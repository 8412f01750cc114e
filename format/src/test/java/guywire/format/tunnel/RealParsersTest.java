package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.Program;
import guywire.format.SampleNodes;
import guywire.format.TunnelNames;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.TunnelInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs that read our files on a device read them here. */
class RealParsersTest {

  @TempDir Path directory;

  @Test
  void systemd_networkd_has_nothing_to_say_about_our_files() throws Exception {
    var names = new ArrayList<String>();
    for (int seed = 0; seed < 60; seed++) {
      var node = SampleNodes.random(seed, Platform.NETWORKD);
      for (var file : new NetworkdRenderer().render(node, Locale.ENGLISH).files()) {
        if (file.path().contains("/network/")) {
          // One run reads them all, so each interface gets a name of its own.
          String number = String.valueOf(seed);
          String name = file.path().replace("wg0", "a" + number).replace("wg_b", "b" + number);
          String text = file.text().replace("wg0", "a" + number).replace("wg_b", "b" + number);
          names.add(Path.of(name).getFileName().toString());
          Files.writeString(directory.resolve(names.getLast()), text);
        }
      }
    }
    Files.writeString(
        directory.resolve("99-wrong.netdev"), "[NetDev]\nName=x\nKind=dummy\nFoo=1\n");
    Files.writeString(
        directory.resolve("99-wrong.network"), "[Match]\nName=x\n[Network]\nAddress=nonsense\n");
    var said =
        Networkd.reading(directory)
            .output()
            .lines()
            .filter(line -> line.startsWith("/run/systemd/network/"))
            .toList();
    assertThat(said).anyMatch(line -> line.contains("99-wrong.netdev"));
    assertThat(said).anyMatch(line -> line.contains("99-wrong.network"));
    assertThat(said).allMatch(line -> line.contains("99-wrong"));
    assertThat(names).hasSizeGreaterThan(120);
  }

  @Test
  void network_manager_reads_from_our_keyfiles_what_we_meant() throws Exception {
    Path nmcli = Path.of("../scripts/nmcli").toAbsolutePath().normalize();
    for (long seed = 0; seed < 20; seed++) {
      var node = SampleNodes.random(seed, Platform.NETWORKMANAGER);
      var files = new NetworkManagerRenderer().render(node, Locale.ENGLISH).files();
      var read = new ArrayList<SourceFile>();
      for (var file : files) {
        if (file.path().endsWith(".nmconnection")) {
          Path written = directory.resolve(Path.of(file.path()).getFileName());
          Files.writeString(written, file.text());
          var printed =
              Program.run(
                  "sh",
                  "-c",
                  nmcli + " --offline connection modify connection.autoconnect yes < " + written);
          assertThat(printed.status()).as(printed.output()).isZero();
          read.add(new SourceFile(file.path(), printed.output()));
        }
      }
      var imported = new NetworkManagerImporter().read(new Name("x"), read).getFirst();
      assertThat(imported.findings()).filteredOn(f -> !f.code().equals("F54")).isEmpty();
      assertThat(tunnels(imported.node())).isEqualTo(tunnels(node));
      assertThat(imported.node().routes()).isEqualTo(node.routes());
    }
  }

  /**
   * wg reads a whole file before it looks for the interface, so that a missing one is all that it
   * may complain of. It looks names up while it reads; none are known here.
   */
  @Test
  void wg_and_wg_quick_take_every_file_that_is_written_for_them() throws Exception {
    var lines = new ArrayList<String>();
    for (long seed = 0; seed < 40; seed++) {
      for (var platform : List.of(Platform.LINUX, Platform.DOCKER, Platform.IOS)) {
        var node = SampleNodes.random(seed, platform);
        for (var file : Formats.renderer(platform).render(node, Locale.ENGLISH).files()) {
          if (file.path().endsWith(".conf") && file.isSecret()) {
            Path written = Files.createDirectory(directory.resolve("f" + lines.size()));
            Path conf = written.resolve(Path.of(file.path()).getFileName());
            Files.writeString(conf, file.text());
            lines.add(conf.toString());
          }
        }
      }
    }
    Path wrong = directory.resolve("wrong.conf");
    Files.writeString(wrong, "[Interface]\nListenPort = 51820\n[Peer]\nAllowedIPs = 10.0.0.0/99\n");
    lines.add(wrong.toString());
    String each =
        """
        while read file; do
          chmod 600 "$file"
          wg-quick strip "$file" | sed 's/vpn\\.example\\.net/192.0.2.1/' > "$file.stripped"
          [ -s "$file.stripped" ] || echo "strip $file"
          wg setconf no-such-wg "$file.stripped" 2>&1 | grep -v -e '^Unable to modify interface: ' \
            -e 'nonzero host part' | sed "s|^|$file: |"
        done < %s
        """
            .formatted(Files.write(directory.resolve("list"), lines));
    var said = Program.run("sh", "-c", each).output().lines().toList();
    assertThat(lines).hasSizeGreaterThan(100);
    assertThat(said).isNotEmpty().allMatch(line -> line.startsWith(wrong.toString()));
  }

  @Test
  void nix_parses_every_module() throws Exception {
    Path nix = Path.of("../scripts/nix-instantiate").toAbsolutePath().normalize();
    var command = new ArrayList<>(List.of(nix.toString(), "--parse"));
    for (long seed = 0; seed < 40; seed++) {
      var node = SampleNodes.random(seed, Platform.NIXOS);
      var module =
          new NixOsRenderer().render(node, Locale.ENGLISH).file("guywire.nix").orElseThrow();
      Path written = directory.resolve(seed + ".nix");
      Files.writeString(written, module.text());
      command.add(written.toString());
    }
    var parsed = Program.run(command.toArray(String[]::new));
    assertThat(parsed.status()).as(parsed.output()).isZero();
    assertThat(parsed.output().lines().filter(line -> line.startsWith("({ pkgs"))).hasSize(40);
    Path wrong = directory.resolve("wrong.nix");
    Files.writeString(wrong, "{ pkgs, ... }: { a = ; }");
    assertThat(Program.run(nix.toString(), "--parse", wrong.toString()).status()).isNotZero();
  }

  private static List<TunnelInterface> tunnels(NodeConfig node) {
    return node.interfaces().stream().map(TunnelNames::without).toList();
  }
}
