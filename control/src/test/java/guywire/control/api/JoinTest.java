package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.HostSessions;
import guywire.control.store.Hosts;
import guywire.control.store.Invitation;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.control.store.TokenSecret;
import guywire.control.store.Tokens;
import guywire.network.Name;
import guywire.network.json.NodeId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How hosts become nodes, and who does not get in. */
@Timeout(120)
class JoinTest {

  private static final String BASE = "/api/v1";
  private static final String AT = BASE + "/networks/two-homes";

  @TempDir Path directory;
  private RunningServer server;
  private StoredNetwork network;
  private String operator;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    network = server.network("# mine\n" + RunningServer.HOMES);
    operator = server.token(Scope.OPERATE, Optional.of(network));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String invitation(String body) {
    var said = server.post(AT + "/invitations", operator, body);
    assertThat(said.status()).as(said.text()).isEqualTo(201);
    return said.json().get("token").asString();
  }

  private Said approve(Said joined, String body) {
    return server.post(
        AT + "/hosts/" + joined.json().get("host").asString() + "/approval", operator, body);
  }

  private String definition() {
    return server.get(AT + "/definition", operator).text();
  }

  private Optional<String> key(String node) {
    for (var each : server.get(AT + "/nodes", operator).json().get("items")) {
      if (each.get("name").asString().equals(node)) {
        return each.optional("public-key").map(key -> key.asString());
      }
    }
    return Optional.empty();
  }

  @Test
  void a_host_waits_and_is_then_the_node_of_its_name_with_its_own_key() throws Exception {
    var host = new TestHost(server).at("192.168.2.1/24");
    var joined = host.join(invitation("{}"), "router-a");
    assertThat(joined.status()).as(joined.text()).isEqualTo(201);
    assertThat(joined.json().get("state").asString()).isEqualTo("waiting");
    assertThat(key("router-a")).isEmpty();

    var listed = server.get(AT + "/hosts", operator).json().at("/items/0");
    assertThat(listed.get("name").asString()).isEqualTo("router-a");
    assertThat(listed.get("address").asString()).isEqualTo("127.0.0.1");
    assertThat(listed.get("facts").toString()).contains("6.12.0").contains("192.168.2.1/24");
    assertThat(listed.get("proposal").asString()).isEqualTo("site: \"home-a\"");

    var approved = approve(joined, "{}");
    assertThat(approved.status()).as(approved.text()).isEqualTo(200);
    assertThat(approved.json().get("node").asString()).isEqualTo("router-a");
    assertThat(key("router-a")).contains(host.wireGuard.publicKey().toString());
    assertThat(definition())
        .as("the text has it already")
        .isEqualTo("# mine\n" + RunningServer.HOMES);
    assertThat(approve(joined, "{}").code()).as("once").isEqualTo("node-taken");

    var session = host.arrive(joined.json().get("host").asString());
    assertThat(session.json().get("state").asString()).isEqualTo("approved");
    assertThat(server.get(BASE + "/audit", server.token(Scope.ADMINISTER, Optional.empty())).text())
        .contains("host-invited", "host-joined", "host-approved");
  }

  @Test
  void a_host_by_a_new_name_is_put_into_the_definition_where_it_stands_and_that_is_proven()
      throws Exception {
    var joined = new TestHost(server).at("192.168.4.9/24").join(invitation("{}"), "store");
    assertThat(approve(joined, "{}").status()).isEqualTo(200);
    assertThat(definition())
        .startsWith("# mine\n")
        .contains("  iphone: {roaming: true, platform: ios}\n  store: {site: \"home-b\"}\n");
    assertThat(server.get(AT + "/nodes/store/document", operator).status()).isEqualTo(200);

    var other = new TestHost(server).join(invitation("{}"), "laptop");
    assertThat(approve(other, "{\"site\": \"home-x\"}").status())
        .as("there is no such site: that can't be")
        .isEqualTo(422);
    assertThat(approve(other, "{\"site\": \"home-a\", \"roaming\": true}").code())
        .isEqualTo("one-place");
    assertThat(approve(other, "{\"name\": \"notebook\", \"roaming\": true}").status())
        .isEqualTo(200);
    assertThat(definition()).contains("  notebook: {roaming: true}\n");
  }

