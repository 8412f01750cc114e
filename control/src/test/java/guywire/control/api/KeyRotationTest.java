package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Keys;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.control.store.Webhooks;
import guywire.network.Name;
import guywire.network.json.NodeId;
import guywire.network.managed.NextKey;
import guywire.network.managed.Report;
import guywire.network.managed.Statement;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How a server has managed nodes change their keys, step by step, and who is waited for. */
@Timeout(120)
class KeyRotationTest {

  private static final String BASE = "/api/v1";
  private static final String AT = BASE + "/networks/two-homes";
  private static final String DIGEST = "0".repeat(64);

  @TempDir Path directory;
  private RunningServer server;
  private StoredNetwork network;
  private String operator;
  private String webhook;

  /** A host that is a node, and its session. */
  private record Node(TestHost host, NodeId id, String name, String token) {}

  private Node hub;
  private Node home;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    network = server.network(RunningServer.HOMES);
    operator = server.token(Scope.OPERATE, Optional.of(network));
    webhook =
        server
            .post(
                BASE + "/webhooks",
                server.token(Scope.ADMINISTER, Optional.empty()),
                "{\"url\": \"https://example.net/\"}")
            .json()
            .get("id")
            .asString();
    hub = joined("ecs");
    home = joined("router-a");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Node joined(String name) throws Exception {
    var host = new TestHost(server);
    String body = "{\"name\": \"" + name + "\", \"approved\": true}";
    String link = server.post(AT + "/invitations", operator, body).json().get("token").asString();
    var said = host.join(link, name);
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    String id = said.json().get("host").asString();
    String token = host.arrive(id).json().get("token").asString();
    return new Node(host, new NodeId(id), name, token);
  }

  private Said announce(Node node, PublicKey key) {
    String challenge = node.host().challenge();
    var statement = Statement.next(challenge, server.fingerprint, node.id(), key);
    return announce(node, key, challenge, node.host().sign(statement));
  }

  private Said announce(Node node, PublicKey key, String challenge, String signature) {
    return server.post(
        BASE + "/host/next-key",
        node.token(),
        NextKey.CODEC.write(new NextKey(1, node.id(), key, challenge, signature)));
  }

  /** A node tells that it is set up by the newest revision. */
  private void catchUp(Node node) {
    report(node, revision(), Optional.empty());
  }

  private void report(Node node, long revision, Optional<Report.Rejected> rejected) {
    var applied = new Report.Applied(revision, DIGEST);
    var report = new Report(1, "test", Optional.of(applied), rejected, List.of(), List.of());
    var said = server.post(BASE + "/host/reports", node.token(), Report.CODEC.write(report));
    assertThat(said.status()).as(said.text()).isEqualTo(200);
  }

  private long revision() {
    return server.get(AT, operator).json().get("revision").asLong();
  }

  private void look() {
    server.joining.rotations().look();
  }

  private String rotation(String node) {
    return AT + "/nodes/" + node + "/key-rotation";
  }

  private Said begin(String node, String body) {
    return server.post(rotation(node), operator, body);
  }

  private JsonNode item(String list, String name) {
    for (var each : server.get(AT + list, operator).json().get("items")) {
      if (each.get("name").asString().equals(name)) {
        return each;
      }
    }
    throw new AssertionError(name);
  }

  private String state(String node) {
    return item("/nodes", node).at("/key-rotation/state").asString("");
  }

  private static PublicKey key() {
    return PrivateKey.generate(new SecureRandom()).publicKey();
  }

  private void phone(PublicKey key) {
    assertThat(
            server
                .ask("PUT", AT + "/nodes/iphone/key", operator, "{\"public-key\": \"" + key + "\"}")
                .status())
        .isEqualTo(200);
  }

  private boolean needsTwoKeys(Node node) {
    return server.joining.orders().of(node.id()).orElseThrow().rotation().isPresent();
  }

  /** What a managed node is told. */
  private String order(Node node) {
    return server.joining.orders().of(node.id()).orElseThrow().document().orElseThrow().write();
  }

