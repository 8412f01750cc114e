package guywire.plan.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The cases of a file of wrong definitions. */
public final class WrongCases {

  private static final String BASE =
      """
      network: n
      overlay: 10.0.0.0/24
      nodes:
        a: {public: 192.0.2.1}
        b: {public: 192.0.2.2}
      """;

  /**
   * One wrong definition.
   *
   * @param code the code of the only finding
   * @param key the key of its message
   * @param at line:column
   * @param yaml the definition
   */
  public record Case(String code, String key, String at, String yaml) {
    @Override
    public String toString() {
      return code + " " + key;
    }
  }

  private WrongCases() {}

  /** Reads the cases of a resource beside a class. */
  public static List<Case> of(Class<?> owner, String resource) throws IOException {
    String text;
    try (var in = owner.getResourceAsStream(resource)) {
      assertThat(in).isNotNull();
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    var cases = new ArrayList<Case>();
    var parts = text.split("\n== ", -1);
    for (int i = 1; i < parts.length; i++) {
      int end = parts[i].indexOf('\n');
      var head = parts[i].substring(0, end).split(" ");
      String body = parts[i].substring(end + 1);
      String yaml = body.startsWith("base\n") ? BASE + body.substring(5) : body;
      cases.add(new Case(head[0], head[1], head[2], yaml));
    }
    return cases;
  }
}
