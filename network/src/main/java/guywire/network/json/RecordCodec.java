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
    return type.cast(value(tree, type, type.getSimpleName(), Optional.empty()));
  }

  // Writing.

  private static Object tree(Object value, Type declared) {
    return switch (value) {
      case Optional<?> optional -> tree(optional.orElseThrow(), argument(declared, 0));
      case OptionalInt number -> (long) number.orElseThrow();
      case OptionalLong number -> number.orElseThrow();
      case Integer number -> number.longValue();
      case Long number -> number;
      case Boolean truth -> truth;
      case List<?> list ->
          list.stream().map(element -> tree(element, argument(declared, 0))).toList();
      case Map<?, ?> map -> {
        // In one order, whatever that of the map is: the digest is made of it.
        Map<String, Object> object = new TreeMap<>();
        map.forEach(
            (key, element) -> object.put(key.toString(), tree(element, argument(declared, 1))));
        yield object;
      }
      case Enum<?> word -> word(word);
      default -> {
        if (TEXTS.containsKey(value.getClass())) {
          yield value.toString();
        }
        yield object((Record) value, !RecordForm.kinds(raw(declared)).isEmpty());
      }
    };
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
    return switch (content) {
      case Optional<?> optional -> optional.isEmpty();
      case OptionalInt number -> number.isEmpty();
      case OptionalLong number -> number.isEmpty();
      case List<?> list -> list.isEmpty();
      case Map<?, ?> map -> map.isEmpty();
      default -> false;
    };
  }

  // Reading.

  private Object value(Object tree, Type declared, String place, Optional<PublicKey> own) {
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
      return Optional.of(tree)
          .filter(String.class::isInstance)
          .flatMap(text -> reader.apply((String) text))
          .map(Object.class::cast)
          .orElseThrow(() -> wrong(place, tree));
    }
    return record(raw, tree, place, own);
  }

  private List<Object> list(Object tree, Type element, String place, Optional<PublicKey> own) {
    if (!(tree instanceof List<?> list)) {
      throw wrong(place, tree);
    }
    var values = new ArrayList<>();
    for (var each : list) {
      values.add(value(each, element, place + "[" + values.size() + "]", own));
    }
    return values;
  }

  private Map<Object, Object> map(Object tree, Type type, String place, Optional<PublicKey> own) {
    Map<Object, Object> values = new LinkedHashMap<>();
    members(tree, place)
        .forEach((key, each) -> {
          String inner = place + "." + key;
          values.put(
              value(key, argument(type, 0), inner, own),
              value(each, argument(type, 1), inner, own));
        });
    return values;
  }

  private Object record(Class<?> declared, Object tree, String place, Optional<PublicKey> owner) {
    var members = new LinkedHashMap<>(members(tree, place));
    Class<?> type = declared;
    var kinds = RecordForm.kinds(declared);
    if (!kinds.isEmpty()) {
      Object kind = members.remove(KIND);
      type =
          Optional.ofNullable(kind)
              .map(kinds::get)
              .orElseThrow(() -> wrong(place + "." + KIND, kind == null ? "" : kind));
    }
    Optional<PublicKey> own =
        type == TunnelInterface.class && members.get("public-key") instanceof String key
            ? PublicKey.parse(key)
            : owner;
    var form = RecordForm.of(type);
    var contents = new Object[form.members().size()];
    for (int i = 0; i < contents.length; i++) {
      var component = form.members().get(i);
      String inner = place + "." + component.name();
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
          "document.unknown-field", place + "." + members.keySet().iterator().next());
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
      String place,
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
      throw UnreadableDocument.of("document.unknown-field", place);
    }
    return component.type() == List.class ? List.of() : own.flatMap(keys::own);
  }

  private static Object nothing(Class<?> type, String place) {
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
    throw UnreadableDocument.of("document.missing-field", place);
  }

  private static Map<String, Object> members(Object tree, String place) {
    if (!(tree instanceof Map<?, ?> map)) {
      throw wrong(place, tree);
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach((name, member) -> members.put((String) name, member));
    return members;
  }

  private static Object word(Class<?> type, Object tree, String place) {
    for (var constant : type.getEnumConstants()) {
      if (word((Enum<?>) constant).equals(tree)) {
        return constant;
      }
    }
    throw wrong(place, tree);
  }

  private static int integer(Object tree, String place) {
    long number = number(tree, place);
    if (number != (int) number) {
      throw wrong(place, tree);
    }
    return (int) number;
  }

  private static long number(Object tree, String place) {
    if (tree instanceof Long number) {
      return number;
    }
    throw wrong(place, tree);
  }

  private static UnreadableDocument wrong(String place, Object tree) {
    String shown = tree instanceof Map || tree instanceof List ? "" : tree.toString();
    return UnreadableDocument.of("document.wrong-value", place, shown);
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
