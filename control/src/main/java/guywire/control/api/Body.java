package guywire.control.api;

import guywire.network.json.RecordCodec;
import guywire.network.json.UnreadableDocument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON object in a request. Each member is asked for by name, with its type and its longest
 * length; {@link #complete} refuses what nobody asked for, so that nothing can be set that was not
 * meant to be.
 *
 * <p>For one thread.
 */
final class Body {

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(8)
                          .maxNumberLength(20)
                          .maxNameLength(100)
                          .maxStringLength(Operation.LARGE)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode object;
  private final Set<String> asked = new HashSet<>();

  private Body(JsonNode object) {
    this.object = object;
  }

  /** No body at all. */
  static Body empty() {
    return new Body(ApiJson.object());
  }

  /** Reads a body; nothing is the same as an object without members. */
  static Body read(byte[] bytes) {
    if (bytes.length == 0) {
      return empty();
    }
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (node != null && node.isObject()) {
        return new Body(node);
      }
    } catch (JacksonException e) {
      // The library's words may hold what was sent; ours don't.
      throw Problem.of(400, "not-json");
    }
    throw Problem.of(400, "not-json");
  }

  private Optional<JsonNode> member(String name) {
    asked.add(name);
    return object.optional(name).filter(node -> !node.isNull());
  }

  /** A text; characters that can't be seen are refused but for line feeds, returns and tabs. */
  Optional<String> text(String name, int longest) {
    return member(name).map(node -> checked(name, node, longest));
  }

  private static String checked(String name, JsonNode node, int longest) {
    if (!node.isString() || node.stringValue().length() > longest) {
      throw Problem.of(400, "bad-text", name, String.valueOf(longest));
    }
    String text = node.stringValue();
    if (text.indexOf('\0') >= 0 || !isWhole(text)) {
      // No database keeps these.
      throw Problem.of(400, "bad-text", name, String.valueOf(longest));
    }
    return text;
  }

  /** Whether each surrogate has its partner. */
  private static boolean isWhole(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** A text that must be there. */
  String needed(String name, int longest) {
    return text(name, longest).orElseThrow(() -> Problem.of(400, "missing", name));
  }

  /** A whole number. */
  Optional<Long> number(String name, long least, long most) {
    return member(name)
        .map(node -> {
          if (!node.isIntegralNumber()
              || !node.canConvertToLong()
              || node.longValue() < least
              || node.longValue() > most) {
            throw Problem.of(400, "bad-number", name, String.valueOf(least), String.valueOf(most));
          }
          return node.longValue();
        });
  }

  /** A list of texts. */
  List<String> texts(String name, int longest, int most) {
    var texts = new ArrayList<String>();
    member(name)
        .ifPresent(node -> {
          if (!node.isArray() || node.size() > most) {
            throw Problem.of(400, "bad-list", name, String.valueOf(most));
          }
          node.forEach(item -> texts.add(checked(name, item, longest)));
        });
    return texts;
  }

  /** A list of objects, of which each has to be {@link #complete} too. */
  List<Body> objects(String name, int most) {
    var objects = new ArrayList<Body>();
    member(name)
        .ifPresent(node -> {
          if (!node.isArray() || node.size() > most) {
            throw Problem.of(400, "bad-objects", name, String.valueOf(most));
          }
          for (var item : node) {
            if (!item.isObject()) {
              throw Problem.of(400, "bad-objects", name, String.valueOf(most));
            }
            objects.add(new Body(item));
          }
        });
    return objects;
  }

  /** All of it as a record, which takes each of its members once and no others. */
  <T> T as(RecordCodec<T> codec) {
    try {
      return codec.read(MAPPER.writeValueAsString(object));
    } catch (UnreadableDocument e) {
      throw Problem.of(400, "bad-document", e.text());
    }
  }

  /** Yes or no; no where it says nothing. */
  boolean flag(String name) {
    return member(name)
        .map(node -> {
          if (!node.isBoolean()) {
            throw Problem.of(400, "bad-flag", name);
          }
          return node.booleanValue();
        })
        .orElse(false);
  }

  /** Refuses members that nobody asked for. */
  void complete() {
    for (var name : object.propertyNames()) {
      if (!asked.contains(name)) {
        throw Problem.of(400, "unknown-member", name);
      }
    }
  }
}
