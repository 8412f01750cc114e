package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Scope;
import guywire.control.store.StoredNetwork;
import guywire.network.json.KeyRing;
import guywire.network.json.NodeDocument;
import guywire.protocol.PrivateKey;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be asked of the server, as its description says. */
@Timeout(120)
class ApiTest {

  private static final String BASE = "/api/v1";

  @TempDir Path directory;
  private RunningServer server;
  private String admin;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    admin = server.token(Scope.ADMINISTER, Optional.empty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static ObjectNode proposal(String definition, long expected, String... cuts) {
    var node = RunningServer.MAPPER.createObjectNode();
    node.put("definition", definition);
    node.put("expected-version", expected);
    var array = node.putArray("cuts");
    for (var cut : cuts) {
      array.add(cut);
    }
    return node;
  }

  private Said change(StoredNetwork network, String text, long expected, String... cuts) {
    return server.post(
        BASE + "/networks/" + network.name() + "/changes",
        admin,
        proposal(text, expected, cuts).toString());
  }

  @Test
  void the_description_and_the_table_of_routes_are_one() {
    var described = new TreeSet<String>();
    for (var path : RunningServer.DESCRIPTION.at("/paths").properties()) {
      for (var operation : path.getValue().properties()) {
        var scopes = new TreeSet<String>();
        operation
            .getValue()
            .optional("x-scope")
            .ifPresent(all -> all.forEach(scope -> scopes.add(scope.asString())));
        var parameters = new TreeSet<String>();
        operation
            .getValue()
            .optional("parameters")
            .ifPresent(all ->
                all.forEach(parameter -> {
                  if (parameter.get("in").asString().equals("query")) {
                    parameters.add(parameter.get("name").asString());
                  }
                }));
        described.add(
            operation.getKey().toUpperCase(Locale.ROOT)
                + " "
                + path.getKey()
                + " "
                + scopes
                + " "
                + parameters
                + " "
                + operation.getValue().has("requestBody"));
      }
    }
    var routed = new TreeSet<String>();
    for (var route : server.operations()) {
      routed.add(
          route.method()
              + " "
              + route.template()
              + " "
              + new TreeSet<>(route.scopes().stream().map(Scope::word).toList())
              + " "
              + new TreeSet<>(route.parameters())
              + " "
              + (route.longest() > 0));
    }
    assertThat(routed).isEqualTo(described);
    assertThat(server.get(BASE + "/openapi.json", "").json()).isEqualTo(RunningServer.DESCRIPTION);
    assertThat(RunningServer.DESCRIPTION.get("openapi").asString()).startsWith("3.1");
  }

  @Test
  void a_network_is_made_seen_changed_compared_and_restored() {
    var network = server.network("# mine\n" + RunningServer.HOMES);
    String at = BASE + "/networks/two-homes";
    assertThat(server.get(BASE + "/networks", admin).json().at("/items/0/name").asString())
        .isEqualTo("two-homes");
    var definition = server.get(at + "/definition", admin);
    assertThat(definition.text()).isEqualTo("# mine\n" + RunningServer.HOMES);
    assertThat(definition.response().headers().firstValue("ETag")).contains("\"1\"");

    String text = RunningServer.HOMES.replace("listen: 24356", "listen: 24357") + "# 上海\n";
    var preview = server.post(at + "/previews", admin, proposal(text, 1).toString());
    assertThat(preview.status()).as(preview.text()).isEqualTo(200);
    assertThat(preview.json().get("lands").asBoolean()).isTrue();
    assertThat(preview.json().at("/difference/changes").toString()).contains("\"port\"");
    assertThat(server.get(at, admin).json().get("version").asLong()).isEqualTo(1);

    assertThat(change(network, text, 1).status()).isEqualTo(201);
    assertThat(server.get(at + "/definition", admin).text()).isEqualTo(text);
    var difference = server.get(at + "/versions/1/difference/2", admin);
    assertThat(difference.json().get("changes").toString()).contains("ecs");

    var restored =
        server.post(
            at + "/versions/1/restoration",
            admin,
            "{\"expected-version\": 2, \"comment\": \"as it was\"}");
    assertThat(restored.status()).as(restored.text()).isEqualTo(201);
    assertThat(server.get(at + "/definition", admin).text())
        .isEqualTo("# mine\n" + RunningServer.HOMES);
    var versions = server.get(at + "/versions", admin).json().get("items");
    assertThat(versions.size()).isEqualTo(3);
    assertThat(versions.at("/0/comment").asString()).isEqualTo("as it was");
    assertThat(server.get(at + "/versions/2", admin).json().get("definition").asString())
        .isEqualTo(text);
    assertThat(server.get(BASE + "/audit", admin).json().at("/items/0/action").asString())
        .isEqualTo("version-1-restored");
  }

  @Test
  void a_refused_change_says_whom_it_would_cut_off_and_a_word_lets_it_land() {
    var network = server.network(RunningServer.LOOSE);
    String without = RunningServer.LOOSE.replaceAll("(?m)^  iphone:.*\n", "");
    var refused = change(network, without, 1);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.code()).isEqualTo("cuts-off");
    assertThat(refused.json().at("/preview/refused").toString()).contains("iphone");
    assertThat(change(network, without, 1, "iphone").status()).isEqualTo(201);
    assertThat(change(network, without, 1, "iphone").code()).isEqualTo("outdated");
  }

