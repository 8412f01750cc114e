package guywire.network.json;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON as trees of maps, lists, strings, longs and booleans, which is all that our documents are
 * made of. A member that stands twice in an object is refused, as is anything after the value.
 */
final class JsonText {

  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private JsonText() {}

  static String write(Object tree) {
    var text = new StringWriter();
    try (var out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(out, tree);
    }
    return text.toString();
  }

  /**
   * Reads a tree.
   *
   * @throws UnreadableDocument if it is not JSON, or holds a fraction, a null or a huge number
   */
  static Object read(String text) {
    try (var in = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      Object tree = read(in, in.nextToken());
      if (in.nextToken() != null) {
        throw UnreadableDocument.of("document.not-json", "1", "");
      }
      return tree;
    } catch (JacksonException e) {
      var place = e.getLocation();
      throw UnreadableDocument.of(
          "document.not-json",
          String.valueOf(place == null ? 1 : place.getLineNr()),
          e.getOriginalMessage());
    }
  }

  private static Object read(JsonParser in, @org.jspecify.annotations.Nullable JsonToken token) {
    if (token == null) {
      throw UnreadableDocument.of("document.not-json", "1", "");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = in.currentName();
          object.put(name, read(in, in.nextToken()));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        for (var next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
          array.add(read(in, next));
        }
        yield array;
      }
      case VALUE_STRING -> in.getString();
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default ->
          throw UnreadableDocument.of(
              "document.not-json",
              String.valueOf(in.currentTokenLocation().getLineNr()),
              token.toString());
    };
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
}
