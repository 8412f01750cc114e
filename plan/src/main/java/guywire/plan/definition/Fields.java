package guywire.plan.definition;

import guywire.network.text.Place;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The keys and values of a YAML mapping, each key once. */
final class Fields {

  private record Field(Word key, Node value) {}

  private final YamlValues values;
  private final Place place;
  private final Map<String, Field> fields;

  private Fields(YamlValues values, Place place, Map<String, Field> fields) {
    this.values = values;
    this.place = place;
    this.fields = fields;
  }

  /**
   * The fields of a node that must be a mapping; nothing at all counts as an empty one.
   *
   * @param known the keys there are, or empty if the owner chooses them
   */
  static Fields of(YamlValues values, Node node, String what, Optional<Collection<String>> known) {
    var fields = new LinkedHashMap<String, Field>();
    var place = values.place(node);
    if (node instanceof MappingNode mapping) {
      for (var tuple : mapping.getValue()) {
        values
            .word(tuple.getKeyNode(), what)
            .ifPresent(
                key -> add(values, fields, new Field(key, tuple.getValueNode()), what, known));
      }
    } else if (!(node instanceof ScalarNode && node.getTag().equals(Tag.NULL))) {
      values.findings().error("D05", place, "want-mapping", what);
    }
    return new Fields(values, place, fields);
  }

  private static void add(
      YamlValues values,
      Map<String, Field> fields,
      Field field,
      String what,
      Optional<Collection<String>> known) {
    var key = field.key();
    if (known.isPresent() && !known.get().contains(key.text())) {
      String all = String.join(", ", known.get());
      Closest.to(key.text(), known.get())
          .ifPresentOrElse(
              near ->
                  values
                      .findings()
                      .error("D03", key.place(), "key-near", what, key.text(), all, near),
              () ->
                  values
                      .findings()
                      .error("D03", key.place(), "key-unknown", what, key.text(), all));
      return;
    }
    var earlier = fields.putIfAbsent(key.text(), field);
    if (earlier != null) {
      String line = String.valueOf(earlier.key().place().line());
      values.findings().error("D02", key.place(), "key-twice", key.text(), line);
    }
  }

  /** Where the mapping begins. */
  Place place() {
    return place;
  }

  /** Where a key stands, or the mapping if it doesn't. */
  Place place(String key) {
    var field = fields.get(key);
    return field == null ? place : field.key().place();
  }

  /** Whether a key is there. */
  boolean has(String key) {
    return fields.containsKey(key);
  }

  /** The node under a key. */
  Optional<Node> node(String key) {
    return Optional.ofNullable(fields.get(key)).map(Field::value);
  }

  /** Every key with its node, in the order written. */
  void each(BiConsumer<Word, Node> action) {
    fields.values().forEach(field -> action.accept(field.key(), field.value()));
  }

  /** The text under a key. */
  Optional<Word> word(String key) {
    return node(key).flatMap(node -> values.word(node, key));
  }

  /** Whether true stands under a key; false if it is not there. */
  boolean flag(String key) {
    return node(key).flatMap(node -> values.flag(node, key)).orElse(false);
  }

  /** The number under a key. */
  OptionalInt number(String key, int least, int most) {
    var node = node(key);
    return node.isPresent() ? values.number(node.get(), key, least, most) : OptionalInt.empty();
  }

  /** The seconds of a keepalive under a key; 0 for off. */
  OptionalInt keepalive(String key) {
    var node = node(key);
    return node.isPresent() ? values.keepalive(node.get()) : OptionalInt.empty();
  }
}
