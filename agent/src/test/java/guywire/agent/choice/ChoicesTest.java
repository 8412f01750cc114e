package guywire.agent.choice;

import static guywire.agent.choice.OneNode.DIRECT;
import static guywire.agent.choice.OneNode.MILLI;
import static guywire.agent.choice.OneNode.RELAYED;
import static guywire.agent.choice.OneNode.RELAYED_TOO;
import static guywire.agent.choice.OneNode.SECOND;
import static guywire.agent.choice.OneNode.destination;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules by which a node chooses among its ways. */
class ChoicesTest {

  private final OneNode node = new OneNode(1);
  private final Name far = node.with(destination("c", 1, DIRECT, RELAYED, RELAYED_TOO));

  private void talk() {
    node.talking.add(far);
    node.run(10 * SECOND);
  }

  @Test
  void the_first_way_is_used_while_it_lives() {
    talk();
    node.run(3600 * SECOND);
    assertThat(node.changes).isEmpty();
  }

  @Test
  void a_dead_way_is_left_within_a_second_under_traffic() {
    talk();
    // Wherever in the rhythm of the probes it dies.
    for (int i = 0; i < 50; i++) {
      node.run(7 * MILLI);
      var other = new OneNode(i);
      var c = other.with(destination("c", 1, DIRECT, RELAYED));
      other.talking.add(c);
      other.run(10 * SECOND + i * 7 * MILLI);
      long cut = other.now;
      other.cut(c, DIRECT);
      other.run(3 * SECOND);
      assertThat(other.changes).as("cut %d", i).hasSize(1);
      assertThat(other.changes.getFirst().tunnel()).isEqualTo(RELAYED);
      assertThat(other.changes.getFirst().at() - cut).isLessThanOrEqualTo(SECOND);
    }
  }

  @Test
  void a_way_that_died_while_nobody_talked_is_left_three_seconds_after_talk_begins() {
    // Wherever in the rhythm of the looks talk begins, and whether all had been silent for long.
    for (int i = 0; i < 100; i++) {
      var other = new OneNode(i);
      var c = other.with(destination("c", 1, DIRECT, RELAYED));
      other.run((i % 2 == 0 ? 20 : 120) * SECOND);
      other.cut(c, DIRECT);
      other.run(20 * SECOND + i * 20 * MILLI);
      assertThat(other.changes).as("nobody misses it").isEmpty();
      long begin = other.now;
      other.talking.add(c);
      other.run(4 * SECOND);
      assertThat(other.used).containsEntry(c, RELAYED);
      assertThat(other.changes.getFirst().at() - begin)
          .as("begun %d", i)
          .isLessThanOrEqualTo(3 * SECOND);
    }
  }

  @Test
  void a_far_one_that_must_shake_hands_first_is_not_taken_for_dead() {
    node.roundTrips.put(DIRECT, 400 * MILLI);
    node.roundTrips.put(RELAYED, 20 * MILLI);
    for (int i = 0; i < 20; i++) {
      node.talking.add(far);
      // The first answers take a round trip more.
      node.roundTrips.put(DIRECT, 800 * MILLI);
      node.run(2900 * MILLI + i * 37 * MILLI);
      node.roundTrips.put(DIRECT, 400 * MILLI);
      node.run(20 * SECOND);
      node.talking.clear();
      node.run(200 * SECOND);
    }
    assertThat(node.changes).isEmpty();
  }

  @Test
  void the_best_of_those_that_live_is_taken() {
    talk();
    node.cut(far, DIRECT);
    node.cut(far, RELAYED);
    node.run(2 * SECOND);
    assertThat(node.used).containsEntry(far, RELAYED_TOO);
  }

  @Test
  void the_better_way_is_taken_again_once_it_has_lived_for_some_seconds_and_a_minute_has_passed() {
    talk();
    node.cut(far, DIRECT);
    node.run(100 * SECOND);
    node.heal(far, DIRECT);
    node.run(2 * SECOND);
    assertThat(node.used).as("it may die again").containsEntry(far, RELAYED);
    node.run(4 * SECOND);
    assertThat(node.used).containsEntry(far, DIRECT);
    assertThat(node.changes).hasSize(2);
  }

