package guywire.plan.definition;

import static guywire.plan.definition.DefinitionText.Sentences.EXPECT;
import static guywire.plan.definition.DefinitionText.Sentences.POLICY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program changes the sentences of a definition and leaves the rest to the letter. */
class SentenceListTest {

  private static final String HEAD =
      """
      network: a
      overlay: 10.0.0.0/24
      nodes:
        h: {hub: true, public: 203.0.113.1}
        p: {roaming: true}
      """;

  private static final String LISTS =
      """
      policy: # who may what
        # first the hub
        - p may reach h on tcp/22   # for Anna
        - "h may reach p"

        # and the rest
        - h, p may not reach internet
      # what must hold
      expect:
      - p reaches h
      """;

  private static final String TEXT = HEAD + LISTS;

  private static String saying(String text, String... wanted) {
    return new DefinitionText(text).saying(POLICY, List.of(wanted)).orElseThrow().text();
  }

  @Test
  void a_changed_sentence_keeps_its_place_and_the_comments_around_it() {
    assertThat(
            saying(
                TEXT,
                "p may reach h on tcp/22, tcp/443",
                "h may reach p",
                "h, p may not reach internet"))
        .isEqualTo(TEXT.replace("tcp/22  ", "tcp/22, tcp/443  "));
    assertThat(
            saying(TEXT, "p may reach h on tcp/22", "p may reach p", "h, p may not reach internet"))
        .isEqualTo(TEXT.replace("\"h may reach p\"", "p may reach p"));
  }

  @Test
  void one_more_and_one_less_touch_no_other_line() {
    String more = "    - p may reach p\n".substring(2);
    assertThat(
            saying(
                TEXT,
                "p may reach h on tcp/22",
                "h may reach p",
                "h, p may not reach internet",
                "p may reach p"))
        .isEqualTo(TEXT.replace("# what must", more + "# what must"));
    assertThat(
            saying(
                TEXT,
                "p may reach p",
                "p may reach h on tcp/22",
                "h may reach p",
                "h, p may not reach internet"))
        .isEqualTo(TEXT.replace("  - p may reach h", more + "  - p may reach h"));
    assertThat(saying(TEXT, "p may reach h on tcp/22", "h, p may not reach internet"))
        .isEqualTo(TEXT.replace("  - \"h may reach p\"\n", ""));
  }

  @Test
  void a_moved_sentence_takes_its_line_along() {
    assertThat(
            saying(TEXT, "h may reach p", "p may reach h on tcp/22", "h, p may not reach internet"))
        .isEqualTo(
            TEXT.replace(
                "  - p may reach h on tcp/22   # for Anna\n  - \"h may reach p\"\n",
                "  - \"h may reach p\"\n  - p may reach h on tcp/22   # for Anna\n"));
  }

  @Test
  void the_first_sentence_makes_the_list_and_the_last_takes_it_along() {
    String without = saying(TEXT);
    assertThat(without).isEqualTo(HEAD + LISTS.substring(LISTS.indexOf("# what must")));
    assertThat(saying(without, "p may reach h"))
        .isEqualTo(without.replace("# what", "policy:\n  - p may reach h\n\n# what"));
    assertThat(new DefinitionText(HEAD.strip()).saying(EXPECT, List.of("p reaches h")))
        .hasValue(new DefinitionText(HEAD + "expect:\n  - p reaches h\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"policy: [a may reach b]\n", "policy: []\n"})
  void brackets_stay_brackets(String list) {
    assertThat(saying(HEAD + list, "p, h may reach h", "h may reach p"))
        .isEqualTo(HEAD + "policy: [\"p, h may reach h\", \"h may reach p\"]\n");
  }

  @Test
  void what_stands_in_another_form_stays_as_it_is() {
    for (var list :
        List.of(
            "policy: p may reach h\n",
            "policy:\n  - >\n    p may\n    reach h\n",
            "policy: {}\n")) {
      assertThat(new DefinitionText(HEAD + list).saying(POLICY, List.of("h may reach p")))
          .as(list)
          .isEmpty();
    }
    for (var wrong : List.of("", " p may reach h", "p may\nreach h", "p may reach h\t")) {
      assertThat(new DefinitionText(TEXT).saying(POLICY, List.of(wrong))).as(wrong).isEmpty();
    }
  }

  @Test
  void a_sentence_that_yaml_would_take_for_something_else_stands_in_quotes() {
    for (var odd :
        List.of(
            "p: h",
            "p # h",
            "- p",
            "'p' may",
            "p \"q\" \\ r",
            "yes",
            "p may reach h:",
            "#",
            "{p}")) {
      assertThat(new DefinitionText(saying(TEXT, odd)).sentences(POLICY)).containsExactly(odd);
    }
  }

  @Test
  void whatever_is_wanted_is_what_is_read_and_every_comment_stays() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    String text = Files.readString(Path.of("../examples/star-with-gateways.yaml"));
    var comments = text.lines().filter(line -> line.strip().startsWith("#")).toList();
    for (int i = 0; i < 300; i++) {
      var wanted = new ArrayList<>(new DefinitionText(text).sentences(EXPECT));
      for (int j = random.nextInt(4); j >= 0; j--) {
        int at = random.nextInt(wanted.size());
        switch (random.nextInt(3)) {
          case 0 -> wanted.add(at, "a-" + random.nextInt(50) + " reaches b");
          case 1 -> {
            String moved = wanted.remove(at);
            wanted.add(random.nextInt(wanted.size() + 1), moved);
          }
          default -> {
            if (wanted.size() > 3) {
              wanted.remove(at);
            }
          }
        }
      }
      text = new DefinitionText(text).saying(EXPECT, wanted).orElseThrow().text();
      assertThat(new DefinitionText(text).sentences(EXPECT)).as("seed %d", seed).isEqualTo(wanted);
      assertThat(text.lines().filter(line -> line.strip().startsWith("#")).toList())
          .as("seed %d", seed)
          .isEqualTo(comments);
    }
  }
}