  @Test
  void a_token_says_which_name_and_group_it_is_for_and_whether_anybody_is_asked() throws Exception {
    String grouped =
        RunningServer.HOMES.replace(
            "expect:", "groups:\n  servers: [ecs, router-a] # ours\n\nexpect:");
    assertThat(
            server
                .post(
                    AT + "/changes",
                    operator,
                    RunningServer.MAPPER
                        .createObjectNode()
                        .put("definition", grouped)
                        .put("expected-version", 1)
                        .toString())
                .status())
        .isEqualTo(201);
    String token = invitation("{\"name\": \"store\", \"group\": \"servers\", \"approved\": true}");
    var host = new TestHost(server);
    assertThat(host.join(token, "other").code()).isEqualTo("other-host-name");
    var joined = host.join(token, "store");
    assertThat(joined.json().get("state").asString()).isEqualTo("approved");
    assertThat(definition()).contains("servers: [ecs, router-a, store] # ours");
    assertThat(host.join(token, "store").status())
        .as("it may ask again if it did not hear the answer, but the token is used up")
        .isEqualTo(401);
  }

  @Test
  void a_token_is_good_as_often_as_it_says_and_until_it_expires() throws Exception {
    String once = invitation("{}");
    assertThat(new TestHost(server).join(once, "a").status()).isEqualTo(201);
    assertThat(new TestHost(server).join(once, "b").status()).isEqualTo(401);
    String twice = invitation("{\"uses\": 2}");
    assertThat(new TestHost(server).join(twice, "c").status()).isEqualTo(201);
    assertThat(new TestHost(server).join(twice, "d").status()).isEqualTo(201);
    assertThat(new TestHost(server).join(twice, "e").status()).isEqualTo(401);

    // One that was stolen and lay about for a day.
    var stolen = TokenSecret.random();
    server.database.write(session -> {
      var now = Clock.systemUTC().instant();
      var token =
          new Tokens(session)
              .add(
                  stolen,
                  new Tokens.Wanted(
                      new Name("anna"),
                      "",
                      Scope.JOIN,
                      Optional.of(network.id()),
                      Optional.of(now.minus(Duration.ofSeconds(1))),
                      Optional.of(1L)),
                  now.minus(Duration.ofDays(1)));
      new Hosts(session).invite(token, new Invitation(Optional.empty(), Optional.empty(), true));
      return token;
    });
    assertThat(new TestHost(server).join(stolen.reveal(), "f").code()).isEqualTo("bad-token");
    assertThat(new TestHost(server).join(operator, "g").status())
        .as("who may say yes can't join with that")
        .isEqualTo(403);
  }

  @Test
  void nobody_is_taken_for_a_host_whose_key_he_has_not() throws Exception {
    var host = new TestHost(server);
    var joined = host.join(invitation("{\"approved\": true}"), "router-a");
    String id = joined.json().get("host").asString();
    var thief = new TestHost(server);
    assertThat(thief.arrive(id).code()).as("with another key").isEqualTo("not-proven");

    String challenge = host.challenge();
    String good = host.arrival(new NodeId(id), challenge, server.fingerprint);
    assertThat(session(good).status()).isEqualTo(201);
    assertThat(session(good).code()).as("the same once more").isEqualTo("not-proven");
    assertThat(session(host.arrival(new NodeId(id), host.challenge(), "0".repeat(64))).code())
        .as("signed for a server in between, which hands it on")
        .isEqualTo("not-proven");
    assertThat(session(host.arrival(new NodeId(id), "A".repeat(54), server.fingerprint)).code())
        .as("a challenge that this server did not give")
        .isEqualTo("not-proven");
    String altered = challenge.substring(0, 53) + (char) (challenge.charAt(53) ^ 1);
    assertThat(session(host.arrival(new NodeId(id), altered, server.fingerprint)).code())
        .isEqualTo("not-proven");

    // A signature to be known is none to join, and the key of another can't be brought along.
    String token = invitation("{}");
    String theirs =
        thief
            .request("x", thief.challenge(), server.fingerprint)
            .replace(
                guywire.network.managed.Identity.of(thief.identity.getPublic()).toString(),
                guywire.network.managed.Identity.of(host.identity.getPublic()).toString());
    assertThat(server.post(BASE + "/host", token, theirs).code()).isEqualTo("not-proven");
    assertThat(new TestHost(server).join(token, "x").status())
        .as("none of that used the token up")
        .isEqualTo(201);
  }