  @Test
  void a_key_is_announced_accepted_beside_the_former_switched_and_the_former_retired() {
    var former = hub.host().wireGuard.publicKey().toString();
    var next = key();
    assertThat(begin("ecs", "{}").status()).isEqualTo(201);
    assertThat(begin("ecs", "{}").code()).isEqualTo("key-changing");
    assertThat(needsTwoKeys(hub)).isTrue();
    assertThat(needsTwoKeys(home)).isFalse();
    look();
    assertThat(state("ecs")).isEqualTo("wanted");
    assertThat(order(home)).contains(former);

    assertThat(announce(hub, next).status()).isEqualTo(200);
    assertThat(announce(hub, next).status()).as("said again").isEqualTo(200);
    assertThat(state("ecs")).isEqualTo("announced");
    assertThat(order(home)).as("its peer accepts both").contains(former, next.toString());
    assertThat(order(hub))
        .as("it has the former itself")
        .contains(former)
        .doesNotContain(next + "");
    assertThat(server.get(AT + "/nodes/router-a/document", operator).text())
        .as("others are told of the one that counts")
        .contains(former)
        .doesNotContain(next.toString());

    catchUp(hub);
    look();
    var waits = item("/nodes", "ecs").get("key-rotation");
    assertThat(waits.get("state").asString()).isEqualTo("announced");
    assertThat(waits.get("waiting").toString()).isEqualTo("[\"router-a\"]");
    catchUp(home);
    look();
    assertThat(state("ecs")).isEqualTo("switched");
    assertThat(item("/nodes", "ecs").get("public-key").asString()).isEqualTo(next.toString());
    assertThat(order(hub)).contains(next.toString()).doesNotContain(former);
    assertThat(order(home)).as("both still").contains(former, next.toString());
    assertThat(server.ask("DELETE", rotation("ecs"), operator, "").code()).isEqualTo("key-changed");

    catchUp(home);
    look();
    assertThat(state("ecs")).as("it did not say that it has it").isEqualTo("switched");
    catchUp(hub);
    look();
    assertThat(state("ecs")).isEmpty();
    assertThat(order(home)).contains(next.toString()).doesNotContain(former);
    assertThat(server.joining.of(hub.id()).orElseThrow().publicKey()).isEqualTo(next);
    assertThat(needsTwoKeys(hub)).isFalse();
    assertThat(server.get(BASE + "/audit", server.token(Scope.ADMINISTER, Optional.empty())).text())
        .contains("key-rotation-begun", "key-announced", "key-switched", "key-retired");
  }

  @Test
  void only_the_host_itself_announces_its_key_and_only_when_asked() {
    assertThat(announce(hub, key()).code()).isEqualTo("key-not-asked");
    begin("ecs", "{}");
    var next = key();
    String challenge = hub.host().challenge();
    var ours = Statement.next(challenge, server.fingerprint, hub.id(), next);
    assertThat(announce(hub, next, challenge, home.host().sign(ours)).code())
        .as("signed by another")
        .isEqualTo("not-proven");
    assertThat(announce(hub, key(), challenge, hub.host().sign(ours)).code())
        .as("signed for another key")
        .isEqualTo("not-proven");
    var elsewhere = Statement.next(challenge, DIGEST, hub.id(), next);
    assertThat(announce(hub, next, challenge, hub.host().sign(elsewhere)).code())
        .as("signed for another server")
        .isEqualTo("not-proven");
    assertThat(announce(hub, next, challenge, hub.host().sign(ours)).status()).isEqualTo(200);
    assertThat(announce(hub, next, challenge, hub.host().sign(ours)).code())
        .as("once")
        .isEqualTo("not-proven");
    begin("router-a", "{}");
    assertThat(announce(home, next).code()).as("another will have it").isEqualTo("key-taken");
    assertThat(announce(home, hub.host().wireGuard.publicKey()).code())
        .as("another has it")
        .isEqualTo("key-taken");
  }

  @Test
  void an_abort_leaves_everything_as_it_was() {
    var former = hub.host().wireGuard.publicKey().toString();
    assertThat(server.ask("DELETE", rotation("ecs"), operator, "").status()).isEqualTo(404);
    begin("ecs", "{}");
    var next = key();
    announce(hub, next);
    assertThat(server.ask("DELETE", rotation("ecs"), operator, "").status()).isEqualTo(200);
    assertThat(order(home)).contains(former).doesNotContain(next.toString());
    catchUp(hub);
    catchUp(home);
    look();
    assertThat(item("/nodes", "ecs").get("public-key").asString()).isEqualTo(former);
    assertThat(announce(hub, next).code()).isEqualTo("key-not-asked");
  }

  @Test
  void a_node_that_goes_back_from_its_new_key_has_the_former_for_everybody() {
    var former = hub.host().wireGuard.publicKey().toString();
    begin("ecs", "{}");
    var next = key();
    announce(hub, next);
    long announced = revision();
    catchUp(hub);
    catchUp(home);
    look();
    assertThat(state("ecs")).isEqualTo("switched");
    var why = Report.Rejected.of(revision(), DIGEST, "the server was not reached");
    report(hub, announced, Optional.of(why));
    look();
    assertThat(state("ecs")).isEmpty();
    assertThat(item("/nodes", "ecs").get("public-key").asString()).isEqualTo(former);
    assertThat(order(home)).contains(former).doesNotContain(next.toString());
    assertThat(events()).containsExactly("key-due ecs");
    // It may be tried again, and what it refused before does not count.
    begin("ecs", "{}");
    announce(hub, key());
    report(hub, revision(), Optional.of(why));
    catchUp(home);
    look();
    assertThat(state("ecs")).isEqualTo("switched");
  }

