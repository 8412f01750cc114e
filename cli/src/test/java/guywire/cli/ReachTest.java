package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reach is asked and told service by service, in tables, differences and JSON. */
class ReachTest {

  private static final String NETWORK =
      """
      network: media
      overlay: 10.0.0.0/24
      nodes:
        hub: {public: 192.0.2.1, hub: true}
        box: {public: 192.0.2.2}
        tv: {roaming: wifi, platform: android}
        pc: {roaming: wifi}
      policy:
        - tv may reach box on tcp/8096
        - pc may reach box on tcp/22, icmp, udp/1000-2000, tcp/8096
        - pc may reach hub
        - hub may reach box on icmp
      """;

  @TempDir Path directory;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static JsonNode json(String text) {
    return JsonMapper.builder().build().readTree(text);
  }

  @Test
  void a_cell_says_which_services_are_open_and_the_legend_what_it_means() throws IOException {
    var said = Said.by("check", file("n.yaml", NETWORK).toString());
    var lines = said.text().lines().toList();
    assertThat(lines).anySatisfy(line -> assertThat(line).matches("  tv +- +tcp/8096 .*"));
    assertThat(lines).anySatisfy(line -> assertThat(line).matches("  hub +icmp .*"));
    assertThat(lines).anySatisfy(line -> assertThat(line).matches("  pc +ok +\\*1 .*"));
    assertThat(said.text()).contains("*1  icmp tcp/22,8096 udp/1000-2000");
  }

  @Test
  void a_service_that_is_lost_is_noticed_though_a_ping_still_passes() throws IOException {
    Path before = file("before.yaml", NETWORK);
    Path after = file("after.yaml", NETWORK.replace("on tcp/22, icmp,", "on icmp,"));
    var lost = Said.by("diff", before.toString(), after.toString());
    assertThat(lost.code()).isEqualTo(ExitCode.BROKEN);
    assertThat(lost.text())
        .contains("No longer reached:", "pc -> box tcp/22")
        .doesNotContain("Reached only in the new version");
    var gained = Said.by("diff", after.toString(), before.toString());
    assertThat(gained.code()).isEqualTo(ExitCode.HOLDS);
    assertThat(gained.text()).contains("Reached only in the new version:", "pc -> box tcp/22");
    var json = json(Said.by("diff", before.toString(), after.toString(), "--json").text());
    assertThat(json.get("lost").get(0).get("services").get(0).asString()).isEqualTo("tcp/22");
    assertThat(json.get("lost").get(0).get("all").asBoolean()).isFalse();
    assertThat(json.get("changes").get(0).get("kind").asString()).isEqualTo("firewall");
  }

  @Test
  void marks_platforms_and_hooks_are_differences_too() throws IOException {
    Path before = file("before.yaml", NETWORK);
    Path after =
        file(
            "after.yaml",
            NETWORK.replace("pc: {roaming: wifi}", "pc: {roaming: wifi, platform: nixos}"));
    var said = Said.by("diff", before.toString(), after.toString());
    assertThat(said.text()).contains("platform nixos instead of linux");
    String conf = "[Interface]\nAddress = 10.0.0.1/24\nFwMark = %s\nPostUp = %s\n";
    Path one = file("one.conf", conf.formatted("1", "true"));
    Path two = file("two.conf", conf.formatted("2", "ip route add 10.9.0.0/24 dev wg0"));
    Files.createDirectory(directory.resolve("a"));
    Files.createDirectory(directory.resolve("b"));
    Path first = Files.move(one, directory.resolve("a/wg0.conf"));
    Path second = Files.move(two, directory.resolve("b/wg0.conf"));
    var files = Said.by("diff", first.toString(), second.toString());
    assertThat(files.text()).isNotEmpty();
  }

