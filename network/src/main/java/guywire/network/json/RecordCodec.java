package guywire.network.json;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.TunnelInterface;
import guywire.protocol.PublicKey;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Records as JSON, strict both ways: what is written is read as an equal value, and what is read
 * has every field that is needed, none that is unknown, and passed the checks of its record.
 *
 * @param <T> the record, or the sealed interface of records
 */
public final class RecordCodec<T> {

  /*
   * The form follows from the record: an object with a member for each component, its name in kebab
   * case. A value of a sealed interface also says its "kind" first. What has a usual text (addresses,
   * prefixes, names, keys) is that text, an enum its word in kebab case. An empty Optional or
   * collection is left out. The two parts of a promise are not seen in it. So a component that is added to a record can't be forgotten here, and a
   * test that keeps the form of version 2 tells whoever changes it.
   *
   * Some components never travel: private keys, which stay where they are used; pre-shared keys, of
   * which only is said that there is one; and hooks, which only the owner of a host may bring;
   * setbacks, doubts and routing policies, which are found anew from the files.
   */

  private static final String KIND = "kind";
  private static final String SECRET = "preshared-key";

  private static final Map<Class<?>, Function<String, Optional<?>>> TEXTS =
      Map.of(
          String.class,
          Optional::of,
          IpAddress.class,
          text -> IpAddress.tryParse(text),
          Prefix.class,
          text -> Prefix.tryParse(text),
          InterfaceAddress.class,
          text -> InterfaceAddress.tryParse(text),
          InterfaceName.class,
          text -> InterfaceName.tryParse(text),
          Name.class,
          text -> Name.tryParse(text),
          PublicKey.class,
          text -> PublicKey.parse(text),
          NodeId.class,
          text -> NodeId.tryParse(text),
          NetworkId.class,
          text -> NetworkId.tryParse(text));

  /**
   * Where in a document a value stands: put into words only when something is wrong there.
   *
   * @param above what it is in; empty for the whole
   * @param step what leads from there to it
   */
  private record Spot(Optional<Spot> above, Object step) {

    Spot(String whole) {
      this(Optional.empty(), whole);
    }

    Spot member(String name) {
      return new Spot(Optional.of(this), name);
    }

    Spot element(int index) {
      return new Spot(Optional.of(this), index);
    }

    /** {@code NodeConfig.interfaces[0].name}. */
    @Override
    public String toString() {
      String before = above.map(Spot::toString).orElse("");
      return step instanceof Integer
          ? before + "[" + step + "]"
          : above.isEmpty() ? step.toString() : before + "." + step;
    }
  }

  private final Class<T> type;
  private final KeyRing keys;

  private RecordCodec(Class<T> type, KeyRing keys) {
    this.type = type;
    this.keys = keys;
  }

  /** The codec of values without secrets. */
  public static <T> RecordCodec<T> of(Class<T> type) {
    return new RecordCodec<>(type, KeyRing.EMPTY);
  }

  /** The codec that takes the secrets that a value names, but does not hold, from a key ring. */
  static <T> RecordCodec<T> of(Class<T> type, KeyRing keys) {
    return new RecordCodec<>(type, keys);
  }

  /** The value as one line of JSON. */
  public String write(T value) {
    return JsonText.write(tree(value));
  }

  /**
   * The value of a text.
   *
   * @throws UnreadableDocument if the text is not such a value
   */
  public T read(String text) {
    return value(JsonText.read(text));
  }

  Object tree(T value) {
    return tree(value, type);
  }

  T value(Object tree) {
    return type.cast(value(tree, type, new Spot(type.getSimpleName()), Optional.empty()));
  }

  // Writing.

