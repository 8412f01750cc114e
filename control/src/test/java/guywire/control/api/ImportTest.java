package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Networks;
import guywire.control.store.Scope;
import guywire.network.Name;
import guywire.protocol.PrivateKey;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Files of hosts are sent, and a definition comes back; whatever is sent, nothing is changed. */
@Timeout(180)
class ImportTest {

  private static final String AT = "/api/v1/imports";
  private static final PrivateKey HUB = PrivateKey.generate(new Random(1));
  private static final PrivateKey ROUTER = PrivateKey.generate(new Random(2));

  @TempDir Path directory;
  private RunningServer server;
  private String operator;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    operator = server.token(Scope.OPERATE, Optional.empty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String hub() {
    return """
    [Interface]
    PrivateKey = %s
    Address = 10.8.0.1/24
    ListenPort = 51820
    [Peer]
    PublicKey = %s
    AllowedIPs = 10.8.0.2/32
    """
        .formatted(HUB.base64(), ROUTER.publicKey());
  }

  private static String router() {
    return """
    [Interface]
    PrivateKey = %s
    Address = 10.8.0.2/24
    [Peer]
    PublicKey = %s
    Endpoint = 203.0.113.1:51820
    AllowedIPs = 10.8.0.0/24
    PersistentKeepalive = 25
    """
        .formatted(ROUTER.base64(), HUB.publicKey());
  }

  /** A request with pairs of path and text. */
  private static ObjectNode request(String... files) {
    var request = RunningServer.MAPPER.createObjectNode();
    request.put("network", "old");
    var all = request.putArray("files");
    for (int i = 0; i < files.length; i += 2) {
      add(all, files[i], files[i + 1]);
    }
    return request;
  }

  private static void add(ArrayNode files, String path, String text) {
    files.addObject().put("path", path).put("text", text);
  }

  private Said send(ObjectNode request) {
    return server.post(AT, operator, request.toString());
  }

  @Test
  void files_of_two_hosts_become_a_definition_and_nothing_is_changed_by_it() {
    var said = send(request("hub.conf", hub(), "sites/router/wg0.conf", router()));
    assertThat(said.status()).as(said.text()).isEqualTo(200);
    var json = said.json();
    assertThat(json.get("files").toString())
        .isEqualTo(
            "[{\"path\":\"hub.conf\",\"read\":true,\"format\":\"wg-quick\",\"host\":\"hub\",\"configuration\":true},"
                + "{\"path\":\"sites/router/wg0.conf\",\"read\":true,\"format\":\"wg-quick\",\"host\":\"router\",\"configuration\":true}]");
    assertThat(json.get("networks").toString()).isEqualTo("[[\"hub\",\"router\"]]");
    assertThat(json.get("definition").asString())
        .startsWith("# ")
        .contains("network: old", "hub:", "router:", HUB.publicKey().toString())
        .doesNotContain(HUB.base64());
    assertThat(json.at("/difference/lost").isEmpty()).as(said.text()).isTrue();
    assertThat(server.database.<Long>read(session -> new Networks(session).count())).isZero();
    assertThat(said.text()).doesNotContain(HUB.base64(), ROUTER.base64());
  }

  @Test
  void the_definition_can_be_made_a_network_as_it_is_and_its_nodes_keep_the_keys_of_their_files() {
    var said = send(request("hub.conf", hub(), "router.conf", router()));
    server.network(said.json().get("definition").asString());
    var nodes =
        server.get("/api/v1/networks/old/nodes", server.token(Scope.READ, Optional.empty()));
    assertThat(nodes.json().at("/items/0/public-key").asString())
        .isEqualTo(HUB.publicKey().toString());
    assertThat(nodes.json().at("/items/1/public-key").asString())
        .isEqualTo(ROUTER.publicKey().toString());
  }

  @Test
  void a_fault_is_told_with_its_file_and_line_in_the_language_that_is_asked_for() {
    String wrong = router().replace("AllowedIPs = 10.8.0.0/24", "AllowedIPs = 10.8.0.0/240");
    var finding = send(request("hub.conf", hub(), "北京/wg0.conf", wrong)).json().at("/findings/0");
    assertThat(finding.get("file").asString()).isEqualTo("北京/wg0.conf");
    assertThat(finding.get("line").asInt()).isEqualTo(7);
    assertThat(finding.get("mend").asString()).isNotEmpty();
  }

  @Test
  void a_file_that_is_not_read_is_said_not_to_be() {
    var said =
        send(
            request(
                "hub.conf", hub(), "all/README.md", "how it was", "all/strange.bin", "wireguard"));
    assertThat(said.json().at("/files/1/read").asBoolean()).isFalse();
    assertThat(said.json().at("/files/1/configuration").asBoolean()).isFalse();
    assertThat(said.json().at("/files/2/read").asBoolean()).isFalse();
    assertThat(said.json().at("/files/2/configuration").asBoolean()).isTrue();
    assertThat(said.json().get("findings").toString()).contains("all/strange.bin", "A03");
  }

  @Test
  void files_without_a_tunnel_give_no_definition() {
    var said = send(request("notes.txt", "remember the milk"));
    assertThat(said.status()).isEqualTo(200);
    assertThat(said.json().has("definition")).isFalse();
    assertThat(said.json().get("networks").isEmpty()).isTrue();
    assertThat(said.json().get("findings").isEmpty()).isFalse();
  }

  @Test
  void of_several_networks_the_one_with_the_named_host_is_meant() {
    String other = hub().replace(ROUTER.publicKey().toString(), "A".repeat(42) + "8=");
    String alone = other.replace(HUB.base64(), PrivateKey.generate(new Random(3)).base64());
    var request = request("hub.conf", hub(), "router.conf", router(), "alone.conf", alone);
    assertThat(send(request).json().get("networks").size()).isEqualTo(2);
    assertThat(send(request.put("host", "hub")).json().get("definition").asString())
        .contains("router:");
    assertThat(send(request.put("host", "alone")).json().get("definition").asString())
        .contains("alone:")
        .doesNotContain("router:");
    assertThat(send(request.put("host", "nobody")).code()).isEqualTo("unknown-host");
  }

  @Test
  void whose_file_it_is_can_be_said() {
    var request = request("wg0.conf", hub(), "wg0-1.conf", router());
    ((ObjectNode) request.at("/files/0")).put("host", "上海");
    ((ObjectNode) request.at("/files/1")).put("host", "router");
    assertThat(send(request).json().get("networks").toString()).contains("\"上海\"", "\"router\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/shadow",
        "/etc/shadow",
        "a//b",
        "a/./b",
        "a/",
        "..",
        "C:\\wg0.conf",
        "a\nb",
        " ",
        "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21"
      })
  void a_path_that_is_none_is_refused(String path) {
    assertThat(send(request(path, hub())).code()).isEqualTo("bad-path");
  }

  @Test
  void what_nobody_asked_for_is_refused_and_not_left_out_silently() {
    var more = request("hub.conf", hub());
    ((ObjectNode) more.at("/files/0")).put("mode", 384);
    assertThat(send(more).code()).isEqualTo("unknown-member");
    assertThat(send(request("a.conf", hub(), "a.conf", router())).code()).isEqualTo("same-path");
    assertThat(send(request()).code()).isEqualTo("missing");
    assertThat(send(request("a.conf", "a\0b")).code()).isEqualTo("bad-text");
    assertThat(server.post(AT, operator, "{\"files\": [\"a.conf\"]}").code())
        .isEqualTo("bad-objects");
    var many = request();
    for (int i = 0; i < 301; i++) {
      add((ArrayNode) many.get("files"), i + ".conf", "");
    }
    assertThat(send(many).code()).isEqualTo("bad-objects");
    assertThat(send(request("a.conf", "#".repeat(600_000), "b.conf", "#".repeat(600_000))).code())
        .isEqualTo("too-much-text");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{", "[", "<a>", "table inet a {\n chain b {\n", "interfaces {\n", "(", "/ip\n"})
  void a_file_that_is_deep_or_senseless_is_answered_like_any_other(String piece) {
    for (var head :
        new String[] {
          "",
          "interfaces {\n",
          "<?xml version=\"1.0\"?><opnsense>",
          "table inet x {\n",
          "config interface 'x'\n"
        }) {
      String deep = head + piece.repeat(50_000 / piece.length());
      for (var name : new String[] {"deep.conf", "deep.nft", "deep.rsc", "deep.xml", "deep.sh"}) {
        var said = send(request("hub.conf", hub(), name, deep));
        assertThat(said.status()).as("%s %s: %s", head, name, said.text()).isEqualTo(200);
      }
    }
  }

  @Test
  void who_may_only_look_may_not_ask_for_it() {
    String body = request("hub.conf", hub()).toString();
    for (var scope : new Scope[] {Scope.READ, Scope.OWN}) {
      assertThat(server.post(AT, server.token(scope, Optional.empty()), body).status())
          .isEqualTo(403);
    }
    var network = server.network(RunningServer.LOOSE);
    assertThat(network.name()).isEqualTo(new Name("two-homes"));
    String one = server.token(Scope.OPERATE, Optional.of(network));
    assertThat(server.post(AT, one, body).status()).isEqualTo(200);
  }

  /** A hub with so many peers beside the router. */
  private static String hub(int peers) {
    var text = new StringBuilder(hub());
    var random = new Random(7);
    for (int i = 0; i < peers; i++) {
      text.append("[Peer]\nPublicKey = ")
          .append(PrivateKey.generate(random).publicKey())
          .append("\nAllowedIPs = 10.9.")
          .append(i / 250)
          .append('.')
          .append(i % 250 + 1)
          .append("/32\n");
    }
    return text.toString();
  }

  @Test
  void more_machines_than_are_looked_at_while_others_wait_are_refused() {
    assertThat(send(request("hub.conf", hub(300))).status()).isEqualTo(200);
    assertThat(send(request("hub.conf", hub(700))).code()).isEqualTo("too-many-machines");
    var prefixes = new StringBuilder(hub()).append("AllowedIPs = 10.20.0.0/24");
    for (int i = 0; i < 3000; i++) {
      prefixes.append(", 172.").append(16 + i / 250).append('.').append(i % 250).append(".0/24");
    }
    assertThat(send(request("hub.conf", prefixes.append('\n').toString())).code())
        .isEqualTo("too-many-machines");
  }
}
