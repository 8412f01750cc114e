package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import guywire.network.json.KeyRing;
import guywire.network.json.NodeDocument;
import guywire.network.json.NodeId;
import guywire.network.managed.SpareKeys;
import guywire.network.managed.SpareKeys.SpareKey;
import guywire.network.managed.Statement;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that tell the keys of the tunnels that they have beside their usual ones. */
@Timeout(120)
class SpareKeysTest {

  private static final String BASE = "/api/v1";
  private static final String AT = BASE + "/networks/three";

  /**
   * Each node has a tunnel to the relay beside its usual one, and the relay its own end of these.
   */
  private static final String RELAYED =
      """
      network: three
      overlay: 10.0.0.0/24
      nodes:
        relay: {public: 203.0.113.1, relay: true}
        one: {public: 203.0.113.2}
        two: {public: 203.0.113.3}
      """;

  @TempDir Path directory;
  private RunningServer server;
  private String operator;
  private Node relay;
  private Node one;
  private Node two;

  /** A host that is a node, and its session. */
  private record Node(TestHost host, NodeId id, String token) {}

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    StoredNetwork network = server.network(RELAYED);
    operator = server.token(Scope.OPERATE, Optional.of(network));
    relay = joined("relay");
    one = joined("one");
    two = joined("two");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Node joined(String name) throws Exception {
    return joined(new TestHost(server), name);
  }

  private Node joined(TestHost host, String name) {
    String body = "{\"name\": \"" + name + "\", \"approved\": true}";
    String link = server.post(AT + "/invitations", operator, body).json().get("token").asString();
    var said = host.join(link, name);
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    String id = said.json().get("host").asString();
    return new Node(host, new NodeId(id), host.arrive(id).json().get("token").asString());
  }

  private static PublicKey key() {
    return PrivateKey.generate(new SecureRandom()).publicKey();
  }

  /** What a node is told to be. */
  private NodeConfig config(Node node) throws Exception {
    var document = server.joining.orders().of(node.id()).orElseThrow().document().orElseThrow();
    return NodeDocument.read(document.write(), KeyRing.EMPTY).config();
  }

  private TunnelInterface spare(Node node) throws Exception {
    return config(node).interfaces().stream()
        .filter(tunnel -> tunnel.table().isSpare())
        .findFirst()
        .orElseThrow();
  }

  private PublicKey planned(Node node) throws Exception {
    return spare(node).publicKey().orElseThrow();
  }

  private boolean lets(Node node, PublicKey key) throws Exception {
    return spare(node).peers().stream().anyMatch(peer -> peer.publicKey().equals(key));
  }

  private String message(Node node, Node signer, List<SpareKey> keys) {
    String challenge = node.host().challenge();
    var statement = Statement.spare(challenge, server.fingerprint, node.id(), keys);
    return SpareKeys.CODEC.write(
        new SpareKeys(1, node.id(), keys, challenge, signer.host().sign(statement)));
  }

  private Said tell(Node node, SpareKey... keys) {
    return send(node, message(node, node, List.of(keys)));
  }

  private Said send(Node node, String message) {
    return server.post(BASE + "/host/spare-keys", node.token(), message);
  }

  @Test
  void a_key_that_a_node_tells_is_the_one_by_which_it_and_its_peers_are_told_of_the_tunnel()
      throws Exception {
    var planned = planned(one);
    var own = key();
    assertThat(lets(relay, planned)).as("before: a key that nobody has").isTrue();
    assertThat(tell(one, new SpareKey(planned, own)).status()).isEqualTo(200);
    assertThat(planned(one)).isEqualTo(own);
    assertThat(lets(relay, own)).isTrue();
    assertThat(lets(relay, planned)).isFalse();
    assertThat(config(one).interfaces().getFirst().publicKey())
        .as("the usual tunnel has the key that it had")
        .contains(one.host().wireGuard.publicKey());
    assertThat(tell(one, new SpareKey(planned, own)).status())
        .as("said again, because no answer came")
        .isEqualTo(200);
    var hub = key();
    assertThat(tell(relay, new SpareKey(planned(relay), hub)).status()).isEqualTo(200);
    assertThat(lets(one, hub) && lets(two, hub)).isTrue();
    var audit = server.token(Scope.ADMINISTER, Optional.empty());
    assertThat(server.get(BASE + "/audit", audit).text())
        .contains("tunnel-keys-told", "relay " + own);
  }