  private static Object tree(Object value, Type declared) {
    // Not by a switch over patterns: the JVM makes a class for each of them at every start.
    if (TEXTS.containsKey(value.getClass())) {
      return value.toString();
    }
    if (value instanceof Record record) {
      return object(record, !RecordForm.kinds(raw(declared)).isEmpty());
    }
    if (value instanceof Optional<?> optional) {
      return tree(optional.orElseThrow(), argument(declared, 0));
    }
    if (value instanceof List<?> list) {
      Type element = argument(declared, 0);
      var trees = new ArrayList<>(list.size());
      for (var each : list) {
        trees.add(tree(each, element));
      }
      return trees;
    }
    if (value instanceof Map<?, ?> map) {
      // In one order, whatever that of the map is: the digest is made of it.
      Map<String, Object> object = new TreeMap<>();
      map.forEach(
          (key, element) -> object.put(key.toString(), tree(element, argument(declared, 1))));
      return object;
    }
    if (value instanceof OptionalInt number) {
      return (long) number.orElseThrow();
    }
    if (value instanceof OptionalLong number) {
      return number.orElseThrow();
    }
    if (value instanceof Integer number) {
      return number.longValue();
    }
    if (value instanceof Enum<?> word) {
      return word(word);
    }
    if (value instanceof Long || value instanceof Boolean) {
      return value;
    }
    throw new IllegalArgumentException("no form for " + value.getClass());
  }

  private static Map<String, Object> object(Record value, boolean ofSeveral) {
    var form = RecordForm.of(value.getClass());
    Map<String, Object> object = new LinkedHashMap<>();
    if (ofSeveral) {
      object.put(KIND, form.kind());
    }
    for (var member : form.members()) {
      Object content = member.content(value);
      if (member.isSpread()) {
        object.putAll(object((Record) content, false));
      } else if (member.isSecret()) {
        if (member.isPreshared() && content instanceof Optional<?> secret && secret.isPresent()) {
          object.put(SECRET, true);
        }
      } else if (!isNothing(content)) {
        Object other = object.put(member.name(), tree(content, member.generic()));
        if (other != null) {
          // A programming error: what is written could not be read.
          throw new IllegalStateException(
              value.getClass().getSimpleName() + " has a component called like its kind");
        }
      }
    }
    return object;
  }

  private static boolean isNothing(Object content) {
    return content instanceof Optional<?> optional && optional.isEmpty()
        || content instanceof Collection<?> list && list.isEmpty()
        || content instanceof Map<?, ?> map && map.isEmpty()
        || content instanceof OptionalInt number && number.isEmpty()
        || content instanceof OptionalLong wide && wide.isEmpty();
  }

  // Reading.

  private Object value(Object tree, Type declared, Spot place, Optional<PublicKey> own) {
    Class<?> raw = raw(declared);
    if (raw == Optional.class) {
      return Optional.of(value(tree, argument(declared, 0), place, own));
    }
    if (raw == OptionalInt.class) {
      return OptionalInt.of(integer(tree, place));
    }
    if (raw == OptionalLong.class) {
      return OptionalLong.of(number(tree, place));
    }
    if (raw == int.class || raw == Integer.class) {
      return integer(tree, place);
    }
    if (raw == long.class || raw == Long.class) {
      return number(tree, place);
    }
    if (raw == boolean.class || raw == Boolean.class) {
      if (tree instanceof Boolean truth) {
        return truth;
      }
      throw wrong(place, tree);
    }
    if (raw == List.class) {
      return list(tree, argument(declared, 0), place, own);
    }
    if (raw == Map.class) {
      return map(tree, declared, place, own);
    }
    if (raw.isEnum()) {
      return word(raw, tree, place);
    }
    var reader = TEXTS.get(raw);
    if (reader != null) {
      Optional<?> read = tree instanceof String text ? reader.apply(text) : Optional.empty();
      if (read.isEmpty()) {
        throw wrong(place, tree);
      }
      return read.get();
    }
    return record(raw, tree, place, own);
  }

  private List<Object> list(Object tree, Type element, Spot place, Optional<PublicKey> own) {
    if (!(tree instanceof List<?> list)) {
      throw wrong(place, tree);
    }
    var values = new ArrayList<>();
    for (var each : list) {
      values.add(value(each, element, place.element(values.size()), own));
    }
    return values;
  }

  private Map<Object, Object> map(Object tree, Type type, Spot place, Optional<PublicKey> own) {
    Map<Object, Object> values = new LinkedHashMap<>();
    members(tree, place)
        .forEach((key, each) -> {
          Spot inner = place.member(key);
          values.put(
              value(key, argument(type, 0), inner, own),
              value(each, argument(type, 1), inner, own));
        });
    return values;
  }

