package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.json.KeyRing;
import guywire.network.json.NetworkDocument;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeDocument;
import guywire.network.json.NodeId;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Networks that people would have, written as documents and read again. */
class DocumentsTest {

  private static final int SEEDS = 2000;

  private static void comesBack(String what, Network network) {
    var random = new Random(1);
    var ids = new TreeMap<Name, NodeId>();
    network.nodes().forEach(node -> ids.put(node.name(), NodeId.random(random)));
    var document = new NetworkDocument(NetworkId.random(random), 1, ids, network);
    var keys = KeyRing.of(network);
    // Where two nodes have one key, only the key ring of each tells whose secrets are whose.
    if (haveKeysOfTheirOwn(network)) {
      assertThat(NetworkDocument.read(document.write(), keys)).as(what).isEqualTo(document);
    }
    for (NodeConfig node : network.nodes()) {
      var handed = document.node(node.name()).orElseThrow();
      assertThat(NodeDocument.read(handed.write(), KeyRing.of(node)).config())
          .as(what)
          .isEqualTo(node.withoutHooks());
    }
  }

  private static boolean haveKeysOfTheirOwn(Network network) {
    var all =
        network.nodes().stream()
            .flatMap(node -> node.interfaces().stream())
            .flatMap(tunnel -> tunnel.publicKey().stream())
            .toList();
    return new HashSet<>(all).size() == all.size();
  }

  @Test
  void every_example_comes_back_as_it_was() throws IOException {
    try (var files = Files.list(Path.of("../examples"))) {
      for (var file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        var definition = Definition.read(file).definition().orElseThrow();
        comesBack(
            file.toString(), Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow());
      }
    }
  }

  @Test
  void random_networks_come_back_as_they_were_also_broken_ones() {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomNetwork.of(seed).ifPresent(n -> comesBack(n.toString(), n.network()));
    }
  }
}