  @Test
  void going_back_always_leaves_a_change_for_an_emergency() {
    talk();
    node.cut(far, DIRECT);
    node.run(2 * SECOND);
    node.heal(far, DIRECT);
    node.run(50 * SECOND);
    assertThat(node.used).containsEntry(far, RELAYED);
    // The present way dies: the other is taken at once.
    node.cut(far, RELAYED);
    node.run(2 * SECOND);
    assertThat(node.used).containsEntry(far, DIRECT);
  }

  @Test
  void the_oftener_a_way_was_lost_the_longer_it_has_to_live() {
    talk();
    long[] took = new long[4];
    for (int i = 0; i < took.length; i++) {
      node.cut(far, DIRECT);
      node.run(70 * SECOND);
      node.heal(far, DIRECT);
      long healed = node.now;
      node.run(120 * SECOND);
      assertThat(node.used).containsEntry(far, DIRECT);
      took[i] = node.changes.getLast().at() - healed;
    }
    for (int i = 1; i < took.length; i++) {
      assertThat(took[i]).isGreaterThan(took[i - 1] * 3 / 2);
    }
    assertThat(took[0]).isBetween(3 * SECOND, 5 * SECOND);
  }

  @Test
  void if_no_way_answers_the_present_one_stays() {
    talk();
    node.silentAgents.add(far);
    node.run(600 * SECOND);
    assertThat(node.changes).isEmpty();
    // And nothing is made of it that one way answers a little before the other.
    node.silentAgents.remove(far);
    node.run(600 * SECOND);
    assertThat(node.changes).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 900, 2000, 5000, 20000})
  void the_far_agent_may_be_started_again(int millis) {
    node.roundTrips.put(DIRECT, 80 * MILLI);
    node.roundTrips.put(RELAYED, 10 * MILLI);
    talk();
    for (int i = 0; i < 20; i++) {
      node.silentAgents.add(far);
      node.run(millis * MILLI + i * 13 * MILLI);
      node.silentAgents.remove(far);
      node.run(20 * SECOND);
    }
    assertThat(node.changes).isEmpty();
  }

  @Test
  void after_a_long_silence_the_way_that_comes_back_first_is_taken() {
    talk();
    node.cut(far, DIRECT);
    node.cut(far, RELAYED);
    node.cut(far, RELAYED_TOO);
    node.run(300 * SECOND);
    node.heal(far, RELAYED);
    node.run(3 * SECOND);
    assertThat(node.used).containsEntry(far, RELAYED);
  }

  @Test
  void a_way_that_loses_a_fifth_of_its_probes_is_alive() {
    node.loss = 0.1;
    talk();
    node.run(3600 * SECOND);
    assertThat(node.changes.size()).isLessThanOrEqualTo(6);
    long cut = node.now;
    int before = node.changes.size();
    node.cut(far, node.used.get(far));
    node.run(5 * SECOND);
    assertThat(node.changes).hasSizeGreaterThan(before);
    assertThat(node.changes.get(before).at() - cut).isLessThanOrEqualTo(3 * SECOND);
  }

  @Test
  void a_slow_way_is_no_dead_one() {
    node.roundTrips.put(DIRECT, 900 * MILLI);
    talk();
    node.run(600 * SECOND);
    assertThat(node.changes).isEmpty();
  }

  @Test
  void a_way_whose_interface_vanishes_is_left_at_once_also_when_nobody_talks() {
    node.link(DIRECT, false);
    node.step();
    assertThat(node.used).containsEntry(far, RELAYED);
    node.link(DIRECT, true);
    node.run(61 * SECOND);
    node.talking.add(far);
    node.run(10 * SECOND);
    assertThat(node.used).containsEntry(far, DIRECT);
  }

  @Test
  void what_is_found_in_the_kernel_at_start_is_kept() {
    var started = new OneNode(2);
    var c = destination("c", 1, DIRECT, RELAYED);
    started.choices.configure(List.of(c), Map.of(c.node(), RELAYED), started.now);
    started.step();
    assertThat(started.choices.tunnel(c.node())).contains(RELAYED);
    assertThat(started.changes).isEmpty();
  }

  @Test
  void where_nothing_is_routed_the_first_way_is_chosen_at_start() {
    var started = new OneNode(2);
    var c = started.with(destination("c", 1, RELAYED, RELAYED_TOO));
    started.step();
    assertThat(started.used).containsEntry(c, RELAYED);
  }

  @Test
  void a_best_way_that_is_not_routed_is_taken_at_once_when_it_lives() {
    var started = new OneNode(2);
    var c = started.with(destination("c", 1, RELAYED, DIRECT));
    started.talking.add(c);
    started.run(2 * SECOND);
    assertThat(started.used).containsEntry(c, RELAYED);
    started.cut(c, RELAYED);
    started.run(2 * SECOND);
    assertThat(started.used).as("and left").containsEntry(c, DIRECT);
  }

  @Test
  void another_configuration_keeps_the_ways_that_stay() {
    talk();
    node.cut(far, DIRECT);
    node.run(5 * SECOND);
    node.choices.configure(
        List.of(destination("c", 1, DIRECT, RELAYED), destination("d", 2, DIRECT, RELAYED)),
        Map.of(),
        node.now);
    node.step();
    assertThat(node.choices.tunnel(far)).contains(RELAYED);
    assertThat(node.choices.tunnel(new Name("d"))).contains(DIRECT);
    node.choices.configure(List.of(destination("c", 1, DIRECT, RELAYED_TOO)), Map.of(), node.now);
    node.step();
    assertThat(node.used).as("the way it had is gone").containsEntry(far, DIRECT);
    assertThat(node.choices.tunnel(new Name("d"))).isEmpty();
  }

  @Test
  void a_machine_that_slept_believes_nothing_of_what_it_missed() {
    talk();
    node.run(130 * MILLI);
    // Probes were under way; nothing was heard for an hour.
    node.now += 3600 * SECOND;
    node.run(60 * SECOND);
    assertThat(node.changes).isEmpty();
  }

  @Test
  void an_answer_that_nobody_awaits_changes_nothing() {
    talk();
    node.cut(far, DIRECT);
    for (int i = 0; i < 100; i++) {
      node.run(20 * MILLI);
      assertThat(node.choices.answered(far, DIRECT, i, node.now)).isFalse();
      assertThat(node.choices.answered(new Name("nobody"), DIRECT, i, node.now)).isFalse();
    }
    assertThat(node.used).containsEntry(far, RELAYED);
  }

  @Test
  void five_hundred_destinations_without_traffic_wake_nobody_even_once_a_second() {
    var many = new OneNode(3);
    var all = new ArrayList<guywire.network.Destination>();
    for (int i = 0; i < 500; i++) {
      all.add(destination("n" + i, i, DIRECT, RELAYED));
    }
    many.destinations.addAll(all);
    many.choices.configure(all, Map.of(), many.now);
    many.run(1000 * SECOND);
    assertThat(many.probes).isZero();
    assertThat(many.wakeups).isLessThan(1000);
  }

  @Test
  void a_node_looks_for_traffic_less_often_once_nobody_has_talked_for_a_minute() {
    talk();
    node.talking.clear();
    node.run(15 * SECOND);
    assertThat(wakeups(30)).as("a moment after talk").isEqualTo(20);
    node.run(45 * SECOND);
    assertThat(wakeups(3600)).as("at rest").isEqualTo(1800);
    talk();
    node.talking.clear();
    node.run(15 * SECOND);
    assertThat(wakeups(30)).as("after more talk").isEqualTo(20);
  }

  private long wakeups(long seconds) {
    long before = node.wakeups;
    node.run(seconds * SECOND);
    return node.wakeups - before;
  }

  @Test
  void one_that_talks_costs_a_few_probes_and_stops_when_it_is_silent() {
    talk();
    node.probes = 0;
    node.run(100 * SECOND);
    assertThat(node.probes).isBetween(300L, 410L);
    node.talking.clear();
    node.run(15 * SECOND);
    node.probes = 0;
    node.run(100 * SECOND);
    assertThat(node.probes).isZero();
  }

  @Test
  void one_to_whom_only_the_other_end_talks_leaves_a_dead_way_when_that_tries_another() {
    node.run(60 * SECOND);
    node.cut(far, DIRECT);
    node.choices.probed(far, RELAYED, node.now);
    node.run(2 * SECOND);
    assertThat(node.used).containsEntry(far, RELAYED);
  }

  @Test
  void a_probe_by_the_way_in_use_or_of_a_stranger_wakes_nobody() {
    node.run(60 * SECOND);
    for (int i = 0; i < 100; i++) {
      node.choices.probed(far, DIRECT, node.now);
      node.choices.probed(new Name("nobody"), RELAYED, node.now);
      node.run(100 * MILLI);
    }
    assertThat(node.probes).isZero();
  }

  @Test
  void whoever_tries_another_way_on_and_on_wakes_this_end_but_once_a_minute() {
    for (int i = 0; i < 6000; i++) {
      node.choices.probed(far, RELAYED, node.now);
      node.run(100 * MILLI);
    }
    assertThat(node.probes).as("four a second, 10 s of every minute").isBetween(300L, 450L);
    assertThat(node.changes).isEmpty();
  }

  @Test
  void at_start_the_best_way_is_taken_though_nobody_talks_and_then_all_is_quiet() {
    var started = new OneNode(2);
    var c = started.with(destination("c", 1, RELAYED, DIRECT));
    started.run(SECOND);
    assertThat(started.used).containsEntry(c, RELAYED);
    started.run(20 * SECOND);
    started.probes = 0;
    started.run(3600 * SECOND);
    assertThat(started.probes).isZero();
  }

  /**
   * As where the first handshake of its tunnel is lost, and the next is tried five seconds later.
   */
  @Test
  void a_way_that_opens_later_than_a_worse_one_is_taken_as_soon_as_it_lives() {
    var started = new OneNode(3);
    var c = started.with(destination("c", 1, DIRECT, RELAYED));
    started.cut(c, DIRECT);
    started.talking.add(c);
    started.run(5 * SECOND);
    assertThat(started.used).containsEntry(c, RELAYED);
    started.heal(c, DIRECT);
    started.run(2 * SECOND);
    assertThat(started.used).containsEntry(c, DIRECT);
    // Once it was lost it has to prove itself, as ever.
    started.cut(c, DIRECT);
    started.run(5 * SECOND);
    started.heal(c, DIRECT);
    started.run(30 * SECOND);
    assertThat(started.used).containsEntry(c, RELAYED);
  }

  @Test
  void a_dead_way_is_left_however_lately_another_was() {
    talk();
    for (int i = 0; i < 20; i++) {
      var used = node.used.get(far);
      node.heal(far, DIRECT);
      node.heal(far, RELAYED);
      node.heal(far, RELAYED_TOO);
      node.run(2 * SECOND);
      assertThat(node.used).containsEntry(far, used);
      node.cut(far, used);
      long cut = node.now;
      node.run(4 * SECOND);
      assertThat(node.used.get(far)).isNotEqualTo(used);
      assertThat(node.changes.getLast().at() - cut).isLessThanOrEqualTo(3 * SECOND);
    }
  }

  /** Whatever lives and dies, and when. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void more_than_two_changes_a_minute_are_escapes_from_dead_ways(long seed) {
    System.out.println("ChoicesTest seed " + seed);
    var random = new Random(seed);
    var world = new OneNode(seed);
    var tunnels = List.of(DIRECT, RELAYED, RELAYED_TOO);
    var c = world.with(destination("c", 1, DIRECT, RELAYED, RELAYED_TOO));
    world.talking.add(c);
    for (int i = 0; i < 4000; i++) {
      var tunnel = tunnels.get(random.nextInt(3));
      switch (random.nextInt(6)) {
        case 0, 1 -> world.cut(c, tunnel);
        case 2, 3 -> world.heal(c, tunnel);
        case 4 -> world.loss = random.nextInt(3) * 0.1;
        default -> {
          if (random.nextInt(5) == 0) {
            world.link(tunnel, random.nextBoolean());
          }
        }
      }
      world.run(random.nextLong(6 * SECOND));
    }
    var changes = world.changes;
    for (int i = 2; i < changes.size(); i++) {
      boolean often = changes.get(i).at() - changes.get(i - 2).at() < 60 * SECOND;
      assertThat(!often || changes.get(i).escape()).as("change %d", i).isTrue();
    }
    assertThat(changes).isNotEmpty();
    for (int i = 1; i < changes.size(); i++) {
      assertThat(changes.get(i).tunnel()).isNotEqualTo(changes.get(i - 1).tunnel());
    }
  }
}
