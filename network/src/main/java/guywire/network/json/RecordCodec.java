package guywire.network.json;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Doubt;
import guywire.network.Hook;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.RoutingPolicy;
import guywire.network.Setback;
import guywire.network.TunnelInterface;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
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
   * collection is left out. So a component that is added to a record can't be forgotten here, and a
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
      case Enum<?> word -> kebab(word.name());
      default -> {
        if (TEXTS.containsKey(value.getClass())) {
          yield value.toString();
        }
        yield object((Record) value, raw(declared).isSealed());
      }
    };
  }

  private static Map<String, Object> object(Record value, boolean ofSeveral) {
    Map<String, Object> object = new LinkedHashMap<>();
    if (ofSeveral) {
      object.put(KIND, kind(value.getClass()));
    }
    for (var component : value.getClass().getRecordComponents()) {
      Object content = content(component, value);
      if (isSecret(component)) {
        if (isPreshared(component) && content instanceof Optional<?> secret && secret.isPresent()) {
          object.put(SECRET, true);
        }
      } else if (!isNothing(content)) {
        Object other = object.put(name(component), tree(content, component.getGenericType()));
        if (other != null) {
          // A programming error: what is written could not be read.
          throw new IllegalStateException(
              value.getClass().getSimpleName() + " has a component called like its kind");
        }
      }
    }
    return object;
  }

  private static Object content(RecordComponent component, Record value) {
    try {
      var accessor = component.getAccessor();
      accessor.trySetAccessible();
      return accessor.invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("records of a codec are open to it: " + component, e);
    }
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
    if (declared.isSealed()) {
      Object kind = members.remove(KIND);
      type =
          List.of(declared.getPermittedSubclasses()).stream()
              .filter(each -> kind(each).equals(kind))
              .findFirst()
              .orElseThrow(() -> wrong(place + "." + KIND, kind == null ? "" : kind));
    }
    Optional<PublicKey> own =
        type == TunnelInterface.class && members.get("public-key") instanceof String key
            ? PublicKey.parse(key)
            : owner;
    var components = type.getRecordComponents();
    var contents = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      var component = components[i];
      String inner = place + "." + name(component);
      Object member = members.remove(name(component));
      if (isSecret(component)) {
        contents[i] = secret(component, member, members, tree, inner, own);
      } else if (member == null) {
        contents[i] = nothing(component, inner);
      } else {
        contents[i] = value(member, component.getGenericType(), inner, own);
      }
    }
    if (!members.isEmpty()) {
      throw UnreadableDocument.of(
          "document.unknown-field", place + "." + members.keySet().iterator().next());
    }
    return make(type, components, contents, place);
  }

  private Object secret(
      RecordComponent component,
      @org.jspecify.annotations.Nullable Object member,
      Map<String, Object> members,
      Object tree,
      String place,
      Optional<PublicKey> own) {
    if (isPreshared(component)) {
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
    return component.getType() == List.class ? List.of() : own.flatMap(keys::own);
  }

  private static Object nothing(RecordComponent component, String place) {
    Class<?> type = component.getType();
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

  private static Object make(
      Class<?> type, RecordComponent[] components, Object[] contents, String place) {
    var types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.trySetAccessible();
      return constructor.newInstance(contents);
    } catch (InvocationTargetException e) {
      // The record's own check: what it says is for programmers, but names what is wrong.
      String message = String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
      throw UnreadableDocument.of("document.wrong-value", place, message);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("records of a codec are open to it: " + type, e);
    }
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
      if (kebab(((Enum<?>) constant).name()).equals(tree)) {
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

  // The form.

  private static boolean isSecret(RecordComponent component) {
    Class<?> of = component.getDeclaringRecord();
    Type type = component.getGenericType();
    return (of == TunnelInterface.class && holds(type, PrivateKey.class))
        || isPreshared(component)
        || (of == NodeConfig.class && holds(type, Hook.class))
        || (of == Network.class
            && (holds(type, Setback.class)
                || holds(type, Doubt.class)
                || holds(type, RoutingPolicy.class)));
  }

  private static boolean isPreshared(RecordComponent component) {
    return component.getDeclaringRecord() == PeerConfig.class
        && holds(component.getGenericType(), PresharedKey.class);
  }

  private static boolean holds(Type type, Class<?> content) {
    return type instanceof ParameterizedType generic
        && generic.getActualTypeArguments()[0] == content;
  }

  private static String name(RecordComponent component) {
    return kebab(component.getName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_"));
  }

  private static String kind(Class<?> type) {
    return kebab(type.getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_"));
  }

  private static String kebab(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }
}
