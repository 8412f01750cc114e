package guywire.network.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Promise;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents of nodes and networks: written, read, refused. */
class DocumentTest {

  private static final int SEEDS = 150;

  private static NodeDocument node(long seed) {
    var random = new Random(seed);
    var config = new RandomValues(random).of(NodeConfig.class);
    return new NodeDocument(
        Optional.of(NetworkId.random(random)), NodeId.random(random), seed, config);
  }

  private static NetworkDocument network(long seed) {
    var random = new Random(seed);
    var values = new RandomValues(random);
    var nodes = new TreeMap<Name, NodeConfig>();
    for (int i = random.nextInt(4); i > 0; i--) {
      var config = values.of(NodeConfig.class);
      nodes.put(config.name(), config);
    }
    var some = values.of(Network.class);
    var network =
        new Network(
            some.name(),
            some.underlay(),
            List.copyOf(nodes.values()),
            some.promises(),
            some.lookups());
    var ids = new TreeMap<Name, NodeId>();
    nodes.keySet().forEach(name -> ids.put(name, NodeId.random(random)));
    return new NetworkDocument(NetworkId.random(random), seed, ids, network);
  }

  @Test
  void what_is_written_is_read_as_an_equal_value() {
    for (long seed = 0; seed < SEEDS; seed++) {
      var node = node(seed);
      assertThat(NodeDocument.read(node.write(), KeyRing.of(node.config())))
          .as("seed %d", seed)
          .isEqualTo(node);
      var network = network(seed);
      var read = NetworkDocument.read(network.write(), KeyRing.of(network.network()));
      assertThat(read).as("seed %d", seed).isEqualTo(network);
      assertThat(read.write()).as("seed %d", seed).isEqualTo(network.write());
    }
  }

  @Test
  void neither_a_secret_nor_a_hook_is_in_a_document() {
    for (long seed = 0; seed < 40; seed++) {
      var network = network(seed).network();
      var config = node(seed + 10_000).config();
      var withHook =
          config.completedBy(
              new NodeConfig(
                  config.name(),
                  config.platform(),
                  List.of(),
                  List.of(),
                  config.forwardIpv4(),
                  config.forwardIpv6(),
                  config.firewall(),
                  List.of(),
                  Optional.empty(),
                  List.of(RandomValues.hook())));
      String text =
          new NodeDocument(Optional.empty(), new NodeId("0".repeat(32)), 0, withHook).write()
              + network(seed).write();
      assertThat(text).doesNotContain("secret-command").doesNotContain("private-key");
      for (var node :
          List.of(network.nodes(), List.of(withHook)).stream().flatMap(List::stream).toList()) {
        for (var tunnel : node.interfaces()) {
          tunnel.privateKey().ifPresent(key -> assertThat(text).doesNotContain(key.base64()));
          tunnel
              .peers()
              .forEach(peer ->
                  peer.presharedKey()
                      .ifPresent(key -> assertThat(text).doesNotContain(key.base64())));
        }
      }
    }
  }

  @Test
  void a_document_whose_secrets_are_elsewhere_has_public_keys_only_and_asks_for_shared_ones() {
    var key = PrivateKey.generate(new Random(1));
    boolean asked = false;
    for (long seed = 0; seed < 50; seed++) {
      var node = node(seed);
      boolean shares =
          node.config().interfaces().stream()
              .flatMap(tunnel -> tunnel.peers().stream())
              .anyMatch(peer -> peer.presharedKey().isPresent());
      if (shares) {
        asked = true;
        assertThatThrownBy(() -> NodeDocument.read(node.write(), KeyRing.EMPTY))
            .as("seed %d", seed)
            .isInstanceOf(UnreadableDocument.class)
            .hasMessageContaining("pre-shared key");
      } else {
        var read = NodeDocument.read(node.write(), KeyRing.EMPTY);
        assertThat(read.digest()).isEqualTo(node.digest());
        assertThat(read.config().interfaces()).allMatch(t -> t.privateKey().isEmpty());
      }
    }
    assertThat(asked).isTrue();
    assertThat(KeyRing.EMPTY.own(key.publicKey())).isEmpty();
  }

  @Test
  void an_equal_content_has_an_equal_digest_whoever_it_is_for() {
    var one = node(7);
    var later = new NodeDocument(Optional.empty(), new NodeId("1".repeat(32)), 99, one.config());
    assertThat(later.digest()).isEqualTo(one.digest()).hasSize(64);
    assertThat(later.write()).contains("\"revision\":99").contains(one.digest());
  }

  /** Version 2 is what this file says: whoever changes the form makes a version 3. */
  @ParameterizedTest
  @ValueSource(longs = {3, 4, 5})
  void the_form_of_version_2_stays(long seed) throws IOException {
    try (var kept = getClass().getResourceAsStream("network-version-2-seed-" + seed + ".json")) {
      String text = new String(kept.readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(network(seed).write()).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'version':2,|'version':1,|the document has version 1",
        "'version':2,||the document has version -",
        "'version':2,|'version':'2',|the document has version 2",
        "'guywire':'node'|'guywire':'network'|not Guywire's document of a node",
        "'revision':7|'revision':7,'colour':'red'|does not know Head.colour",
        "'revision':7|'revision':-7|revisions count from 0",
        "'revision':7|'revision':7.5|not JSON that Guywire writes",
        "'revision':7|'revision':7,'revision':8|not JSON that Guywire writes",
        "'revision':7,||lacks Head.revision",
        "'platform'|'platform2'|its digest is not that of its content",
        "'digest':'|'digest':'0|its digest is not that of its content",
      })
  void what_is_not_such_a_document_is_refused_with_a_clear_word(String change) {
    String[] parts = change.replace('\'', '"').split("\\|");
    String from = parts[0];
    String text = node(7).write();
    assertThat(text).contains(from);
    String changed = text.replaceFirst(java.util.regex.Pattern.quote(from), parts[1]);
    assertThatThrownBy(() -> NodeDocument.read(changed, KeyRing.of(node(7).config())))
        .isInstanceOfSatisfying(
            UnreadableDocument.class,
            e -> {
              assertThat(e.text().toString()).contains(parts[2].replace('"', '\''));
              assertThat(e.text().in(Locale.SIMPLIFIED_CHINESE)).isNotBlank();
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'from':{'kind':'nobody'}}",
        "{'kind':'auto'}",
        "[]",
        "'text'",
        "{'from':{'kind':'node','name':'UPPER'}}",
        "",
        "{",
        "{} {}",
        "null",
      })
  void values_that_are_none_are_refused(String text) {
    assertThatThrownBy(() -> RecordCodec.of(Promise.class).read(text.replace('\'', '"')))
        .isInstanceOf(UnreadableDocument.class);
  }

  /** Any change of one character is refused, or is read as what it says; nothing else is thrown. */
  @Test
  void a_document_of_noise_is_refused_and_never_breaks_the_reader() {
    var random = new Random(99);
    var network = network(12);
    String text = network.write();
    var keys = KeyRing.of(network.network());
    for (int i = 0; i < 3000; i++) {
      var noisy = new StringBuilder(text);
      noisy.setCharAt(random.nextInt(text.length()), (char) random.nextInt(32, 127));
      try {
        NetworkDocument.read(noisy.toString(), keys);
      } catch (UnreadableDocument e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  private sealed interface Shape {
    record Round(String kind) implements Shape {}
  }

  @Test
  void a_record_that_could_not_be_read_again_is_not_written() {
    assertThatThrownBy(() -> RecordCodec.of(Shape.class).write(new Shape.Round("ball")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Round");
  }
}