  @Test
  void a_proof_as_json_has_groups_and_the_services_between_them() throws IOException {
    var said = Said.by("check", file("n.yaml", NETWORK).toString(), "--json");
    var json = json(said.text());
    assertThat(json.get("groups").size()).isGreaterThanOrEqualTo(4);
    assertThat(json.get("matrix"))
        .anySatisfy(cell -> {
          assertThat(cell.get("sample-from").asString()).isEqualTo("tv");
          assertThat(cell.get("sample-to").asString()).isEqualTo("box");
          assertThat(cell.get("reach").asString()).isEqualTo("some");
          assertThat(cell.get("open").toString()).isEqualTo("[\"tcp/8096\"]");
          assertThat(cell.get("stop").get("key").asString()).isEqualTo("stop.filtered-by");
          assertThat(cell.get("stop").get("bundle").asString()).isEqualTo("guywire.prove.messages");
          assertThat(cell.get("stop").get("arguments").get(0).asString()).isNotEmpty();
        });
  }

  @Test
  void a_thousand_nodes_fit_on_a_screen_and_into_json() throws IOException {
    var yaml =
        new StringBuilder(
            """
            network: large
            overlay: 10.0.0.0/16
            nodes:
              hub: {public: 192.0.2.1, hub: true}
            """);
    for (int i = 0; i < 1000; i++) {
      yaml.append("  n%d: {roaming: wifi, public-key: %s}\n".formatted(i, key(i)));
    }
    Path file = file("large.yaml", yaml.toString());
    var json = Said.by("check", file.toString(), "--json");
    assertThat(json.code()).isEqualTo(ExitCode.HOLDS);
    assertThat(json.text().length()).isLessThan(2_000_000);
    var screen = Said.by("check", file.toString());
    assertThat(screen.text().lines()).hasSizeLessThan(60).allMatch(line -> line.length() <= 100);
  }

  private static String key(int i) {
    return guywire.protocol.PrivateKey.generate(new java.util.Random(i)).publicKey().toString();
  }

  @Test
  void each_other_means_between_the_names_whether_they_are_groups_or_sites() throws IOException {
    String text =
        """
        network: n
        overlay: 10.0.0.0/24
        nodes:
          p1: {public: 192.0.2.1}
          p2: {public: 192.0.2.2}
          s1: {public: 192.0.2.3}
          s2: {public: 192.0.2.4}
        groups: {prod: [p1, p2], staging: [s1, s2]}
        policy:
          - prod, staging may not reach each other
          - all may reach all
        expect:
          - prod, staging are blocked from each other
          - p1, p2 reach each other
        """;
    var said = Said.by("check", file("n.yaml", text).toString());
    assertThat(said.code()).as(said.text()).isEqualTo(ExitCode.HOLDS);
  }

  @Test
  void of_a_broken_line_one_packet_is_shown_and_the_others_are_counted() throws IOException {
    String text =
        """
        network: n
        overlay: 10.0.0.0/24
        nodes:
          a: {public: 192.0.2.1}
          b: {public: 192.0.2.2}
          c: {public: 192.0.2.3}
        expect:
          - a, b, c are blocked from each other
        """;
    Path file = file("n.yaml", text);
    var said = Said.by("check", file.toString());
    assertThat(said.code()).isEqualTo(ExitCode.BROKEN);
    assertThat(said.text()).containsOnlyOnce("Why not:").contains("and 17 more pairs of this line");
    assertThat(Said.by("check", file.toString(), "--all").text().split("Why not:", -1)).hasSize(19);
  }

