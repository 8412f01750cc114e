package guywire.network.json;

import guywire.network.Doubt;
import guywire.network.Hook;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.Promise;
import guywire.network.PromisedConnection;
import guywire.network.PromisedReach;
import guywire.network.RoutingPolicy;
import guywire.network.Setback;
import guywire.network.TunnelInterface;
import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** How the records of one type stand in JSON. Found once for each type: reflection is slow. */
final class RecordForm {

  private static final ClassValue<RecordForm> FORMS =
      new ClassValue<>() {
        @Override
        protected RecordForm computeValue(Class<?> type) {
          return new RecordForm(type);
        }
      };

  private static final ClassValue<Map<String, Class<?>>> KINDS =
      new ClassValue<>() {
        @Override
        protected Map<String, Class<?>> computeValue(Class<?> type) {
          Map<String, Class<?>> kinds = new LinkedHashMap<>();
          if (type.isSealed()) {
            Stream.of(type.getPermittedSubclasses())
                .forEach(kind -> kinds.put(kebab(kind.getSimpleName()), kind));
          }
          return kinds;
        }
      };

  /**
   * A component of the record.
   *
   * @param name what it is called in JSON
   * @param isSecret whether it never travels
   * @param isPreshared whether it is a secret of which is said that there is one
   * @param isSpread whether it is a record whose members stand among those of the record around it
   */
  record Member(
      String name,
      Class<?> type,
      Type generic,
      Method accessor,
      boolean isSecret,
      boolean isPreshared,
      boolean isSpread) {

    private static Member of(RecordComponent component) {
      Class<?> of = component.getDeclaringRecord();
      Type type = component.getGenericType();
      boolean isPreshared = of == PeerConfig.class && holds(type, PresharedKey.class);
      boolean isSecret =
          isPreshared
              || (of == TunnelInterface.class && holds(type, PrivateKey.class))
              || (of == NodeConfig.class && holds(type, Hook.class))
              || (of == Network.class
                  && (holds(type, Setback.class)
                      || holds(type, Doubt.class)
                      || holds(type, RoutingPolicy.class)));
      var accessor = component.getAccessor();
      accessor.trySetAccessible();
      boolean isSpread =
          of == Promise.class && (type == PromisedConnection.class || type == PromisedReach.class);
      return new Member(
          kebab(component.getName()),
          component.getType(),
          type,
          accessor,
          isSecret,
          isPreshared,
          isSpread);
    }

    private static boolean holds(Type type, Class<?> content) {
      return type instanceof ParameterizedType generic
          && generic.getActualTypeArguments()[0] == content;
    }

    /** What a record has there. */
    Object content(Record of) {
      try {
        return accessor.invoke(of);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("records of a codec are open to it: " + accessor, e);
      }
    }
  }

  private final Class<?> type;
  private final String kind;
  private final List<Member> members;
  private final Constructor<?> constructor;

  private RecordForm(Class<?> type) {
    this.type = type;
    kind = kebab(type.getSimpleName());
    members = Stream.of(type.getRecordComponents()).map(Member::of).toList();
    try {
      constructor =
          type.getDeclaredConstructor(members.stream().map(Member::type).toArray(Class<?>[]::new));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("every record has this constructor: " + type, e);
    }
    constructor.trySetAccessible();
  }

  /** The form of a type of records. */
  static RecordForm of(Class<?> type) {
    return FORMS.get(type);
  }

  /** The types of records that a sealed interface permits, by their kind; none for a record. */
  static Map<String, Class<?>> kinds(Class<?> declared) {
    return KINDS.get(declared);
  }

  /** The word for this type among others of a sealed interface. */
  String kind() {
    return kind;
  }

  /** The components, in their order. */
  List<Member> members() {
    return members;
  }

  /**
   * A record of these contents.
   *
   * @param place where they stand in the document
   * @throws UnreadableDocument if the record does not take them
   */
  Object make(Object[] contents, Object place) {
    try {
      return constructor.newInstance(contents);
    } catch (InvocationTargetException e) {
      // The record's own check: what it says is for programmers, but names what is wrong.
      String message = String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
      throw UnreadableDocument.of("document.wrong-value", place.toString(), message);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("records of a codec are open to it: " + type, e);
    }
  }

  /** A name of Java's, in small letters with a hyphen between its words. */
  static String kebab(String name) {
    var words = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean isCapital = c >= 'A' && c <= 'Z';
      if (isCapital && i > 0 && isSmall(name.charAt(i - 1))) {
        words.append('-');
      }
      words.append(c == '_' ? '-' : c);
    }
    return words.toString().toLowerCase(Locale.ROOT);
  }

  private static boolean isSmall(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}
