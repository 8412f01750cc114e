package guywire.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.api.RunningServer.Said;
import guywire.control.store.Scope;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Who may reach whom: the table, the sentences, and what would come of others. */
@Timeout(120)
class AccessTest {

  private static final String AT = "/api/v1/networks/two-homes";

  private static final String LISTS =
      """
      groups:
        mobile: [macbook, iphone]
      policy:
        - mobile may reach home-a on tcp/445   # the files
        - mobile may not reach home-b
        - home-a, home-b may reach each other
      expect:
        - macbook reaches nas-a on tcp/445
      """;

  @TempDir Path directory;
  private RunningServer server;
  private String reader;
  private String operator;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(directory);
    server.network(RunningServer.LOOSE + LISTS);
    reader = server.token(Scope.READ, Optional.empty());
    operator = server.token(Scope.OPERATE, Optional.empty());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private JsonNode access() {
    var said = server.get(AT + "/access", reader);
    assertThat(said.status()).as(said.text()).isEqualTo(200);
    return said.json();
  }

  private static int group(JsonNode access, String member) {
    int at = 0;
    for (var group : access.get("groups")) {
      if (group.get("members").toString().contains('"' + member + '"')) {
        return at;
      }
      at++;
    }
    throw new AssertionError("in no group: " + member);
  }

  private static JsonNode cell(JsonNode access, String from, String to) {
    return StreamSupport.stream(access.get("cells").spliterator(), false)
        .filter(cell -> cell.get("from").asInt() == group(access, from))
        .filter(cell -> cell.get("to").asInt() == group(access, to))
        .findFirst()
        .orElseThrow();
  }

  private Said preview(String members) {
    return server.post(AT + "/access/previews", operator, "{" + members.replace('\'', '"') + "}");
  }

  @Test
  void the_table_says_what_is_open_between_groups_that_behave_alike() {
    var access = access();
    assertThat(access.at("/groups/" + group(access, "iphone") + "/name").asString())
        .isEqualTo("mobile");
    assertThat(group(access, "iphone")).isEqualTo(group(access, "macbook"));
    var files = cell(access, "macbook", "nas-a");
    assertThat(files.get("open").asString()).isEqualTo("some");
    assertThat(files.get("services").asString()).isEqualTo("tcp/445");
    assertThat(files.get("why").asString()).isNotEmpty();
    assertThat(cell(access, "macbook", "nas-b").get("open").asString()).isEqualTo("none");
    assertThat(cell(access, "nas-a", "nas-b").get("open").asString()).isEqualTo("all");
    assertThat(cell(access, "macbook", "internet").get("open").asString()).isEqualTo("all");
    assertThat(access.get("names").toString())
        .contains("{\"name\":\"mobile\",\"kind\":\"group\"}", "\"home-a\",\"kind\":\"site\"");
  }

  @Test
  void each_sentence_that_promises_something_says_whether_it_is_kept() {
    var access = access();
    assertThat(access.at("/policy/0/text").asString())
        .isEqualTo("mobile may reach home-a on tcp/445");
    assertThat(access.at("/policy/0").has("state")).isFalse();
    assertThat(access.at("/policy/1/state").asString()).isEqualTo("kept");
    assertThat(access.at("/expect/0/state").asString()).isEqualTo("kept");
    server.ask("PUT", AT + "/devices/macbook/state", operator, "{\"state\": \"paused\"}");
    var broken = access().at("/expect/0");
    assertThat(broken.get("state").asString()).isEqualTo("broken");
    assertThat(broken.get("why").asString()).isNotEmpty();
    assertThat(broken.get("journey").toString()).contains("macbook");
  }

  @Test
  void another_sentence_is_tried_in_its_line_and_can_then_be_sent_as_a_change() {
    var said =
        preview(
            """
            'expected-version': 1, 'expect': ['macbook reaches nas-a on tcp/445'],
            'policy': ['mobile may reach home-a on tcp/445, tcp/22', 'mobile may not reach home-b',
              'home-a, home-b may reach each other']
            """);
    assertThat(said.status()).as(said.text()).isEqualTo(200);
    assertThat(said.json().get("definition").asString())
        .contains("  - mobile may reach home-a on tcp/445, tcp/22   # the files\n");
    assertThat(said.json().at("/preview/lands").asBoolean()).isTrue();
    assertThat(said.json().at("/preview/difference/gained").toString()).contains("tcp/22");
    var change = ApiJson.object();
    change.put("definition", said.json().get("definition").asString());
    change.put("expected-version", 1);
    assertThat(server.post(AT + "/changes", operator, change.toString()).status()).isEqualTo(201);
    assertThat(cell(access(), "macbook", "nas-a").get("services").asString())
        .isEqualTo("tcp/22,445");
  }

  @Test
  void what_breaks_a_promise_is_told_with_the_packet_and_without_a_policy_all_is_open() {
    var broken =
        preview(
                """
                'expected-version': 1, 'policy': ['home-a, home-b may reach each other'],
                'expect': ['macbook reaches nas-a on tcp/445']
                """)
            .json();
    assertThat(broken.at("/preview/holds").asBoolean()).isFalse();
    assertThat(broken.at("/preview/broken/0/promise").asString())
        .isEqualTo("macbook reaches nas-a on tcp/445");
    assertThat(broken.at("/preview/broken/0/journey").size()).isGreaterThan(1);
    var open = preview("'expected-version': 1, 'policy': [], 'expect': []").json();
    assertThat(open.get("definition").asString()).doesNotContain("policy:", "expect:");
    assertThat(open.at("/preview/lands").asBoolean()).isTrue();
  }

  @Test
  void a_wrong_question_changes_nothing_and_is_told_in_a_line() {
    var unreadable = preview("'expected-version': 1, 'policy': ['mobile can reach all']").json();
    assertThat(unreadable.at("/preview/findings/0/code").asString()).isEqualTo("D10");
    assertThat(preview("'expected-version': 7, 'policy': []").code()).isEqualTo("outdated");
    assertThat(preview("'policy': []").code()).isEqualTo("missing");
    assertThat(preview("'expected-version': 1, 'policy': [' ']").code())
        .isEqualTo("sentences-not-editable");
    assertThat(server.post(AT + "/access/previews", reader, "{}").status()).isEqualTo(403);
    assertThat(access().get("version").asInt()).isEqualTo(1);
  }
}
