package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.InterfaceName;
import guywire.network.Route;
import guywire.network.Routes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The routes of a host with indexes are those that a search through all of them finds. */
class ManyRoutesTest {

  private static Prefix prefix(Random random) {
    return Prefix.parse("10." + random.nextInt(4) + ".0.0/16");
  }

  private static Route route(Random random) {
    var via =
        random.nextBoolean()
            ? Optional.of(IpAddress.parse("192.0.2." + (1 + random.nextInt(2))))
            : Optional.<IpAddress>empty();
    var device =
        via.isEmpty() || random.nextBoolean()
            ? Optional.of(new InterfaceName("wg" + random.nextInt(3)))
            : Optional.<InterfaceName>empty();
    var metric = random.nextBoolean() ? OptionalInt.of(random.nextInt(2)) : OptionalInt.empty();
    return new Route(prefix(random), via, device, metric);
  }

  /** Whether {@code ip route del} with these words takes this route away. */
  private static boolean isMeant(Route made, Route words) {
    return made.to().equals(words.to())
        && (words.via().isEmpty() || words.via().equals(made.via()))
        && (words.device().isEmpty() || words.device().equals(made.device()))
        && (words.metric().isEmpty() || words.metric().equals(made.metric()));
  }

  private static boolean isLike(Route one, Route other) {
    return one.to().equals(other.to()) && one.metric().equals(other.metric());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void what_commands_made_and_took_away_is_left_in_its_order(long seed) {
    var random = new Random(seed);
    var oracle = new ArrayList<Route>();
    for (int i = 0; i < 20; i++) {
      oracle.add(route(random));
    }
    var made = new MadeRoutes<Route>(route -> route);
    oracle.forEach(made::add);
    for (int step = 0; step < 1000; step++) {
      var route = route(random);
      assertThat(made.hasMeant(route))
          .as("seed %d, step %d", seed, step)
          .isEqualTo(oracle.stream().anyMatch(each -> isMeant(each, route)));
      assertThat(made.hasLike(route))
          .as("seed %d, step %d", seed, step)
          .isEqualTo(oracle.stream().anyMatch(each -> isLike(each, route)));
      if (random.nextInt(3) > 0) {
        made.add(route);
        oracle.add(route);
      } else {
        made.remove(route);
        oracle.removeIf(each -> isMeant(each, route));
      }
      assertThat(made.all()).as("seed %d, step %d", seed, step).isEqualTo(oracle);
    }
  }

  private record Slot(long table, Prefix prefix) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void who_has_a_route_and_which_table_is_empty(long seed) {
    var random = new Random(seed);
    var oracle = new HashMap<Slot, String>();
    var taken = new TakenRoutes();
    for (int step = 0; step < 2000; step++) {
      var slot =
          new Slot(
              random.nextInt(4) == 0 ? 254 : Routes.USUAL_MARK + random.nextInt(4), prefix(random));
      String device = "wg" + random.nextInt(5);
      switch (random.nextInt(4)) {
        case 0 -> {
          taken.put(slot.table(), slot.prefix(), device);
          oracle.put(slot, device);
        }
        case 1 -> {
          taken.takeAway(device);
          oracle.values().removeIf(device::equals);
        }
        default ->
            assertThat(taken.putIfAbsent(slot.table(), slot.prefix(), device))
                .isEqualTo(Optional.ofNullable(oracle.putIfAbsent(slot, device)));
      }
      long empty = Routes.USUAL_MARK;
      while (isUsed(oracle, empty)) {
        empty++;
      }
      assertThat(taken.emptyTable()).as("seed %d, step %d", seed, step).isEqualTo(empty);
      assertThat(taken.device(slot.table(), slot.prefix()))
          .isEqualTo(Optional.ofNullable(oracle.get(slot)));
    }
  }

  private static boolean isUsed(HashMap<Slot, String> routes, long table) {
    return routes.keySet().stream().anyMatch(slot -> slot.table() == table);
  }
}
