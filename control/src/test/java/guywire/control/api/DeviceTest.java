package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Scope;
import guywire.network.Name;
import guywire.network.PeerConfig;
import guywire.network.json.KeyRing;
import guywire.network.json.NodeDocument;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Devices without an agent: the server never has their private keys. */
@Timeout(120)
class DeviceTest {

  private static final String BASE = "/api/v1";
  private static final String AT = BASE + "/networks/two-homes/devices";
  private static final String OURS = "# ours\n" + RunningServer.HOMES;

  @TempDir Path directory;
  private RunningServer server;
  private String admin;
  private final PublicKey key = PrivateKey.generate(new Random(7)).publicKey();

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    admin = server.token(Scope.ADMINISTER, Optional.empty());
    server.network(OURS);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Said add(String more) {
    return server.post(AT, admin, "{\"name\": \"tablet\", \"kind\": \"android\"" + more + "}");
  }

  private Said addWithKey() {
    return add(", \"public-key\": \"" + key + "\"");
  }

  private Said state(String device, String body) {
    return server.ask("PUT", AT + "/" + device + "/state", admin, body);
  }

  private List<PublicKey> peersOfHub() {
    var text = server.get(BASE + "/networks/two-homes/nodes/ecs/document", admin).text();
    return NodeDocument.read(text, KeyRing.EMPTY).config().interfaces().getFirst().peers().stream()
        .map(PeerConfig::publicKey)
        .toList();
  }

  private String definition() {
    return server.get(BASE + "/networks/two-homes/definition", admin).text();
  }

  @Test
  void a_device_is_a_line_more_in_the_definition_and_its_key_is_at_its_peers() {
    var said = addWithKey();
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    String line = "  tablet: {roaming: true, platform: android}\n";
    assertThat(definition()).isEqualTo(OURS.replace("platform: ios}\n", "platform: ios}\n" + line));
    var document = NodeDocument.read(said.json().get("document").toString(), KeyRing.EMPTY);
    assertThat(document.config().name()).isEqualTo(new Name("tablet"));
    assertThat(document.config().interfaces().getFirst().publicKey()).contains(key);
    assertThat(document.config().interfaces().getFirst().privateKey()).isEmpty();
    assertThat(peersOfHub()).contains(key);
    assertThat(add("").code()).isEqualTo("name-taken");
    var other = "{\"name\": \"other\", \"kind\": \"ios\", \"public-key\": \"" + key + "\"}";
    assertThat(server.post(AT, admin, other).code()).isEqualTo("key-taken");
  }

  @Test
  void the_list_has_what_moves_about_in_pages_with_its_state() {
    addWithKey();
    var list = server.get(AT + "?limit=2", admin).json();
    assertThat(list.at("/items/0/name").asString()).isEqualTo("iphone");
    assertThat(list.at("/items/0/state").asString()).isEqualTo("waiting");
    var rest = server.get(AT + "?after=" + list.get("next").asString(), admin).json();
    assertThat(rest.at("/items/0/name").asString()).isEqualTo("tablet");
    assertThat(rest.at("/items/0/kind").asString()).isEqualTo("android");
    assertThat(rest.at("/items/0/state").asString()).isEqualTo("active");
    assertThat(rest.at("/items/0/addresses/0").asString()).startsWith("192.168.151.");
    assertThat(rest.has("next")).isFalse();
  }

  /** What only the definition's owner may say is not to be said by the way. */
  @Test
  void a_name_a_kind_or_a_hub_can_put_nothing_else_into_the_definition() {
    for (var name : List.of("a: {hub: true", "a\\n  b", "A", "")) {
      var body = "{\"name\": \"" + name + "\", \"kind\": \"ios\"}";
      assertThat(server.post(AT, admin, body).status()).isEqualTo(400);
    }
    var hub = "{\"name\": \"a\", \"kind\": \"ios\", \"hub\": \"x\\\", gateway: home-a, y: \\\"\"}";
    assertThat(server.post(AT, admin, hub).status()).isEqualTo(400);
    assertThat(add(", \"address\": \"10.0.0.1\"").code()).isEqualTo("unknown-member");
    assertThat(add(", \"hub\": \"nobody\"").code()).isEqualTo("does-not-hold");
    assertThat(definition()).isEqualTo(OURS);
  }

