package guywire.recognise;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.input.SourceFile;
import guywire.network.text.Place;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people call their machines, in the comments of their files. */
class GivenNamesTest {

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "# Node-B | node-b",
        "# Bert's NAS | berts-nas",
        "### begin phone ### | phone",
        "# Client: tablet (1234) | tablet",
        "# friendly_name = kitchen pi | kitchen-pi",
        "; office router - do not touch | office-router",
        "# Node-C（无固定公网 IP） | node-c",
        "# 家里的路由器 | 家里的路由器",
        "# 上海-办公室 | 上海-办公室",
        "# 请不要删除这个节点因为备份还需要它 | ''",
        "# Endpoint = 198.51.100.1:51820 | ''",
        "# needed for the backup of the server | ''",
        "# [Peer] | ''",
        "# | ''",
        "# 10.0.0.2 | ''",
      })
  void a_short_comment_is_a_name_and_a_sentence_is_not(String comment, String name) {
    assertThat(GivenNames.label(comment).orElse("")).isEqualTo(name);
  }

  @Test
  void a_comment_belongs_to_the_section_it_stands_beside() {
    var labels =
        new GivenNames(
            List.of(
                new SourceFile(
                    "hub.conf",
                    """
                    [Interface]
                    # above
                    [Peer]
                    PublicKey = x
                    [Peer] # behind
                    PublicKey = y
                    [Peer]
                    # below
                    PublicKey = z
                    AllowedIPs = 10.0.0.1/32 # not this one

                    [Peer]
                    PublicKey = w
                    """)));
    assertThat(labels.beside(new Place("hub.conf", 3, 1))).contains("above");
    assertThat(labels.beside(new Place("hub.conf", 5, 1))).contains("behind");
    assertThat(labels.beside(new Place("hub.conf", 7, 1))).contains("below");
    assertThat(labels.beside(new Place("hub.conf", 12, 1))).isEmpty();
    assertThat(labels.beside(new Place("other.conf", 3, 1))).isEmpty();
  }

  @Test
  void a_name_is_given_once_and_never_a_word_of_the_language() {
    var labels = new GivenNames(List.of());
    assertThat(labels.take("phone")).hasToString("phone");
    assertThat(labels.take("phone")).hasToString("phone-2");
    assertThat(labels.take("internet")).hasToString("internet-node");
    assertThat(labels.take("x".repeat(80)).text()).hasSizeLessThan(60);
  }
}
