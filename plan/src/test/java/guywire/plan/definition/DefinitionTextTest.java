package guywire.plan.definition;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A program changes a definition in one place and leaves the rest to the letter. */
class DefinitionTextTest {

  private static final List<String> PHONE = List.of("roaming: true", "platform: ios");
  private static final Name NEWCOMER = new Name("newcomer");

  private static String with(String text) {
    return new DefinitionText(text).with(NEWCOMER, PHONE).orElseThrow().text();
  }

  private static String without(String text, String name) {
    return new DefinitionText(text).without(new Name(name)).orElseThrow().text();
  }

  static List<String> examples() throws IOException {
    try (var files = Files.list(Path.of("../examples"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void a_node_put_into_an_example_and_taken_out_again_leaves_it_as_it_was(String file)
      throws IOException {
    String text = Files.readString(Path.of("../examples", file));
    String more = with(text);
    assertThat(more.lines().filter(line -> line.contains("newcomer")))
        .containsExactly("  newcomer: {roaming: true, platform: ios}");
    assertThat(without(more, "newcomer")).isEqualTo(text);
  }

  @Test
  void the_new_line_stands_behind_the_last_with_its_comment_and_before_what_follows() {
    String head = "network: a\noverlay: 10.0.0.0/24\nnodes:\n";
    String hub = "    hub: # 上海 𠀀\n      hub: true\n      public: 203.0.113.1 # where it is\n";
    String tail = "\n# and then\ndns: hub\n";
    String line = "    newcomer: {roaming: true, platform: ios}\n";
    assertThat(with(head + hub + tail)).isEqualTo(head + hub + line + tail);
    assertThat(without(head + hub + line + tail, "newcomer")).isEqualTo(head + hub + tail);
  }

  @Test
  void line_ends_byte_order_marks_and_a_missing_last_end_stay_as_they_are() {
    String text = "\ufeffnetwork: a\r\noverlay: 10.0.0.0/24\r\nnodes:\r\n  h: {hub: true, public: ";
    assertThat(with(text + "203.0.113.1}"))
        .isEqualTo(text + "203.0.113.1}\r\n  newcomer: {roaming: true, platform: ios}");
  }

  @Test
  void nodes_in_braces_get_one_more() {
    String text =
        "# 𠀀\nnetwork: a\noverlay: 10.0.0.0/24\nnodes: {h: {hub: true, public: 203.0.113.1}%s}\n";
    assertThat(with(text.formatted("")))
        .isEqualTo(text.formatted(", newcomer: {roaming: true, platform: ios}"));
  }

  @Test
  void a_name_that_yaml_would_take_for_something_else_is_still_that_name() {
    String text =
        "network: a\noverlay: 10.0.0.0/24\nnodes:\n  h: {hub: true, public: 203.0.113.1}\n";
    for (var word : List.of("true", "null", "12", "1e3", "0x1f", "上海")) {
      var more = new DefinitionText(text).with(new Name(word), PHONE).orElseThrow();
      assertThat(Definition.parse("d", more.text()).definition().orElseThrow().node(new Name(word)))
          .isPresent();
    }
  }

  @Test
  void what_cannot_be_changed_safely_is_not_changed() {
    String text =
        "network: a\noverlay: 10.0.0.0/24\nnodes:\n  h: {hub: true, public: 203.0.113.1}\n";
    assertThat(new DefinitionText(text).with(new Name("h"), PHONE)).isEmpty();
    assertThat(new DefinitionText(text).without(NEWCOMER)).isEmpty();
    assertThat(new DefinitionText("nonsense: [").with(NEWCOMER, PHONE)).isEmpty();
    // An entry cannot smuggle in another.
    assertThat(
            new DefinitionText(text)
                .with(NEWCOMER, List.of("roaming: true}\n  evil: {roaming: true")))
        .isEmpty();
    assertThat(new DefinitionText(text).with(NEWCOMER, PHONE)).isNotEqualTo(Optional.empty());
  }

  @Test
  void a_member_is_put_behind_the_others_of_a_group_and_nothing_else_changes() {
    for (var groups :
        List.of(
            "  servers: [a, b] # mine\n|  servers: [a, b, new] # mine\n",
            "  servers: {addresses: 10.0.0.0/24, members: [a]}\n"
                + "|  servers: {addresses: 10.0.0.0/24, members: [a, new]}\n",
            "  servers:\n    - a\n    - b # last\n  other: [c]\n"
                + "|  servers:\n    - a\n    - b # last\n    - new\n  other: [c]\n",
            "  servers:\n    members:\n    - a\n|  servers:\n    members:\n    - a\n    - new\n")) {
      String before = "network: x\ngroups:\n" + groups.substring(0, groups.indexOf('|'));
      String after = "network: x\ngroups:\n" + groups.substring(groups.indexOf('|') + 1);
      assertThat(
              new DefinitionText(before)
                  .withMember(new Name("servers"), new Name("new"))
                  .map(DefinitionText::text))
          .contains(after);
      assertThat(new DefinitionText(after).withMember(new Name("servers"), new Name("new")))
          .isEmpty();
      assertThat(new DefinitionText(before).withMember(new Name("nobody"), new Name("new")))
          .isEmpty();
    }
  }
}