  @Test
  void a_table_fits_a_narrow_terminal() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Main.run(
        Screen.plain(stream, stream, 60, Locale.ENGLISH),
        "check",
        Path.of("../examples/two-homes.yaml").toString());
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> !line.startsWith("  kept"))
        .allMatch(line -> Table.width(line) <= 60);
  }

  @Test
  void what_cannot_be_written_is_an_error() throws IOException {
    var full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left on device");
          }
        };
    var errors = new ByteArrayOutputStream();
    Path file = file("n.yaml", NETWORK);
    for (var words :
        new String[][] {
          {"genkey"}, {"check", file.toString()}, {"check", file.toString(), "--json"}, {"--help"}
        }) {
      int code =
          Main.run(
              Screen.plain(
                  new PrintStream(full, true, StandardCharsets.UTF_8),
                  new PrintStream(errors, true, StandardCharsets.UTF_8),
                  Locale.ENGLISH),
              words);
      assertThat(code).as(words[0]).isEqualTo(ExitCode.UNABLE);
    }
    assertThat(errors.toString(StandardCharsets.UTF_8)).contains("could not be written");
  }

  @Test
  void wrong_words_get_a_line_in_the_users_language_that_names_the_right_ones() {
    assertThat(Said.by("chekc").text()).contains("no command chekc", "Did you mean check?");
    assertThat(Said.by("check", "x.yaml", "--al").text()).contains("no option --al");
    assertThat(Said.by("check").text()).contains("missing: NETWORK|FILES");
    var bytes = new ByteArrayOutputStream();
    var stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Main.run(Screen.plain(stream, stream, Locale.ENGLISH), "--lang", "zh-CN", "render");
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("缺少：NETWORK");
  }

  @Test
  void what_is_wrong_in_a_definition_has_a_code_that_can_be_looked_up() throws IOException {
    var said =
        Said.by("check", file("n.yaml", NETWORK.replace("hub: true", "hub: yes")).toString());
    assertThat(said.code()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(said.text().strip()).contains("Write hub: true").endsWith("(D06)");
    assertThat(Said.by("explain", "d20").text()).startsWith("D20 error");
    assertThat(Said.by("explain", "D38", "--json").text()).contains("\"code\" : \"D38\"");
    assertThat(Said.by("explain", "a03").text()).startsWith("A03 error  not read");
    assertThat(Said.by("explain", "D33").code()).isEqualTo(ExitCode.UNREADABLE);
    assertThat(Said.by("explain", "A04").text()).contains("F01 to F75", "A01 to A11");
    String page = Files.readString(Path.of("../docs/definition.md"));
    for (int i = 1; i <= 38; i++) {
      String code = "D%02d".formatted(i);
      boolean known = Said.by("explain", code).code() == ExitCode.HOLDS;
      assertThat(page.contains(code)).as(code).isEqualTo(known);
    }
  }

  @Test
  void a_dumb_terminal_gets_no_control_characters() {
    var environment =
        new java.util.HashMap<>(java.util.Map.of("GUYWIRE_TTY", "12", "TERM", "dumb"));
    assertThat(Screen.ofProcess(environment).hasColour()).isFalse();
    environment.put("TERM", "xterm");
    environment.put("COLUMNS", "60");
    assertThat(Screen.ofProcess(environment).hasColour()).isTrue();
    assertThat(Screen.ofProcess(environment).width()).isEqualTo(60);
  }

  @Test
  void what_the_policy_refuses_is_mended_by_a_line_of_the_policy() throws IOException {
    var refused = Said.by("explain", file("n.yaml", NETWORK).toString(), "tv", "box:22");
    assertThat(refused.text())
        .contains("policy of")
        .endsWith("  - tv may reach box on tcp/22\n")
        .doesNotContain("through the firewall");
    String mended = NETWORK.replace("policy:\n", "policy:\n  - tv may reach box on tcp/22\n");
    assertThat(Said.by("explain", file("n.yaml", mended).toString(), "tv", "box:22").text())
        .endsWith("reachable\n")
        .doesNotContain("unreachable");
  }

  @Test
  void what_the_policy_allows_and_still_does_not_arrive_gets_no_line() throws IOException {
    // The internet has no tunnel to anybody, whatever a policy says.
    String open = NETWORK.replace("policy:\n", "policy:\n  - all may reach all\n");
    var said = Said.by("explain", file("n.yaml", open).toString(), "internet", "box:22");
    assertThat(said.text()).contains("unreachable").doesNotContain("may reach");
  }
}
