package guywire.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import guywire.format.output.Rendering;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;

/**
 * As {@link InjectionTest}, whose seeds run always: with JAZZER_FUZZ=1 others are looked for. What
 * each renderer wrote has as many lines as for a plain node, but for those that say what is wrong.
 */
@Tag("long")
class InjectionFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void hostile_fields_make_no_lines(long seed) {
    for (var platform : Platform.values()) {
      var node = HostileNode.of(seed, platform);
      var written = lines(node);
      if (written.isEmpty() && rendering(node).hasErrors()) {
        // Refused as a whole: then nothing is written, and nothing is in it.
        continue;
      }
      assertThat(written)
          .as("%s, seed %d", platform, seed)
          .isEqualTo(lines(HostileNode.plain(node)));
    }
  }

  private static Rendering rendering(NodeConfig node) {
    return Formats.renderer(node.platform()).render(node, Locale.ENGLISH);
  }

  /** What each line of the files that configure the tunnel begins with; a QR code has none. */
  private static List<String> lines(NodeConfig node) {
    String name = node.interfaces().getFirst().name().text();
    return rendering(node).files().stream()
        .filter(file -> file.isSecret() && !file.path().matches(".*\\.(png|qr\\.txt)"))
        .flatMap(file -> file.text().lines())
        .map(line -> line.replaceFirst("[ =].*", ""))
        .toList();
  }
}
