package guywire.agent.choice;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many agents, each of which chooses by itself, in networks whose lines are cut, whose NATs forget
 * and whose machines start anew, sleep and stand still: no loop, no pair dark for longer than 5 s
 * while a way exists, and more than two changes a minute only where the ways in use died one after
 * the other.
 */
class WorldTest {

  private static final long HOUR = 3600 * World.SECOND;

  /** What came of some worlds. */
  private record Outcome(long hours, long changes, long escapes, long probes) {}

  private static Outcome run(long seed, int worlds, int hoursEach, int mostNodes) {
    System.out.println("WorldTest seed " + seed);
    var random = new Random(seed);
    long changes = 0;
    long escapes = 0;
    long probes = 0;
    for (int i = 0; i < worlds; i++) {
      int size = 3 + random.nextInt(mostNodes - 2);
      int hub = random.nextBoolean() ? -1 : 0;
      var relays = new HashSet<>(Set.of(1));
      for (int extra = random.nextInt(3); extra > 0; extra--) {
        relays.add(random.nextInt(size));
      }
      var world = new World(random.nextLong(), size, hub, relays);
      world.trouble(40 * World.SECOND, hoursEach * HOUR);
      world.run(hoursEach * HOUR);
      changes += world.changesMade;
      escapes += world.escapes;
      probes += world.probesSent;
    }
    return new Outcome((long) worlds * hoursEach, changes, escapes, probes);
  }

  private static void assertGood(Outcome outcome) {
    System.out.println("WorldTest " + outcome);
    assertThat(outcome.changes()).as("there was trouble").isGreaterThan(outcome.hours());
    assertThat(outcome.escapes()).as("of many changes").isLessThan(outcome.changes() / 10);
  }

  @Test
  void hundreds_of_hours_of_cuts_losses_and_restarts() {
    assertGood(run(20260713, 40, 5, 8));
  }

  @Test
  void agents_that_woke_each_other_sleep_again() {
    var world = new World(7, 4, -1, Set.of(3));
    world.talk(0, 1, 30 * World.SECOND);
    world.run(10 * World.SECOND);
    world.cut(0, 1, true, HOUR);
    world.run(90 * World.SECOND);
    assertThat(world.changesMade).isEqualTo(2);
    long sent = world.probesSent;
    world.run(HOUR);
    assertThat(world.probesSent).isEqualTo(sent);
  }

  @Test
  void two_hundred_agents() {
    assertGood(run(5, 1, 10, 200));
    var world = new World(6, 200, -1, Set.of(1, 2));
    world.trouble(5 * World.SECOND, 3 * HOUR);
    world.run(3 * HOUR);
    assertThat(world.changesMade).isPositive();
  }

  @Test
  @Tag("long")
  void ten_thousand_hours() {
    var seeds = new Random();
    assertGood(run(seeds.nextLong(), 480, 20, 12));
    assertGood(run(seeds.nextLong(), 20, 20, 200));
  }
}
