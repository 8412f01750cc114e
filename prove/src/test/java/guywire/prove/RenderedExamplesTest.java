package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.input.Imported;
import guywire.format.output.Rendering;
import guywire.network.NodeConfig;
import guywire.network.Platform;
import guywire.network.text.Finding;
import guywire.network.text.Severity;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No false alarm: what Guywire writes for the example networks, in every format that can be read
 * again, is read and checked without an error or a warning, but for what the format can't express
 * and its renderer said so.
 */
class RenderedExamplesTest {

  private static final List<Platform> PLATFORMS =
      List.of(
          Platform.LINUX,
          Platform.OPENWRT,
          Platform.ROUTEROS,
          Platform.NETWORKD,
          Platform.NETWORKMANAGER,
          Platform.DOCKER,
          Platform.PROXMOX,
          Platform.IOS);

  static Stream<Arguments> examplesAndPlatforms() throws IOException {
    return ExamplesTest.examples()
        .flatMap(example -> PLATFORMS.stream().map(platform -> Arguments.of(example, platform)));
  }

  @ParameterizedTest
  @MethodSource("examplesAndPlatforms")
  void nothing_is_called_a_fault(String example, Platform platform) {
    var definition = Definition.read(Path.of("../examples", example)).definition().orElseThrow();
    var network = Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
    var imported = new ArrayList<Imported>();
    var admitted = new HashSet<String>();
    for (var node : network.nodes()) {
      var rendering = rendering(node, platform);
      rendering.findings().stream()
          .filter(finding -> finding.severity() != Severity.INFO)
          .forEach(finding -> admitted.add(finding.code() + " " + node.name()));
      imported.addAll(Formats.read(node.name(), OnDisk.files(rendering)));
    }
    var subject = Assembly.of(network.name(), imported, OnDisk.facts(network));
    assertThat(Faults.in(subject))
        .filteredOn(finding -> finding.severity() != Severity.INFO)
        .filteredOn(finding -> !admitted.contains(finding.code() + " " + finding.node().orElse("")))
        .extracting(RenderedExamplesTest::shown)
        .isEmpty();
  }

  /** A node written for a platform, or for its own if that one can't express it. */
  private static Rendering rendering(NodeConfig node, Platform platform) {
    var wanted = Formats.renderer(platform).render(node, Locale.ENGLISH);
    boolean refused =
        wanted.findings().stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
    return refused ? Formats.renderer(node.platform()).render(node, Locale.ENGLISH) : wanted;
  }

  private static String shown(Finding finding) {
    return finding.code()
        + " "
        + finding.node().orElse("")
        + " "
        + finding.place()
        + " "
        + finding.what();
  }
}
