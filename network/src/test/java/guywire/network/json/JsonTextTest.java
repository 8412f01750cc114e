package guywire.network.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Our JSON is that of everybody else: Jackson reads and writes the same, or refuses the same. */
class JsonTextTest {

  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** What documents are broken with. */
  private static final String NOISE =
      "{}[]:,\"\\u/ \n\t\r0123456789-+.eEtrufalsn\u0001\u00e9\ud800";

  private static final String LETTERS =
      "ab\"\\/\b\f\n\r\t\u0000\u001f\u007f\u00e9\u4e0a\ud83d\ude00\ud800";

  @Test
  void a_tree_is_written_and_read_as_by_jackson() throws JacksonException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      Object tree = tree(random, 4);
      String text = JsonText.write(tree);
      assertThat(text).as("seed %d", seed).isEqualTo(written(tree));
      assertThat(JsonText.read(text)).as("seed %d: %s", seed, text).isEqualTo(tree);
    }
  }

  @Test
  void what_is_broken_is_read_or_refused_as_by_jackson() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < 30_000; i++) {
      var text = new StringBuilder(JsonText.write(tree(random, 3)));
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        int at = random.nextInt(text.length() + 1);
        char noise = NOISE.charAt(random.nextInt(NOISE.length()));
        if (random.nextBoolean() || at == text.length()) {
          text.insert(at, noise);
        } else if (random.nextBoolean()) {
          text.setCharAt(at, noise);
        } else {
          text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(3)));
        }
      }
      var ours = ours(text.toString());
      assertThat(ours).as("seed %d: %s", seed, text).isEqualTo(byJackson(text.toString()));
      refused += ours.isEmpty() ? 1 : 0;
    }
    assertThat(refused).isBetween(10_000, 29_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "\"",
        "\"\\",
        "\"\\u12",
        "-",
        "01",
        "-01",
        "1.5",
        "1e5",
        "9223372036854775808",
        "-9223372036854775809",
        "null",
        "[null]",
        "tru",
        "truee",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":1,\"a\":1}",
        "\"\t\"",
        "\"\\x\"",
        "\"\\uD83\"",
        "1 2",
        "[] []",
        "\ufeff1"
      })
  void what_is_no_json_of_ours_is_refused(String text) {
    assertThatThrownBy(() -> JsonText.read(text)).isInstanceOf(UnreadableDocument.class);
    assertThat(byJackson(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-0",
        "0",
        "9223372036854775807",
        "-9223372036854775808",
        " \r\n\t[ true , false ] \n",
        "{ \"a\" : { } , \"b\" : [ ] }",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u4e0A\\ud83d\\ude00\\ud800\""
      })
  void what_is_written_in_another_way_is_read_all_the_same(String text) {
    assertThat(ours(text)).isPresent().isEqualTo(byJackson(text));
  }

  @Test
  void a_text_is_as_deep_as_jackson_lets_it_be_and_no_deeper() {
    assertThat(ours("[".repeat(500) + "]".repeat(500))).isPresent();
    assertThat(ours("[".repeat(501) + "]".repeat(501))).isEmpty();
    assertThat(ours("[".repeat(1_000_000))).isEmpty();
    assertThat(byJackson("[".repeat(500) + "]".repeat(500))).isPresent();
    assertThat(byJackson("[".repeat(501) + "]".repeat(501))).isEmpty();
  }

  @Test
  void the_line_is_said_where_it_is_no_json() {
    assertThatThrownBy(() -> JsonText.read("{\n\"a\":\n?}"))
        .isInstanceOfSatisfying(
            UnreadableDocument.class, e -> assertThat(e.text().toString()).contains("line 3: ?"));
  }

  private static Object tree(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> random.nextBoolean();
      case 1 -> random.nextLong() >> random.nextInt(64);
      case 2, 3 -> text(random);
      case 4 -> {
        var list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(tree(random, depth - 1));
        }
        yield list;
      }
      default -> {
        var map = new LinkedHashMap<String, Object>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(text(random), tree(random, depth - 1));
        }
        yield map;
      }
    };
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  private static Optional<Object> ours(String text) {
    try {
      return Optional.of(JsonText.read(text));
    } catch (UnreadableDocument e) {
      return Optional.empty();
    }
  }

  private static String written(Object tree) {
    var text = new StringWriter();
    try (var out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(out, tree);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, Object tree) {
    switch (tree) {
      case Map<?, ?> object -> {
        out.writeStartObject();
        object.forEach((name, value) -> {
          out.writeName(name.toString());
          write(out, value);
        });
        out.writeEndObject();
      }
      case List<?> array -> {
        out.writeStartArray();
        array.forEach(value -> write(out, value));
        out.writeEndArray();
      }
      case Long number -> out.writeNumber(number);
      case Boolean truth -> out.writeBoolean(truth);
      default -> out.writeString(tree.toString());
    }
  }

  private static Optional<Object> byJackson(String text) {
    try (var in = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      var first = in.nextToken();
      if (first == null) {
        return Optional.empty();
      }
      Optional<Object> tree = Optional.of(read(in, first));
      return in.nextToken() == null ? tree : Optional.empty();
    } catch (JacksonException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Object read(JsonParser in, JsonToken token) {
    return switch (token) {
      case START_OBJECT -> {
        var object = new LinkedHashMap<String, Object>();
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = in.currentName();
          object.put(name, read(in, in.nextToken()));
        }
        yield object;
      }
      case START_ARRAY -> {
        var array = new ArrayList<>();
        for (var next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
          array.add(read(in, next));
        }
        yield array;
      }
      case VALUE_STRING -> in.getString();
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw new IllegalArgumentException(token.toString());
    };
  }
}