  @Test
  void a_change_that_breaks_a_promise_comes_back_with_the_way_of_the_packet() {
    var network = server.network(RunningServer.HOMES);
    var refused =
        change(network, RunningServer.HOMES + "  - macbook reaches nas-a via ecs, router-b\n", 1);
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.code()).isEqualTo("does-not-hold");
    assertThat(refused.json().at("/preview/broken/0/promise").asString()).contains("router-b");
    assertThat(refused.json().at("/preview/broken/0/journey").toString()).contains("router-a");
  }

  @Test
  void errors_are_said_in_the_language_that_is_asked_for() {
    var request =
        HttpRequest.newBuilder(
                URI.create("https://127.0.0.1:" + server.api.port() + BASE + "/self"))
            .header("Accept-Language", "zh-CN,zh;q=0.9")
            .build();
    assertThat(server.ask(request).json().at("/error/text").asString()).startsWith("需要令牌");
  }

  @Test
  void pages_of_a_list_make_the_whole_list() {
    var network = server.network(RunningServer.HOMES);
    var names = new ArrayList<String>();
    String after = "";
    do {
      var page =
          server
              .get(BASE + "/networks/" + network.name() + "/nodes?limit=2&after=" + after, admin)
              .json();
      page.get("items").forEach(node -> names.add(node.get("name").asString()));
      after = page.optional("next").map(next -> next.asString()).orElse("");
    } while (!after.isEmpty());
    assertThat(names).containsExactly("ecs", "iphone", "macbook", "router-a", "router-b");
    assertThat(server.get(BASE + "/networks?limit=1001", admin).code()).isEqualTo("bad-limit");
    assertThat(server.get(BASE + "/networks?limit=-1", admin).code()).isEqualTo("bad-limit");
  }

  @Test
  void a_list_is_searched_chosen_from_and_put_in_order() {
    var network = server.network(RunningServer.HOMES);
    String at = BASE + "/networks/" + network.name();
    assertThat(names(at + "/nodes?search=ROUTER")).containsExactly("router-a", "router-b");
    assertThat(names(at + "/nodes?sort=-name&limit=2")).containsExactly("router-b", "router-a");
    assertThat(names(at + "/nodes?online=true")).isEmpty();
    assertThat(names(at + "/devices?kind=macos")).containsExactly("macbook");
    assertThat(names(at + "/devices?state=waiting&sort=-kind"))
        .containsExactly("macbook", "iphone");
    assertThat(server.get(at + "/devices?state=asleep", admin).code()).isEqualTo("bad-choice");
    assertThat(server.get(at + "/devices?sort=colour", admin).code()).isEqualTo("bad-sort");
    assertThat(server.get(at + "/nodes?sort=-name&after=x", admin).code()).isEqualTo("bad-after");
    assertThat(server.get(at + "/nodes?colour=red", admin).code()).isEqualTo("unknown-parameter");
  }

  @Test
  void what_was_written_down_is_searched_and_read_from_either_end() {
    var network = server.network(RunningServer.HOMES);
    String audit = BASE + "/audit?network=" + network.name();
    var all = numbers(audit);
    assertThat(all).isSortedAccordingTo(Comparator.reverseOrder()).isNotEmpty();
    assertThat(numbers(audit + "&sort=number")).isEqualTo(all.reversed());
    assertThat(numbers(audit + "&sort=number&limit=1&after=" + (all.getLast() - 1)))
        .containsExactly(all.getLast());
    assertThat(numbers(audit + "&search=NETWORK")).containsAnyElementsOf(all);
    assertThat(numbers(audit + "&search=100%25_")).isEmpty();
    assertThat(numbers(audit + "&actor=nobody-of-that-name")).isEmpty();
    assertThat(numbers(audit + "&until=2000-01-01T00:00:00Z")).isEmpty();
    assertThat(numbers(audit + "&since=2000-01-01T00:00:00Z")).isEqualTo(all);
    assertThat(server.get(audit + "&since=yesterday", admin).code()).isEqualTo("bad-moment");
    String versions = BASE + "/networks/" + network.name() + "/versions";
    assertThat(numbers(versions + "?sort=number")).containsExactly(1L);
    assertThat(numbers(versions + "?author=nobody-of-that-name")).isEmpty();
  }

  private List<String> names(String list) {
    return items(list).map(item -> item.get("name").asString()).toList();
  }

  private List<Long> numbers(String list) {
    return items(list).map(item -> item.get("number").asLong()).toList();
  }

  private Stream<JsonNode> items(String list) {
    var answer = server.get(list, admin);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().get("items").valueStream();
  }

  @Test
  void a_node_gets_its_key_and_its_document_has_it_and_no_secret() {
    var network = server.network(RunningServer.HOMES);
    var key = PrivateKey.generate(new Random(1)).publicKey();
    String at = BASE + "/networks/" + network.name() + "/nodes/";
    assertThat(
            server.ask("PUT", at + "ecs/key", admin, "{\"public-key\": \"" + key + "\"}").status())
        .isEqualTo(200);
    assertThat(
            server.ask("PUT", at + "iphone/key", admin, "{\"public-key\": \"" + key + "\"}").code())
        .isEqualTo("key-taken");
    assertThat(server.ask("PUT", at + "ecs/key", admin, "{\"public-key\": \"x\"}").code())
        .isEqualTo("bad-key");
    var text = server.get(at + "macbook/document", admin).text();
    assertThat(text).contains(key.toString());
    var document = NodeDocument.read(text, KeyRing.EMPTY);
    assertThat(document.network()).contains(network.id());
    assertThat(document.revision()).isEqualTo(2);
    assertThat(document.config().name().text()).isEqualTo("macbook");
  }

  @Test
  void who_listens_hears_of_a_change_and_goes_on_where_he_was() throws Exception {
    var network = server.network(RunningServer.HOMES);
    var seen = new ArrayList<String>();
    try (var lines = listen(network, Optional.empty())) {
      seen.add(event(lines));
      change(network, RunningServer.HOMES + "# a\n", 1);
      seen.add(event(lines));
    }
    assertThat(seen).containsExactly("id: 1", "id: 2");
    try (var lines = listen(network, Optional.of("2"))) {
      change(network, RunningServer.HOMES + "# b\n", 2);
      assertThat(event(lines)).isEqualTo("id: 3");
    }
  }

  private BufferedReader listen(StoredNetwork network, Optional<String> last) throws Exception {
    var request =
        HttpRequest.newBuilder(
                URI.create(
                    "https://127.0.0.1:"
                        + server.api.port()
                        + BASE
                        + "/networks/"
                        + network.name()
                        + "/events"))
            .header("Authorization", "Bearer " + admin);
    last.ifPresent(id -> request.header("Last-Event-ID", id));
    var response = server.client.send(request.build(), BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    assertThat(lines.readLine()).isEqualTo(": here");
    return lines;
  }

  /** The number of the next event, whose data is held against the description. */
  private static String event(BufferedReader lines) throws Exception {
    String line = lines.readLine();
    while (!line.startsWith("id:")) {
      line = lines.readLine();
    }
    assertThat(lines.readLine()).isEqualTo("event: network");
    String data = lines.readLine();
    assertThat(
            RunningServer.schema("/components/schemas/Network")
                .validate(data.substring("data: ".length()), com.networknt.schema.InputFormat.JSON))
        .isEmpty();
    return line;
  }

  @Test
  void a_token_is_made_used_listed_without_its_secret_and_revoked() {
    var made =
        server.post(
            BASE + "/tokens",
            admin,
            "{\"owner\": \"ci\", \"label\": \"build\", \"scope\": \"read\", \"uses\": 2,"
                + " \"expires-in-seconds\": 3600}");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    String secret = made.json().get("token").asString();
    assertThat(server.get(BASE + "/self", secret).json().get("owner").asString()).isEqualTo("ci");
    assertThat(server.get(BASE + "/self", secret).status()).isEqualTo(200);
    assertThat(server.get(BASE + "/self", secret).code()).isEqualTo("bad-token");
    assertThat(server.get(BASE + "/tokens", admin).text()).doesNotContain(secret);

    var other = server.post(BASE + "/tokens", admin, "{\"owner\": \"ci\", \"scope\": \"read\"}");
    String id = other.json().get("id").asString();
    String lasting = other.json().get("token").asString();
    assertThat(server.get(BASE + "/self", lasting).status()).isEqualTo(200);
    assertThat(server.ask("DELETE", BASE + "/tokens/" + id, admin, "").status()).isEqualTo(200);
    assertThat(server.get(BASE + "/self", lasting).code()).isEqualTo("bad-token");
  }

  @Test
  void a_webhook_is_made_listed_without_its_secrets_tried_and_removed() {
    String at = BASE + "/webhooks";
    var network = server.network(RunningServer.HOMES);
    var made =
        server.post(
            at,
            admin,
            "{\"url\": \"https://203.0.113.9:8443/services/very-secret?key=1\","
                + " \"network\": \"two-homes\"}");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    String id = made.json().get("id").asString();
    String secret = made.json().get("secret").asString();
    assertThat(server.get(at, admin).text())
        .contains("https://203.0.113.9:8443", network.name().text())
        .doesNotContain(secret)
        .doesNotContain("very-secret")
        .doesNotContain("key=1");
    assertThat(server.post(at, admin, "{\"url\": \"ftp://example.net/\"}").code())
        .isEqualTo("bad-url");
    assertThat(server.post(at + "/" + id + "/test", admin, "").status()).isEqualTo(200);
    assertThat(server.ask("DELETE", at + "/" + id, admin, "").status()).isEqualTo(200);
    assertThat(server.ask("DELETE", at + "/" + id, admin, "").status()).isEqualTo(404);
    String part = server.token(Scope.ADMINISTER, Optional.of(network));
    assertThat(server.get(at, part).code()).isEqualTo("beyond-token");
  }

  @Test
  void ids_of_operations_are_unique() {
    var ids = new HashSet<String>();
    for (var path : RunningServer.DESCRIPTION.at("/paths").properties()) {
      for (var operation : path.getValue().properties()) {
        assertThat(ids.add(operation.getValue().get("operationId").asString())).isTrue();
      }
    }
  }
}
