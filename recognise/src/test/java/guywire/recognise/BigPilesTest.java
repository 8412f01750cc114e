package guywire.recognise;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Network;
import guywire.network.Platform;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * GivenFiles of many hosts. What is written of them grows with the hosts, never with their pairs;
 * how long it takes is measured by {@code bench/prover}.
 */
class BigPilesTest {

  private static Network planned(String yaml) {
    var definition = Definition.parse("big.yaml", yaml).definition().orElseThrow();
    return Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
  }

  private static String lines(int count, String line) {
    return IntStream.range(0, count)
        .mapToObj(i -> "  " + line.replace("#", String.valueOf(i)) + "\n")
        .collect(Collectors.joining());
  }

  /** The definition that comes back, after it was held against the network it was made from. */
  private static String cameBack(Network network) {
    var recognition = GivenFiles.rendered(network, node -> Platform.LINUX).recognise();
    var diff = recognition.diff().orElseThrow();
    assertThat(diff.gained()).isEmpty();
    assertThat(diff.lost()).isEmpty();
    assertThat(recognition.findings())
        .as("at most a few words for each host")
        .hasSizeLessThan(2 * network.nodes().size());
    return GivenFiles.bare(recognition);
  }

  @Test
  void a_hub_with_two_hundred_sites_comes_back_with_a_few_lines_for_each() {
    String bare =
        cameBack(
            planned(
                "network: big\noverlay: 10.64.0.0/12\nsites:\n"
                    + lines(200, "s#: {lan: 172.20.#.0/24}")
                    + "nodes:\n  hub: {hub: true, public: 203.0.113.1}\n"
                    + lines(200, "g#: {router: s#}")));
    assertThat(bare).contains("hub: true").doesNotContain("links:");
    assertThat(bare.lines()).hasSizeLessThan(200 * 7);
    assertThat(bare.lines().filter(line -> line.contains("lan: 172.20."))).hasSize(200);
  }

  @Test
  void a_mesh_of_a_hundred_servers_comes_back_without_a_word_about_pairs() {
    String bare =
        cameBack(
            planned(
                "network: big\noverlay: 10.64.0.0/12\ntopology: mesh\nnodes:\n"
                    + lines(100, "n#: {public: 203.0.113.#}")));
    assertThat(bare).doesNotContain("links:").doesNotContain("policy:");
    assertThat(bare.lines()).hasSizeLessThan(100 * 5);
  }

  @Test
  void the_places_that_a_mesh_does_without_are_said_pair_by_pair() {
    String bare =
        cameBack(
            planned(
                "network: big\noverlay: 10.64.0.0/12\ntopology: mesh\nnodes:\n"
                    + lines(60, "n#: {public: 203.0.113.#}")
                    + "links:\n  n3 - n7: none\n  n20 - n41: none\n"));
    assertThat(bare.lines().filter(line -> line.contains(": none"))).hasSize(2);
    assertThat(bare.lines()).hasSizeLessThan(60 * 5);
  }
}