  @Test
  void a_paused_device_is_let_in_by_nobody_until_it_is_resumed() {
    addWithKey();
    assertThat(state("tablet", "{\"state\": \"paused\"}").json().get("state").asString())
        .isEqualTo("paused");
    assertThat(peersOfHub()).doesNotContain(key).isNotEmpty();
    state("tablet", "{\"state\": \"active\"}");
    assertThat(peersOfHub()).contains(key);
    assertThat(state("ecs", "{\"state\": \"paused\"}").status()).as("no device").isEqualTo(404);
    assertThat(state("tablet", "{\"state\": \"gone\"}").code()).isEqualTo("bad-state");
  }

  @Test
  void an_expired_device_is_let_in_by_nobody_and_listeners_hear_of_it() throws Exception {
    add(", \"public-key\": \"" + key + "\", \"expires-in-seconds\": 1");
    var heard = new CountDownLatch(1);
    try (var _ = server.changes.feed().subscribe(_ -> heard.countDown())) {
      while (!heard.await(20, java.util.concurrent.TimeUnit.MILLISECONDS)) {
        server.changes.expire();
      }
    }
    assertThat(peersOfHub()).doesNotContain(key);
    assertThat(server.get(AT, admin).text()).contains("\"expired\"");
    assertThat(state("tablet", "{\"state\": \"active\"}").code()).isEqualTo("expired");
    state("tablet", "{\"state\": \"active\", \"expires-in-seconds\": 3600}");
    assertThat(peersOfHub()).contains(key);
  }

  @Test
  void a_deleted_device_leaves_the_definition_as_it_was_before_it() {
    addWithKey();
    assertThat(server.ask("DELETE", AT + "/tablet", admin, "").status()).isEqualTo(200);
    assertThat(definition()).isEqualTo(OURS);
    assertThat(peersOfHub()).doesNotContain(key);
    // One that a promise names does not go by the way.
    var refused = server.ask("DELETE", AT + "/iphone", admin, "");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/preview/findings").toString()).contains("iphone");
  }

  @Test
  void a_link_is_good_once_for_one_device_and_tells_how_long_it_still_is() {
    add("");
    var first = server.post(AT + "/tablet/link", admin, "{}");
    String old = first.json().get("token").asString();
    var link = server.post(AT + "/tablet/link", admin, "{\"expires-in-seconds\": 600}");
    assertThat(link.status()).as(link.text()).isEqualTo(201);
    String token = link.json().get("token").asString();
    assertThat(server.get(BASE + "/device", old).status()).as("the one before").isEqualTo(401);
    var seen = server.get(BASE + "/device", token).json();
    assertThat(seen.get("name").asString()).isEqualTo("tablet");
    assertThat(seen.get("seconds-left").asLong()).isBetween(500L, 600L);
    assertThat(server.get(AT, token).status()).as("nothing else").isEqualTo(403);
    assertThat(server.get(BASE + "/device", admin).status()).isEqualTo(403);

    var taken = server.post(BASE + "/device", token, "{\"public-key\": \"" + key + "\"}");
    assertThat(taken.status()).as(taken.text()).isEqualTo(201);
    assertThat(NodeDocument.read(taken.text(), KeyRing.EMPTY).config().name())
        .isEqualTo(new Name("tablet"));
    assertThat(peersOfHub()).contains(key);
    assertThat(server.post(BASE + "/device", token, "{}").status()).as("once").isEqualTo(401);
    assertThat(server.get(BASE + "/tokens", admin).text()).doesNotContain(token);
  }

  @Test
  void where_pre_shared_keys_are_wanted_nobody_is_added_who_could_have_none() {
    server.network(
        RunningServer.HOMES.replace("network: two-homes", "network: shared\npreshared-keys: true"));
    var said =
        server.post(
            BASE + "/networks/shared/devices", admin, "{\"name\": \"a\", \"kind\": \"ios\"}");
    assertThat(said.code()).isEqualTo("preshared");
  }

  @Test
  void a_link_goes_with_its_device() {
    add("");
    String token = server.post(AT + "/tablet/link", admin, "{}").json().get("token").asString();
    server.ask("DELETE", AT + "/tablet", admin, "");
    assertThat(server.get(BASE + "/device", token).status()).isEqualTo(401);
  }
}