  @Test
  void a_server_that_was_made_from_an_old_backup_hears_which_key_a_node_has() {
    var own = hub.host().wireGuard.publicKey();
    server.database.write(session -> {
      var networks = new Networks(session);
      var node = networks.node(network.id(), new Name("ecs")).orElseThrow();
      networks.setKey(network.id(), node.id(), key(), Instant.EPOCH);
      return true;
    });
    assertThat(announce(hub, own).code())
        .as("it has not refused anything")
        .isEqualTo("key-not-asked");
    report(hub, 0, Optional.of(Report.Rejected.of(revision(), DIGEST, "not this host's key")));
    assertThat(announce(hub, home.host().wireGuard.publicKey()).code()).isEqualTo("key-taken");
    assertThat(announce(hub, own).status()).isEqualTo(200);
    assertThat(state("ecs")).isEqualTo("announced");
    assertThat(order(home)).contains(own.toString());
    for (int i = 0; i < 2; i++) {
      catchUp(hub);
      catchUp(home);
      look();
    }
    assertThat(state("ecs")).isEmpty();
    assertThat(item("/nodes", "ecs").get("public-key").asString()).isEqualTo(own.toString());
    assertThat(announce(hub, own).status()).as("said again").isEqualTo(200);
  }

  @Test
  void who_is_away_is_waited_for_until_the_grace_is_over_and_then_comes_to_know() {
    begin("ecs", "{\"grace-seconds\": 0}");
    announce(hub, key());
    look();
    assertThat(state("ecs")).as("the node itself is waited for").isEqualTo("announced");
    catchUp(hub);
    look();
    assertThat(state("ecs")).isEqualTo("switched");
    catchUp(hub);
    look();
    assertThat(state("ecs")).isEmpty();
    assertThat(order(home)).contains(item("/nodes", "ecs").get("public-key").asString());
  }

  @Test
  void one_node_of_a_network_changes_over_at_a_time() {
    begin("ecs", "{}");
    begin("router-a", "{}");
    announce(hub, key());
    announce(home, key());
    catchUp(hub);
    catchUp(home);
    look();
    assertThat(List.of(state("ecs"), state("router-a")))
        .containsExactlyInAnyOrder("switched", "announced");
    for (int i = 0; i < 4; i++) {
      catchUp(hub);
      catchUp(home);
      look();
    }
    assertThat(state("ecs") + state("router-a")).isEmpty();
  }

  @Test
  void whoever_has_the_key_in_a_file_is_not_cut_off_unawares_and_is_told() {
    phone(key());
    var refused = begin("ecs", "{}");
    assertThat(refused.code()).isEqualTo("need-files");
    assertThat(refused.text()).contains("iphone");
    assertThat(begin("iphone", "{}").code()).isEqualTo("not-managed");
    assertThat(item("/devices", "iphone").has("key-due")).isFalse();

    assertThat(begin("ecs", "{\"despite-files\": true}").status()).isEqualTo(201);
    announce(hub, key());
    catchUp(hub);
    catchUp(home);
    look();
    assertThat(events()).containsExactly("key-due iphone");
    catchUp(hub);
    catchUp(home);
    look();
    assertThat(state("ecs")).isEmpty();
    assertThat(item("/devices", "iphone").get("key-due").asBoolean()).isTrue();
    assertThat(server.get(AT + "/findings", operator).text())
        .contains("\"key-due\",\"severity\":\"warning\",\"node\":\"iphone\"");
    phone(key());
    assertThat(server.get(AT + "/findings", operator).text()).doesNotContain("key-due");
    assertThat(item("/devices", "iphone").has("key-due")).as("it has a new file").isFalse();
  }

  @Test
  void by_a_schedule_nodes_change_old_keys_and_of_others_it_is_told_once() {
    var old = Instant.parse("2020-01-01T00:00:00Z");
    server.database.write(session -> {
      var networks = new Networks(session);
      var phone = networks.node(network.id(), new Name("macbook")).orElseThrow();
      networks.setKey(network.id(), phone.id(), key(), old);
      var router = networks.node(network.id(), new Name("router-a")).orElseThrow();
      networks.setKey(network.id(), router.id(), home.host().wireGuard.publicKey(), old);
      return true;
    });
    look();
    assertThat(state("router-a")).as("off, if nobody says otherwise").isEmpty();
    String schedule = AT + "/key-schedule";
    assertThat(server.get(schedule, operator).json().get("rotate-days").asLong()).isZero();
    assertThat(server.ask("PUT", schedule, operator, "{\"rotate-days\": 30}").status())
        .isEqualTo(200);
    assertThat(server.ask("PUT", schedule, operator, "{\"rotate-days\": -1}").status())
        .isEqualTo(400);
    look();
    look();
    assertThat(state("router-a")).isEqualTo("wanted");
    assertThat(state("ecs")).as("its key is young").isEmpty();
    assertThat(events()).containsExactly("key-due macbook");
    assertThat(item("/devices", "macbook").get("key-due").asBoolean()).isTrue();
    assertThat(server.database.<Long>read(session -> new Keys(session).days(network.id())))
        .isEqualTo(30);
  }

  /** What webhooks are told since this was asked last. */
  private List<String> events() {
    return server.database.write(session -> {
      var webhooks = new Webhooks(session);
      var told = new ArrayList<String>();
      var event = webhooks.next(webhooks.of(webhook).orElseThrow());
      while (event.isPresent()) {
        told.add(event.get().kind() + " " + event.get().subject());
        webhooks.done(webhooks.of(webhook).orElseThrow(), event.get(), Instant.EPOCH, "");
        event = webhooks.next(webhooks.of(webhook).orElseThrow());
      }
      return told;
    });
  }
}