  private Said session(String body) {
    return server.post(BASE + "/host/session", "", body);
  }

  @Test
  void a_host_that_was_removed_or_refused_is_nobody() throws Exception {
    var host = new TestHost(server);
    var joined = host.join(invitation("{\"approved\": true}"), "router-a");
    String id = joined.json().get("host").asString();
    String token = host.arrive(id).json().get("token").asString();
    assertThat(key("router-a")).isPresent();
    long revision = server.get(AT, operator).json().get("revision").asLong();
    assertThat(server.ask("DELETE", AT + "/hosts/" + id, operator, "").status()).isEqualTo(200);
    assertThat(key("router-a")).as("its peers let it in no more").isEmpty();
    assertThat(server.get(AT, operator).json().get("revision").asLong()).isGreaterThan(revision);
    assertThat(host.arrive(id).status()).isEqualTo(401);
    boolean isKnown =
        server.database.read(session ->
            new HostSessions(session)
                .valid(TokenSecret.tryParse(token).orElseThrow(), Clock.systemUTC().instant())
                .isPresent());
    assertThat(isKnown).isFalse();

    var second = new TestHost(server);
    var waits = second.join(invitation("{}"), "router-a");
    String other = waits.json().get("host").asString();
    assertThat(server.ask("POST", AT + "/hosts/" + other + "/refusal", operator, "").status())
        .isEqualTo(200);
    assertThat(server.ask("POST", AT + "/hosts/" + other + "/refusal", operator, "").code())
        .isEqualTo("not-waiting");
    assertThat(second.arrive(other).status()).isEqualTo(401);
  }

  @Test
  void what_a_host_says_is_strict_and_bounded() throws Exception {
    var host = new TestHost(server);
    String token = invitation("{}");
    String good = host.request("a", host.challenge(), server.fingerprint);
    for (var wrong :
        new String[] {
          good.replace("\"version\":1", "\"version\":2"),
          good.replace("\"version\":1", "\"version\":1,\"command\":\"id\""),
          good.replace("\"box\"", "\"" + "x".repeat(300) + "\""),
          good.replace("\"box\"", "\"a\\u001b[2K\""),
          good.replace("\"a\"", "\"a: {hub: true}\\n\""),
          good.replace("192.0.2.7/24", "192.0.2.7/240"),
          "[]",
        }) {
      assertThat(server.post(BASE + "/host", token, wrong).status()).as(wrong).isEqualTo(400);
    }
    assertThat(
            server.post(BASE + "/host", token, "{\"a\":\"" + "x".repeat(20_000) + "\"}").status())
        .isEqualTo(413);
  }