  @Test
  void a_node_tells_the_keys_of_its_own_tunnels_and_of_no_others() throws Exception {
    var own = key();
    for (var wrong : List.of(planned(two), planned(relay), key(), mainKey(one), mainKey(two))) {
      assertThat(tell(one, new SpareKey(wrong, own)).code()).isEqualTo("tunnel-not-planned");
    }
    assertThat(tell(one, new SpareKey(planned(one), own), new SpareKey(planned(one), key())).code())
        .as("one tunnel has one key")
        .isEqualTo("tunnel-not-planned");
    var before = List.of(planned(one), planned(two), planned(relay));
    assertThat(tell(one, new SpareKey(planned(one), own), new SpareKey(planned(two), key())).code())
        .as("all or nothing")
        .isEqualTo("tunnel-not-planned");
    assertThat(List.of(planned(one), planned(two), planned(relay))).isEqualTo(before);
  }

  private static PublicKey mainKey(Node node) {
    return node.host().wireGuard.publicKey();
  }

  @Test
  void nobody_takes_a_key_that_somebody_has() throws Exception {
    var own = key();
    assertThat(tell(one, new SpareKey(planned(one), own)).status()).isEqualTo(200);
    for (var taken : List.of(own, mainKey(one), mainKey(two), mainKey(relay), planned(relay))) {
      assertThat(tell(two, new SpareKey(planned(two), taken)).code()).isEqualTo("key-taken");
    }
    String body = "{\"public-key\": \"" + own + "\"}";
    assertThat(server.ask("PUT", AT + "/nodes/two/key", operator, body).code())
        .as("nor as the key of a node")
        .isEqualTo("key-taken");
  }

  @Test
  void what_another_signed_or_what_was_sent_before_or_at_length_is_refused() throws Exception {
    var keys = List.of(new SpareKey(planned(one), key()));
    assertThat(send(one, message(one, two, keys)).status()).isEqualTo(401);
    assertThat(send(two, message(one, one, keys)).status())
        .as("by another's session")
        .isEqualTo(401);
    String good = message(one, one, keys);
    assertThat(send(one, good.replace(keys.getFirst().publicKey() + "", key() + "")).status())
        .as("altered on its way")
        .isEqualTo(401);
    String again = message(one, one, keys);
    assertThat(send(one, again).status()).isEqualTo(200);
    assertThat(send(one, again).status()).isEqualTo(401);
    var many = new ArrayList<String>();
    for (int i = 0; i <= SpareKeys.MOST; i++) {
      many.add("{\"planned\": \"" + key() + "\", \"public-key\": \"" + key() + "\"}");
    }
    String long65 = good.replaceFirst("\"keys\":\\[.*?\\]", "\"keys\":" + many);
    assertThat(send(one, long65).status()).isEqualTo(400);
    assertThat(server.post(BASE + "/host/spare-keys", operator, good).status()).isEqualTo(403);
  }

  @Test
  void a_key_is_not_told_anew_every_moment() throws Exception {
    assertThat(tell(one, new SpareKey(planned(one), key())).status()).isEqualTo(200);
    assertThat(tell(one, new SpareKey(planned(one), key())).code()).isEqualTo("key-too-soon");
  }

  @Test
  void of_a_host_that_was_removed_no_key_is_let_in() throws Exception {
    var own = key();
    assertThat(tell(one, new SpareKey(planned(one), own)).status()).isEqualTo(200);
    String at = AT + "/hosts/" + one.id().text();
    assertThat(server.ask("DELETE", at, operator, "").status()).isEqualTo(200);
    assertThat(lets(relay, own)).isFalse();
    assertThat(send(one, message(one, one, List.of(new SpareKey(key(), key())))).status())
        .isEqualTo(401);
    // Installed anew it may have the keys that it had.
    one = joined("one");
    assertThat(tell(one, new SpareKey(planned(one), own)).status()).isEqualTo(200);
  }
}
