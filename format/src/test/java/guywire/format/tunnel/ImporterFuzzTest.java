package guywire.format.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import guywire.format.Formats;
import guywire.format.input.Imported;
import guywire.format.input.Importer;
import guywire.format.input.SourceFile;
import guywire.network.Name;
import guywire.network.Part;
import guywire.network.text.Finding;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;

/**
 * Hostile files. Without JAZZER_FUZZ=1 each test reads the kept inputs; with it, it makes up more.
 * Whatever the text, a reader ends, throws nothing, and every finding can be said. Jazzer's agent
 * slows the whole JVM down, hence the tag; {@link ImporterCorpusTest} reads the kept inputs always.
 */
@Tag("long")
class ImporterFuzzTest {

  private static final Name NODE = new Name("node");

  @FuzzTest(maxDuration = "60s")
  void openwrt(byte[] data) {
    read(new OpenWrtImporter(), data, "network", "guywire.uci");
  }

  @FuzzTest(maxDuration = "60s")
  void routeros(byte[] data) {
    read(new RouterOsImporter(), data, "router.rsc");
  }

  @FuzzTest(maxDuration = "60s")
  void networkd(byte[] data) {
    read(new NetworkdImporter(), data, "50-wg0.netdev", "50-wg0.network", "firewall.nft");
  }

  @FuzzTest(maxDuration = "60s")
  void networkManager(byte[] data) {
    read(new NetworkManagerImporter(), data, "wg0.nmconnection");
  }

  @FuzzTest(maxDuration = "60s")
  void proxmox(byte[] data) {
    read(new ProxmoxImporter(), data, "fabrics.cfg", "wg-keys.cfg");
  }

  @FuzzTest(maxDuration = "60s")
  void dump(byte[] data) {
    read(new WgDumpImporter(), data, "wg.dump");
  }

  @FuzzTest(maxDuration = "60s")
  void wgQuick(byte[] data) {
    read(new WgQuickImporter(), data, "wg0.conf");
  }

  @FuzzTest(maxDuration = "60s")
  void anything(byte[] data) {
    String text = new String(data, java.nio.charset.StandardCharsets.UTF_8);
    check(Formats.read(NODE, List.of(new SourceFile("file", text))));
  }

  /** A script beside a tunnel that it may be about. */
  @FuzzTest(maxDuration = "60s")
  void scripts(byte[] data) {
    String text = new String(data, java.nio.charset.StandardCharsets.UTF_8);
    var tunnel = new SourceFile("wg0.conf", "[Interface]\nAddress = 10.0.0.1/24\n");
    for (var name : List.of("setup.sh", "guide.md")) {
      check(Formats.read(NODE, List.of(tunnel, new SourceFile(name, text))));
    }
  }

  private static void read(Importer importer, byte[] data, String... names) {
    String text = new String(data, java.nio.charset.StandardCharsets.UTF_8);
    var files = java.util.Arrays.stream(names).map(name -> new SourceFile(name, text)).toList();
    check(importer.read(NODE, files));
  }

  static void check(List<Imported> read) {
    assertThat(read).isNotEmpty();
    for (var imported : read) {
      for (Finding finding : imported.findings()) {
        assertThat(finding.what().in(Locale.ENGLISH)).isNotBlank();
        assertThat(finding.mend().in(Locale.SIMPLIFIED_CHINESE)).isNotBlank();
      }
      for (var tunnel : imported.node().interfaces()) {
        for (int i = 0; i < tunnel.peers().size(); i++) {
          assertThat(imported.places().of(new Part.Peer(tunnel.name(), i)).file()).isNotEmpty();
        }
      }
      for (var platform : guywire.network.Platform.values()) {
        if (imported.node().interfaces().size() < 4) {
          Formats.renderer(platform).render(imported.node(), Locale.ENGLISH);
        }
      }
    }
  }
}
