package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.Name;
import guywire.plan.KeyStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of one node on its own host: whose keys are made there. */
class NodeInputTest {

  private static final String DEFINITION =
      """
      network: pair
      overlay: 10.9.0.0/24
      preshared-keys: false
      nodes:
        a: {public: 203.0.113.1%s}
        b: {public: 203.0.113.2%s}
      """;

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    file = directory.resolve("pair.yaml");
    Files.writeString(file, DEFINITION.formatted("", ""));
  }

  private boolean hasKey(String node) {
    return Files.exists(directory.resolve("pair.keys/" + node + ".key"));
  }

  @Test
  void a_host_makes_its_own_key_and_asks_for_those_of_the_others() {
    assertThatThrownBy(() -> NodeInput.of(file, Optional.of("a")))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("the keys of b are not known here");
    assertThat(hasKey("a")).isTrue();
    assertThat(hasKey("b")).isFalse();
  }

  @Test
  void two_hosts_that_carry_their_public_keys_over_have_each_others() throws IOException {
    var a = KeyStore.directory(directory.resolve("pair.keys")).privateKey(new Name("a"));
    var b = KeyStore.ofSeed(1).privateKey(new Name("b"));
    Files.writeString(
        file,
        DEFINITION.formatted(
            ", public-key: \"" + a.publicKey() + "\"", ", public-key: \"" + b.publicKey() + "\""));

    var input = NodeInput.of(file, Optional.of("a"));
    var tunnel = input.config().interfaces().getFirst();
    assertThat(tunnel.privateKey()).contains(a);
    assertThat(tunnel.peers()).allMatch(peer -> peer.publicKey().equals(b.publicKey()));
    assertThat(input.made()).isEmpty();
    assertThat(hasKey("b")).isFalse();
  }

  @Test
  void keys_that_were_rendered_and_brought_here_are_used() {
    DefinitionInput.of(file, DefinitionInput.KeySource.KEPT);
    var b = KeyStore.directory(directory.resolve("pair.keys")).privateKey(new Name("b"));
    var tunnel = NodeInput.of(file, Optional.of("a")).config().interfaces().getFirst();
    assertThat(tunnel.peers()).allMatch(peer -> peer.publicKey().equals(b.publicKey()));
  }
}
