package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Scope;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The map of a network, and questions about who reaches whom in it. */
@Timeout(120)
class JourneyTest {

  private static final String AT = "/api/v1/networks/two-homes";

  @TempDir Path directory;
  private RunningServer server;
  private String reader;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    server.network(RunningServer.LOOSE);
    reader = server.token(Scope.READ, Optional.empty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Said ask(String members) {
    return server.post(AT + "/journeys", reader, "{" + members.replace('\'', '"') + "}");
  }

  private boolean reaches(String members) {
    var said = ask(members);
    assertThat(said.status()).as(said.text()).isEqualTo(200);
    return said.json().get("reaches").asBoolean();
  }

  @Test
  void a_reader_asks_for_the_way_of_a_packet() {
    var said = ask("'from': 'macbook', 'to': 'nas-a'").json();
    assertThat(said.get("reaches").asBoolean()).isTrue();
    assertThat(said.get("version").asLong()).isEqualTo(1);
    assertThat(said.get("why").asString()).isEmpty();
    assertThat(said.get("journey").toString()).contains("ecs", "router-a", "nas-a");
    assertThat(said.get("way").toString())
        .isEqualTo("[\"macbook\",\"ecs\",\"router-a\",\"nas-a\"]");
    assertThat(reaches("'from': 'macbook', 'to': '192.168.2.100', 'port': 443")).isTrue();
    assertThat(reaches("'from': 'internet', 'to': 'nas-a', 'transport': 'udp', 'port': 53"))
        .isFalse();
  }

  @Test
  void with_a_part_down_it_tells_what_stops_the_packet() {
    for (var down : new String[] {"ecs", "router-a", "home-a", "ecs/router-a"}) {
      var said = ask("'from': 'macbook', 'to': 'nas-a', 'down': ['" + down + "']").json();
      assertThat(said.get("reaches").asBoolean()).as(down).isFalse();
      assertThat(said.get("why").asString()).as(down).isNotEmpty();
    }
    assertThat(reaches("'from': 'macbook', 'to': 'nas-a', 'down': ['router-b', 'iphone']"))
        .isTrue();
    // Nothing was changed by asking.
    assertThat(reaches("'from': 'macbook', 'to': 'nas-a'")).isTrue();
  }

  @Test
  void who_is_cut_off_by_what_is_down_is_told_at_once() {
    var hub = server.post(AT + "/outages", reader, "{\"down\": [\"ecs\"]}");
    assertThat(hub.status()).as(hub.text()).isEqualTo(200);
    assertThat(hub.json().get("lost").toString())
        .contains("macbook", "nas-a")
        .doesNotContain("\"ecs\"");
    var link = server.post(AT + "/outages", reader, "{\"down\": [\"ecs/router-a\"]}").json();
    assertThat(link.get("lost").toString()).contains("macbook", "nas-a", "\"ecs\"");
    assertThat(link.at("/lost/0/why").asString()).isNotEmpty();
    var phone = server.post(AT + "/outages", reader, "{\"down\": [\"iphone\"]}").json();
    assertThat(phone.get("lost").size()).isZero();
    assertThat(phone.get("machines-left-out").asInt()).isZero();
    assertThat(server.post(AT + "/outages", reader, "{\"down\": [\"nobody\"]}").code())
        .isEqualTo("unknown-spot");
  }

  @Test
  void a_device_that_is_not_let_in_reaches_nobody() {
    String operator = server.token(Scope.OPERATE, Optional.empty());
    assertThat(reaches("'from': 'iphone', 'to': 'ecs'")).isTrue();
    assertThat(
            server
                .ask("PUT", AT + "/devices/iphone/state", operator, "{\"state\": \"paused\"}")
                .status())
        .isEqualTo(200);
    assertThat(reaches("'from': 'iphone', 'to': 'ecs'")).isFalse();
    assertThat(server.get(AT + "/map", reader).json().get("links").toString())
        .contains("macbook")
        .doesNotContain("iphone");
  }

  @Test
  void what_the_network_has_not_is_said_in_one_line() {
    for (var question :
        new String[] {
          "'from': 'nobody', 'to': 'ecs'",
          "'from': 'ecs', 'to': 'nobody'",
          "'from': 'ecs', 'to': 'iphone', 'down': ['ecs/nobody', 'nobody']"
        }) {
      var said = ask(question);
      assertThat(said.status()).isEqualTo(422);
      assertThat(said.code()).isEqualTo("unknown-spot");
      assertThat(said.json().at("/error/text").asString()).contains("nobody").doesNotContain("\n");
    }
    for (var wrong : new String[] {"'transport': 'sctp'", "'transport': 'tcp'"}) {
      assertThat(ask("'from': 'ecs', 'to': 'iphone', " + wrong).code()).isEqualTo("bad-transport");
    }
    assertThat(ask("'from': 'ecs', 'to': 'iphone', 'transport': 'icmp', 'port': 7").code())
        .isEqualTo("bad-transport");
    assertThat(ask("'from': 'ecs'").code()).isEqualTo("missing");
    String many = "'x'" + ", 'x'".repeat(20);
    assertThat(ask("'from': 'ecs', 'to': 'iphone', 'down': [" + many + "]").code())
        .isEqualTo("bad-list");
  }

  @Test
  void the_map_has_who_is_where_and_each_tunnel_once() {
    var map = server.get(AT + "/map", reader).json();
    assertThat(map.at("/sites/0").toString())
        .isEqualTo("{\"name\":\"home-a\",\"lans\":[\"192.168.2.0/24\"],\"hosts\":[\"nas-a\"]}");
    assertThat(map.at("/nodes/0").toString())
        .isEqualTo("{\"name\":\"ecs\",\"role\":\"hub\",\"place\":\"public\",\"serves-lan\":false}");
    assertThat(map.at("/nodes/1/site").asString()).isEqualTo("home-a");
    assertThat(map.at("/nodes/3/place").asString()).isEqualTo("roaming");
    assertThat(map.get("links").toString())
        .isEqualTo(
            "[[\"ecs\",\"iphone\"],[\"ecs\",\"macbook\"],[\"ecs\",\"router-a\"],[\"ecs\",\"router-b\"]]");
    assertThat(map.get("links-left-out").asInt()).isZero();
  }
}
