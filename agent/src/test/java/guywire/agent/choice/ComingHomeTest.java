package guywire.agent.choice;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.agent.choice.MovingWorld.House;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A laptop comes home, goes, and sits in cafés: it meets the NAS in its LAN whenever it is there.
 */
class ComingHomeTest {

  private static final long SECOND = MovingWorld.SECOND;

  private static final House HOME = House.of("home", "192.168.1.0/24", "203.0.113.7");
  private static final House CAFE = House.of("café", "192.168.7.0/24", "198.51.100.9");

  /** Another house whose LAN has the same prefix. */
  private static final House TWIN = House.of("twin", "192.168.1.0/24", "198.51.100.77");

  /** One that also has the same carrier's address. */
  private static final House CARRIED = House.of("carried", "192.168.1.0/24", "203.0.113.7");

  private static MovingWorld world(House laptopAt) {
    return new MovingWorld(5, HOME, "192.168.1.10", laptopAt, "192.168.1.55");
  }

  @Test
  void two_in_one_lan_whose_router_has_no_hairpin_meet_within_5_s() {
    var world = world(HOME);
    world.run(5 * SECOND);
    assertThat(world.isByLan()).as(world.story()).isTrue();
  }

  @Test
  void a_laptop_that_comes_home_is_reached_all_the_time_and_soon_by_the_lan() {
    var world = new MovingWorld(6, HOME, "192.168.1.10", CAFE, "192.168.7.20");
    world.run(100 * SECOND);
    assertThat(world.laptop.used()).isEqualTo(MovingWorld.DIRECT);
    world.carry(Optional.of(HOME), "192.168.1.55");
    world.run(10 * SECOND);
    assertThat(world.laptop.endpoint.orElseThrow().host())
        .as(world.story())
        .isEqualTo("192.168.1.10");
    world.run(70 * SECOND);
    assertThat(world.isByLan()).as(world.story()).isTrue();
    world.carry(Optional.of(CAFE), "192.168.7.20");
    world.run(90 * SECOND);
    assertThat(world.laptop.used()).isEqualTo(MovingWorld.DIRECT);
    assertThat(world.laptop.endpoint.orElseThrow().host()).isEqualTo("203.0.113.7");
    assertThat(world.longestDark).as(world.story()).isLessThan(5 * SECOND);
  }

  @Test
  void where_the_router_has_hairpin_the_lan_is_taken_without_leaving_the_direct_way() {
    var home = HOME.withHairpin();
    var world = new MovingWorld(7, home, "192.168.1.10", CAFE, "192.168.7.20");
    world.run(100 * SECOND);
    int before = world.laptop.changes + world.nas.changes;
    world.carry(Optional.of(home), "192.168.1.55");
    world.run(30 * SECOND);
    assertThat(world.isByLan()).as(world.story()).isTrue();
    assertThat(world.laptop.changes + world.nas.changes).as(world.story()).isEqualTo(before);
    assertThat(world.longestDark).as(world.story()).isLessThan(SECOND);
  }

  @Test
  void the_same_prefix_in_a_cafe_is_no_home_and_costs_a_few_datagrams_at_most() {
    var world = new MovingWorld(8, HOME, "192.168.1.10", CAFE, "192.168.7.20");
    world.run(100 * SECOND);
    world.carry(Optional.of(TWIN), "192.168.1.55");
    world.run(600 * SECOND);
    assertThat(world.laptop.used()).as(world.story()).isEqualTo(MovingWorld.DIRECT);
    assertThat(world.laptop.endpoint.orElseThrow().host()).isEqualTo("203.0.113.7");
    assertThat(world.strays).isLessThan(5);
    assertThat(world.longestDark).as(world.story()).isLessThan(5 * SECOND);
  }

  @Test
  void behind_the_same_carrier_another_house_is_tried_a_few_times_and_then_left_alone() {
    var world = new MovingWorld(9, HOME, "192.168.1.10", CAFE, "192.168.7.20");
    world.run(100 * SECOND);
    world.carry(Optional.of(CARRIED), "192.168.1.55");
    world.run(60 * SECOND);
    int strays = world.strays;
    assertThat(strays).as(world.story()).isLessThan(700);
    world.run(3600 * SECOND);
    assertThat(world.longestDark).as(world.story()).isLessThan(5 * SECOND);
    assertThat(world.laptop.changes).as(world.story()).isLessThan(10);
  }

  @Test
  void wherever_it_is_carried_no_5_s_are_dark_and_nothing_flaps() {
    for (long seed = 1; seed <= 15; seed++) {
      var random = new Random(seed);
      var places = List.of(HOME, HOME, CAFE, TWIN, CARRIED, HOME.withHairpin(), CAFE.withHairpin());
      var home = random.nextBoolean() ? HOME : HOME.withHairpin();
      var world = new MovingWorld(seed, home, "192.168.1.10", CAFE, "192.168.7.20");
      for (int i = 0; i < 12; i++) {
        world.run((1 + random.nextInt(200)) * SECOND);
        var to = places.get(random.nextInt(places.size()));
        var at = to.name().equals("home") ? home : to;
        String address = at.prefix().address().plus(20 + random.nextInt(200)).toString();
        if (random.nextInt(4) == 0) {
          world.carry(Optional.empty(), "127.0.0.1");
          world.run((1 + random.nextInt(20)) * SECOND);
        }
        world.carry(Optional.of(at), address);
        boolean stays = random.nextBoolean();
        if (stays) {
          world.run(200 * SECOND);
          if (at.name().equals("home")) {
            assertThat(world.isCalledInLan())
                .as("seed %d, %d ms: %s", seed, world.now / MovingWorld.MILLI, world.story())
                .isTrue();
          }
        }
      }
      assertThat(world.longestDark).as("seed %d: %s", seed, world.story()).isLessThan(5 * SECOND);
      for (var node : List.of(world.nas, world.laptop)) {
        for (int i = 2; i < node.changedAt.size(); i++) {
          assertThat(node.changedAt.get(i) - node.changedAt.get(i - 2))
              .as("seed %d, a third change in a minute: %s", seed, world.story())
              .isGreaterThanOrEqualTo(55 * SECOND);
        }
      }
    }
  }
}
