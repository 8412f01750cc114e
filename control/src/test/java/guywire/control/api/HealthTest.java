package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.store.Scope;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** How a network fares, in one list: the definition, its nodes, what the server keeps. */
@Timeout(120)
class HealthTest {

  private static final String BASE = "/api/v1";
  private static final String AT = BASE + "/networks/two-homes";

  @TempDir Path directory;
  private RunningServer server;
  private String operator;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    server.network(RunningServer.HOMES);
    operator = server.token(Scope.OPERATE, Optional.empty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Optional<JsonNode> finding(String code, String node) {
    var said = server.get(AT + "/findings", server.token(Scope.READ, Optional.empty()));
    assertThat(said.status()).as(said.text()).isEqualTo(200);
    for (var item : said.json().get("items")) {
      if (item.get("code").asString().equals(code)
          && item.optional("node").map(JsonNode::asString).equals(Optional.of(node))) {
        assertThat(item.get("what").asString()).doesNotContain("{");
        return Optional.of(item);
      }
    }
    return Optional.empty();
  }

  private String invitation() {
    return server
        .post(AT + "/invitations", operator, "{\"uses\": 9}")
        .json()
        .get("token")
        .asString();
  }

  private String approved(TestHost host, String name) {
    var joined = host.join(invitation(), name);
    String id = joined.json().get("host").asString();
    server.post(AT + "/hosts/" + id + "/approval", operator, "{}");
    return id;
  }

  private void tell(TestHost host, String id, String program, String peer, int secondsAgo) {
    String session = host.arrive(id).json().get("token").asString();
    String report =
        """
        {"version": 1, "program": "%s", "applied": {"revision": 1, "digest": "%s"}, "peers": [
          {"tunnel": "wg0", "public-key": "%s", "handshake-seconds-ago": %d,
           "received-bytes": 1, "sent-bytes": 1}], "ways": []}
        """
            .formatted(program, "0".repeat(64), peer, secondsAgo);
    var said = server.post(BASE + "/host/reports", session, report);
    assertThat(said.status()).as(said.text()).isEqualTo(200);
  }

  @Test
  void a_host_that_waits_can_be_approved_from_the_list_and_is_then_silent_until_it_tells()
      throws Exception {
    var host = new TestHost(server);
    var joined = host.join(invitation(), "router-a");
    var waits = finding("host-waits", "router-a").orElseThrow();
    assertThat(waits.get("source").asString()).isEqualTo("server");
    assertThat(waits.at("/remedy/kind").asString()).isEqualTo("approve");
    String id = waits.at("/remedy/about").asString();
    assertThat(id).isEqualTo(joined.json().get("host").asString());
    assertThat(finding("node-without-key", "router-a")).isPresent();
    assertThat(server.post(AT + "/hosts/" + id + "/approval", operator, "{}").status())
        .isEqualTo(200);
    assertThat(finding("host-waits", "router-a")).isEmpty();
    assertThat(finding("node-without-key", "router-a")).isEmpty();
    assertThat(finding("node-silent", "router-a").orElseThrow().get("severity").asString())
        .isEqualTo("error");
    tell(host, id, "guywire 0.1.0", host.wireGuard.publicKey().toString(), 3);
    assertThat(finding("node-silent", "router-a")).isEmpty();
  }

  @Test
  void a_tunnel_that_is_kept_open_and_quiet_is_told_once_and_another_program_of_the_fewer()
      throws Exception {
    var hub = new TestHost(server);
    var router = new TestHost(server);
    String hubId = approved(hub, "ecs");
    String routerId = approved(router, "router-a");
    tell(hub, hubId, "guywire 0.2.0", router.wireGuard.publicKey().toString(), 900);
    tell(router, routerId, "guywire 0.1.0", hub.wireGuard.publicKey().toString(), 900);
    var all = server.get(AT + "/findings", operator).text();
    assertThat(all.split("tunnel-quiet", -1)).hasSize(2);
    assertThat(finding("other-version", "router-a")).isPresent();
    tell(hub, hubId, "guywire 0.2.0", router.wireGuard.publicKey().toString(), 100);
    tell(router, routerId, "guywire 0.2.0", hub.wireGuard.publicKey().toString(), 100);
    assertThat(server.get(AT + "/findings", operator).text())
        .doesNotContain("tunnel-quiet", "other-version");
  }

  @Test
  void what_drifted_what_was_mended_and_a_wrong_clock_are_told_in_the_readers_language()
      throws Exception {
    var host = new TestHost(server);
    String id = approved(host, "router-a");
    String session = host.arrive(id).json().get("token").asString();
    String report =
        """
        {"version": 1, "program": "0.1.0", "clock-millis": %d, "drift": [
          {"english": "peer x is missing", "chinese": "缺少对端 x"}], "mends": [
          {"outcome": "mended", "words": {"english": "route back", "chinese": "路由已恢复"}, "seconds-ago": 60},
          {"outcome": "given-up", "words": {"english": "rule again", "chinese": "规则又变"}, "seconds-ago": 5},
          {"outcome": "failed", "words": {"english": "old", "chinese": "旧"}, "seconds-ago": 3601}]}
        """
            .formatted(System.currentTimeMillis() - 3_600_000);
    assertThat(server.post(BASE + "/host/reports", session, report).status()).isEqualTo(200);
    assertThat(finding("drift", "router-a").orElseThrow().get("what").asString())
        .contains("peer x is missing")
        .doesNotContain("缺少");
    assertThat(finding("mended", "router-a").orElseThrow().get("severity").asString())
        .isEqualTo("info");
    assertThat(finding("tug-of-war", "router-a")).isPresent();
    assertThat(finding("not-mended", "router-a")).as("an hour ago").isEmpty();
    assertThat(finding("clock-behind", "router-a").orElseThrow().get("what").asString())
        .containsPattern("3(59|60)\\d s");
    var chinese =
        HttpRequest.newBuilder(
                URI.create("https://127.0.0.1:" + server.api.port() + AT + "/findings"))
            .header("Accept-Language", "zh-CN")
            .header("Authorization", "Bearer " + operator)
            .build();
    assertThat(server.ask(chinese).text()).contains("缺少对端 x", "规则又变").doesNotContain("missing");
    var now = "{\"version\": 1, \"program\": \"0.1.0\", \"clock-millis\": %d}";
    server.post(BASE + "/host/reports", session, now.formatted(System.currentTimeMillis()));
    for (String code : List.of("drift", "mended", "tug-of-war", "clock-behind", "clock-ahead")) {
      assertThat(finding(code, "router-a")).as(code).isEmpty();
    }
  }

  @Test
  void a_device_whose_time_is_over_is_let_in_from_the_list() throws Exception {
    assertThat(finding("device-without-key", "iphone")).isPresent();
    String state = AT + "/devices/iphone/state";
    server.ask("PUT", state, operator, "{\"state\": \"active\", \"expires-in-seconds\": 3600}");
    assertThat(finding("device-ends", "iphone").orElseThrow().at("/remedy/kind").asString())
        .isEqualTo("prolong");
    String month = "{\"state\": \"active\", \"expires-in-seconds\": 2592000}";
    assertThat(server.ask("PUT", state, operator, month).status()).isEqualTo(200);
    assertThat(finding("device-ends", "iphone")).isEmpty();
  }

  @Test
  void what_the_prover_finds_stands_there_with_its_mend() throws Exception {
    var mesh = server.network(Files.readString(Path.of("../examples/relay-mesh.yaml")));
    String at = BASE + "/networks/" + mesh.name() + "/findings";
    var item =
        StreamSupport.stream(server.get(at, operator).json().get("items").spliterator(), false)
            .filter(each -> each.get("source").asString().equals("definition"))
            .findFirst()
            .orElseThrow();
    assertThat(item.get("code").asString()).isEqualTo("F73");
    assertThat(item.get("mend").asString()).isNotEmpty();
    assertThat(server.get(at, server.token(Scope.OWN, Optional.empty())).status()).isEqualTo(403);
  }
}
