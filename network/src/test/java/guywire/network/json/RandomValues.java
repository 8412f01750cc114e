package guywire.network.json;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Doubt;
import guywire.network.Hook;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.PortRange;
import guywire.network.Promise;
import guywire.network.PromisedConnection;
import guywire.network.PromisedReach;
import guywire.network.RoutingPolicy;
import guywire.network.Setback;
import guywire.network.text.Place;
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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** Any value of any of our records: what its checks allow, however odd. */
final class RandomValues {

  /** Few: it takes long to derive a public key. */
  private static final List<PrivateKey> KEYS =
      new Random(1).ints(8).mapToObj(i -> PrivateKey.generate(new Random(i))).toList();

  /** What a record is made of; found once, since reflection is slow. */
  private record Shape(Constructor<?> constructor, List<Type> types) {

    static Shape of(Class<?> raw) {
      var components = List.of(raw.getRecordComponents());
      try {
        var types = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
        return new Shape(
            raw.getDeclaredConstructor(types),
            components.stream().map(RecordComponent::getGenericType).toList());
      } catch (NoSuchMethodException e) {
        throw new AssertionError(raw.toString(), e);
      }
    }
  }

  private static final Map<Class<?>, Shape> SHAPES = new ConcurrentHashMap<>();

  private final RandomGenerator random;

  RandomValues(RandomGenerator random) {
    this.random = random;
  }

  <T> T of(Class<T> type) {
    return type.cast(value(type));
  }

  private Object value(Type type) {
    Class<?> raw =
        (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    if (raw == Optional.class) {
      boolean empty = random.nextInt(argument(type, 0) == PrivateKey.class ? 8 : 2) > 0;
      return empty ? Optional.empty() : Optional.of(value(argument(type, 0)));
    }
    if (raw == OptionalInt.class) {
      return random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(number());
    }
    if (raw == OptionalLong.class) {
      return random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextLong());
    }
    if (raw == List.class && isFoundAnew(argument(type, 0))) {
      return List.of();
    }
    if (raw == List.class) {
      var list = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        list.add(value(argument(type, 0)));
      }
      return list;
    }
    if (raw == Map.class) {
      Map<Object, Object> map = new LinkedHashMap<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        map.put(value(argument(type, 0)), value(argument(type, 1)));
      }
      return map;
    }
    if (raw.isEnum()) {
      Object[] words = raw.getEnumConstants();
      return words[random.nextInt(words.length)];
    }
    if (raw.isSealed()) {
      Class<?>[] kinds = raw.getPermittedSubclasses();
      return value(kinds[random.nextInt(kinds.length)]);
    }
    return text(raw);
  }

  /** What no document holds. */
  private static boolean isFoundAnew(Type type) {
    return type == Setback.class || type == Doubt.class || type == RoutingPolicy.class;
  }

  private Object text(Class<?> raw) {
    if (raw == int.class) {
      return number();
    }
    if (raw == long.class) {
      return (long) number();
    }
    if (raw == boolean.class) {
      return random.nextBoolean();
    }
    if (raw == String.class) {
      String[] words = {
        "", "a b", "\"quoted\"", "zwei\nZeilen", "路由", "\u0000\u001f", "home.internal"
      };
      return words[random.nextInt(words.length)];
    }
    if (raw == IpAddress.class) {
      return address();
    }
    if (raw == Prefix.class) {
      IpAddress address = address();
      return Prefix.around(address, random.nextInt(address.family().bits() + 1));
    }
    if (raw == InterfaceAddress.class) {
      IpAddress address = address();
      return new InterfaceAddress(address, random.nextInt(address.family().bits() + 1));
    }
    if (raw == Name.class) {
      return new Name("n" + random.nextInt(1000));
    }
    if (raw == InterfaceName.class) {
      return new InterfaceName("wg." + random.nextInt(1000));
    }
    if (raw == PrivateKey.class) {
      return KEYS.get(random.nextInt(KEYS.size()));
    }
    if (raw == PublicKey.class) {
      return PublicKey.of(bytes());
    }
    if (raw == PresharedKey.class) {
      return PresharedKey.of(bytes());
    }
    if (raw == PortRange.class) {
      return ports();
    }
    return raw == Promise.class ? promise() : record(raw);
  }

  /** As {@link #record}, without an exception for each of the many pairs that are no range. */
  private PortRange ports() {
    while (true) {
      int first = number();
      int last = number();
      if (first > 0 && first <= last && last < 65536) {
        return new PortRange(first, last);
      }
    }
  }

  /** Until the record takes it. */
  private Object record(Class<?> raw) {
    while (true) {
      var made = made(raw, contents(raw));
      if (made.isPresent()) {
        return made.get();
      }
    }
  }

  /** Drawn as the one record that it is in JSON: what the files of version 2 hold is so. */
  private Object promise() {
    while (true) {
      Object[] connection = contents(PromisedConnection.class);
      Object[] demand = contents(PromisedReach.class);
      Object place = value(Place.class);
      Object text = value(String.class);
      var made =
          made(PromisedConnection.class, connection)
              .flatMap(one ->
                  made(PromisedReach.class, demand)
                      .flatMap(
                          other -> made(Promise.class, new Object[] {one, other, place, text})));
      if (made.isPresent()) {
        return made.get();
      }
    }
  }

  private Object[] contents(Class<?> raw) {
    return SHAPES.computeIfAbsent(raw, Shape::of).types().stream().map(this::value).toArray();
  }

  /** Empty if the record doesn't take it. */
  private static Optional<Object> made(Class<?> raw, Object[] contents) {
    try {
      var shape = SHAPES.computeIfAbsent(raw, Shape::of);
      return Optional.of(shape.constructor().newInstance(contents));
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException) {
        return Optional.empty();
      }
      throw new AssertionError(raw.toString(), e);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(raw.toString(), e);
    }
  }

  private IpAddress address() {
    byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
    random.nextBytes(bytes);
    return IpAddress.of(bytes);
  }

  private byte[] bytes() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Often a port, a length or an MTU. */
  private int number() {
    int[] bounds = {2, 33, 129, 1500, 65536, Integer.MAX_VALUE};
    return random.nextInt(bounds[random.nextInt(bounds.length)]);
  }

  private static Type argument(Type type, int index) {
    return ((ParameterizedType) type).getActualTypeArguments()[index];
  }

  /** A hook, as only an owner's own file has one. */
  static Hook hook() {
    return new Hook(Hook.When.POST_UP, "echo secret-command");
  }
}