  @Test
  void the_server_keeps_public_halves_and_digests_alone() throws Exception {
    var host = new TestHost(server);
    String token = invitation("{}");
    var joined = host.join(token, "router-a");
    String session =
        host.arrive(joined.json().get("host").asString()).json().get("token").asString();
    String secret = host.wireGuard.base64();
    try (var files = Files.walk(directory.resolve("data"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(text.contains(token) || text.contains(session) || text.contains(secret))
            .isFalse();
      }
    }
  }

  @Test
  void a_host_of_another_network_is_as_if_it_were_not_there() throws Exception {
    var joined = new TestHost(server).join(invitation("{}"), "router-a");
    server.network(RunningServer.HOMES.replace("network: two-homes", "network: other-homes"));
    String admin = server.token(Scope.ADMINISTER, Optional.empty());
    String other = BASE + "/networks/other-homes/hosts/" + joined.json().get("host").asString();
    assertThat(server.post(other + "/approval", admin, "{}").status()).isEqualTo(404);
    assertThat(server.ask("DELETE", other, admin, "").status()).isEqualTo(404);
    assertThat(server.get(BASE + "/networks/other-homes/hosts", admin).json().get("items").size())
        .isZero();
  }

  /** What a host hears, line by line. */
  private java.util.concurrent.BlockingQueue<String> orders(String token, String query)
      throws Exception {
    var lines = new java.util.concurrent.LinkedBlockingQueue<String>();
    var request =
        java.net.http.HttpRequest.newBuilder(
                java.net.URI.create(
                    "https://127.0.0.1:" + server.api.port() + BASE + "/host/orders" + query))
            .header("Authorization", "Bearer " + token)
            .build();
    var answer = server.client.send(request, java.net.http.HttpResponse.BodyHandlers.ofLines());
    assertThat(answer.statusCode()).isEqualTo(200);
    Thread.ofVirtual()
        .start(() -> {
          try {
            answer.body().filter(line -> !line.startsWith(":")).forEach(lines::add);
          } catch (java.io.UncheckedIOException e) {
            // The server was ended.
          }
          lines.add("(end)");
        });
    return lines;
  }

  private static String next(java.util.concurrent.BlockingQueue<String> lines, String beginning)
      throws InterruptedException {
    while (true) {
      String line = lines.poll(30, java.util.concurrent.TimeUnit.SECONDS);
      assertThat(line).as("a line that begins with " + beginning).isNotNull();
      if (line.startsWith(beginning) && !line.equals("event: key")) {
        return line;
      }
    }
  }

  @Test
  void a_host_hears_what_it_shall_be_and_at_once_when_that_changes() throws Exception {
    var host = new TestHost(server);
    var joined = host.join(invitation("{}"), "router-a");
    String id = joined.json().get("host").asString();
    String token = host.arrive(id).json().get("token").asString();
    var lines = orders(token, "");
    assertThat(next(lines, "event: ")).as("it waits").isEqualTo("event: current");
    assertThat(approve(joined, "{}").status()).isEqualTo(200);
    assertThat(next(lines, "event: ")).isEqualTo("event: document");
    String document = next(lines, "data: ").substring(6);
    assertThat(document)
        .contains(host.wireGuard.publicKey().toString())
        .contains("\"router-a\"")
        .doesNotContain("hooks");

    // A peer's key is a change for this one.
    assertThat(
            server
                .ask(
                    "PUT",
                    AT + "/nodes/ecs/key",
                    operator,
                    "{\"public-key\":\"" + new TestHost(server).wireGuard.publicKey() + "\"}")
                .status())
        .isEqualTo(200);
    assertThat(next(lines, "event: ")).isEqualTo("event: document");
    String newer = next(lines, "data: ").substring(6);
    String digest = RunningServer.MAPPER.readTree(newer).get("digest").asString();
    assertThat(newer).isNotEqualTo(document);

    // Who comes back with it is told that there is nothing new; and nobody else hears it any more.
    String again = host.arrive(id).json().get("token").asString();
    var resumed = orders(again, "?digest=" + digest);
    assertThat(next(resumed, "event: ")).isEqualTo("event: current");

    // One that the host did not keep to is not told again.
    String revision = RunningServer.MAPPER.readTree(newer).get("revision").asString();
    String rejected =
        "{\"version\":1,\"program\":\"test\",\"rejected\":{\"revision\":"
            + revision
            + ",\"digest\":\""
            + digest
            + "\",\"why\":\"no way to the server\"}}";
    assertThat(server.post(BASE + "/host/reports", again, rejected).status()).isEqualTo(200);
    var other = orders(again, "");
    assertThat(next(other, "event: ")).isEqualTo("event: current");
    var live = node("router-a").get("live");
    assertThat(live.at("/rejected/why").asString()).isEqualTo("no way to the server");
    assertThat(live.get("online").asBoolean()).isTrue();
    assertThat(server.ask("DELETE", AT + "/hosts/" + id, operator, "").status()).isEqualTo(200);
    next(other, "(end)");
  }

  private tools.jackson.databind.JsonNode node(String name) {
    for (var each : server.get(AT + "/nodes", operator).json().get("items")) {
      if (each.get("name").asString().equals(name)) {
        return each;
      }
    }
    throw new AssertionError("no node " + name);
  }

  @Test
  void what_a_node_tells_is_seen_at_nodes_and_devices_and_by_who_listens() throws Exception {
    var host = new TestHost(server);
    var joined = host.join(invitation("{\"approved\": true}"), "ecs");
    String token = host.arrive(joined.json().get("host").asString()).json().get("token").asString();
    String phone = new TestHost(server).wireGuard.publicKey().toString();
    assertThat(
            server
                .ask(
                    "PUT", AT + "/nodes/iphone/key", operator, "{\"public-key\":\"" + phone + "\"}")
                .status())
        .isEqualTo(200);
    var request =
        java.net.http.HttpRequest.newBuilder(
                java.net.URI.create("https://127.0.0.1:" + server.api.port() + AT + "/events"))
            .header("Authorization", "Bearer " + operator)
            .build();
    var events = server.client.send(request, java.net.http.HttpResponse.BodyHandlers.ofLines());
    var lines = events.body().iterator();
    assertThat(server.post(BASE + "/host/reports", token, report(phone, 1000)).status())
        .isEqualTo(200);
    assertThat(server.post(BASE + "/host/reports", token, report(phone, 9000)).status())
        .isEqualTo(200);
    var live = node("ecs").get("live");
    assertThat(live.get("revision").asLong()).isEqualTo(7);
    assertThat(live.at("/peers/0/node").asString()).isEqualTo("iphone");
    assertThat(live.at("/peers/0/received-bytes-per-second").asLong()).isPositive();
    assertThat(live.at("/ways/0/via/0").asString()).isEqualTo("router-b");
    for (var device : server.get(AT + "/devices", operator).json().get("items")) {
      if (device.get("name").asString().equals("iphone")) {
        assertThat(device.at("/live/online").asBoolean()).isTrue();
        assertThat(device.at("/live/endpoint").asString()).isEqualTo("198.51.100.9:1234");
      }
    }
    assertThat(server.get(AT + "/nodes/ecs/statistics", operator).json().get("samples").size())
        .isEqualTo(1);
    boolean heard = false;
    while (!heard) {
      String line = lines.next();
      heard = line.startsWith("data: ") && line.contains("198.51.100.9:1234");
    }
    for (var wrong :
        new String[] {
          report(phone, -1),
          report(phone, 1).replace("\"program\":\"test\"", "\"program\":\"test\",\"shell\":\"x\""),
          report(phone, 1).replace("198.51.100.9:1234", "x".repeat(100))
        }) {
      assertThat(server.post(BASE + "/host/reports", token, wrong).status()).isEqualTo(400);
    }
  }

  private static String report(String peer, long received) {
    return "{\"version\":1,\"program\":\"test\",\"applied\":{\"revision\":7,\"digest\":\""
        + "0".repeat(64)
        + "\"},\"peers\":[{\"tunnel\":\"wg0\",\"public-key\":\""
        + peer
        + "\",\"handshake-seconds-ago\":3,\"endpoint\":\"198.51.100.9:1234\",\"received-bytes\":"
        + received
        + ",\"sent-bytes\":5}],\"ways\":[{\"node\":\"router-a\",\"tunnel\":\"wg0\",\"via\":[\"router-b\"],"
        + "\"alive\":true}]}";
  }
}