  private Object record(Class<?> declared, Object tree, Spot place, Optional<PublicKey> owner) {
    var members = members(tree, place);
    Class<?> type = declared;
    var kinds = RecordForm.kinds(declared);
    if (!kinds.isEmpty()) {
      Object kind = members.remove(KIND);
      type =
          Optional.ofNullable(kind)
              .map(kinds::get)
              .orElseThrow(() -> wrong(place.member(KIND), kind == null ? "" : kind));
    }
    Optional<PublicKey> own =
        type == TunnelInterface.class && members.get("public-key") instanceof String key
            ? PublicKey.parse(key)
            : owner;
    var form = RecordForm.of(type);
    var contents = new Object[form.members().size()];
    for (int i = 0; i < contents.length; i++) {
      var component = form.members().get(i);
      Spot inner = place.member(component.name());
      if (component.isSpread()) {
        contents[i] = record(component.type(), taken(component.type(), members), place, own);
        continue;
      }
      Object member = members.remove(component.name());
      if (component.isSecret()) {
        contents[i] = secret(component, member, members, tree, inner, own);
      } else if (member == null) {
        contents[i] = nothing(component.type(), inner);
      } else {
        contents[i] = value(member, component.generic(), inner, own);
      }
    }
    if (!members.isEmpty()) {
      throw UnreadableDocument.of(
          "document.unknown-field", place.member(members.keySet().iterator().next()).toString());
    }
    return form.make(contents, place);
  }

  /** Takes out what are members of a type of records. */
  private static Map<String, Object> taken(Class<?> type, Map<String, Object> members) {
    Map<String, Object> own = new LinkedHashMap<>();
    for (var member : RecordForm.of(type).members()) {
      if (members.containsKey(member.name())) {
        own.put(member.name(), members.remove(member.name()));
      }
    }
    return own;
  }

  private Object secret(
      RecordForm.Member component,
      @org.jspecify.annotations.Nullable Object member,
      Map<String, Object> members,
      Object tree,
      Spot place,
      Optional<PublicKey> own) {
    if (component.isPreshared()) {
      if (member == null) {
        return Optional.empty();
      }
      var peer =
          tree instanceof Map<?, ?> all && all.get("public-key") instanceof String key
              ? PublicKey.parse(key)
              : Optional.<PublicKey>empty();
      if (!Boolean.TRUE.equals(member) || peer.isEmpty()) {
        throw wrong(place, "");
      }
      return keys.shared(own, peer.get())
          .or(() -> {
            throw UnreadableDocument.of("document.no-secret", peer.get().toString());
          });
    }
    if (member != null) {
      // Not repeated: it may be a secret, or a command.
      throw UnreadableDocument.of("document.unknown-field", place.toString());
    }
    return component.type() == List.class ? List.of() : own.flatMap(keys::own);
  }

  private static Object nothing(Class<?> type, Spot place) {
    if (type == Optional.class) {
      return Optional.empty();
    }
    if (type == OptionalInt.class) {
      return OptionalInt.empty();
    }
    if (type == OptionalLong.class) {
      return OptionalLong.empty();
    }
    if (type == List.class) {
      return List.of();
    }
    if (type == Map.class) {
      return Map.of();
    }
    throw UnreadableDocument.of("document.missing-field", place.toString());
  }

  private static Map<String, Object> members(Object tree, Spot place) {
    if (!(tree instanceof Map<?, ?> map)) {
      throw wrong(place, tree);
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach((name, member) -> members.put((String) name, member));
    return members;
  }

  private static Object word(Class<?> type, Object tree, Spot place) {
    for (var constant : type.getEnumConstants()) {
      if (word((Enum<?>) constant).equals(tree)) {
        return constant;
      }
    }
    throw wrong(place, tree);
  }

  private static int integer(Object tree, Spot place) {
    long number = number(tree, place);
    if (number != (int) number) {
      throw wrong(place, tree);
    }
    return (int) number;
  }

  private static long number(Object tree, Spot place) {
    if (tree instanceof Long number) {
      return number;
    }
    throw wrong(place, tree);
  }

  private static UnreadableDocument wrong(Spot place, Object tree) {
    String shown = tree instanceof Map || tree instanceof List ? "" : tree.toString();
    return UnreadableDocument.of("document.wrong-value", place.toString(), shown);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }
}
