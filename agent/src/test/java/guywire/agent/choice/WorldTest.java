package guywire.agent.choice;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many agents, each of which chooses by itself, in networks whose lines are cut, whose NATs forget,
 * whose clocks jump and whose machines start anew, sleep and stand still: no loop, no pair dark for
 * longer than 5 s while a way exists, and more than two changes a minute only where the ways in use
 * died one after the other.
 */
class WorldTest {

  /** From one fault to the next, on average. */
  private static final long TROUBLE = 40 * World.SECOND;

  /** What came of some worlds. */
  private record Outcome(
      long hours, long faults, long changes, long escapes, long probes, long longestDarkMillis) {

    private static final Outcome NONE = new Outcome(0, 0, 0, 0, 0, 0);

    private static Outcome of(World world) {
      return new Outcome(
          world.now / World.HOUR,
          world.faults,
          world.changesMade,
          world.escapes,
          world.probesSent,
          world.longestDark / World.MILLI);
    }

    private Outcome and(Outcome other) {
      return new Outcome(
          hours + other.hours,
          faults + other.faults,
          changes + other.changes,
          escapes + other.escapes,
          probes + other.probes,
          Math.max(longestDarkMillis, other.longestDarkMillis));
    }
  }

  private static Outcome run(World world, long troubleEvery, int hours) {
    world.trouble(troubleEvery, hours * World.HOUR);
    world.run(hours * World.HOUR);
    return Outcome.of(world);
  }

  /** Worlds of any size and form, at once as far as there are processors. */
  private static Outcome worlds(long seed, int worlds, int hoursEach, int mostNodes) {
    System.out.println("WorldTest seed " + seed);
    return LongStream.range(0, worlds)
        .parallel()
        .mapToObj(i -> run(anyWorld(new SplittableRandom(seed + i), mostNodes), TROUBLE, hoursEach))
        .reduce(Outcome.NONE, Outcome::and);
  }

  private static World anyWorld(SplittableRandom random, int mostNodes) {
    int size = random.nextInt(3, mostNodes + 1);
    int hub = random.nextBoolean() ? -1 : 0;
    var relays = new HashSet<>(Set.of(1));
    for (int extra = random.nextInt(3); extra > 0; extra--) {
      relays.add(random.nextInt(size));
    }
    return new World(random.nextLong(), size, hub, relays);
  }

  /**
   * Networks of two hundred on two hubs, or of a mesh with two relays, in turns: something happens
   * a hundred and eighty times an hour, and now and then some pairs talk.
   */
  private static Outcome twoHundred(long seed, int worlds, int hoursEach) {
    System.out.println("WorldTest seed " + seed + ", 200 agents");
    return LongStream.range(0, worlds)
        .parallel()
        .mapToObj(i ->
            run(
                i % 2 == 0
                    ? new World(seed + i, 200, 0, Set.of(1))
                    : new World(seed + i, 200, -1, Set.of(0, 1)),
                20 * World.SECOND,
                hoursEach))
        .reduce(Outcome.NONE, Outcome::and);
  }

  private static void assertGood(Outcome outcome) {
    System.out.println("WorldTest " + outcome);
    assertThat(outcome.changes()).as("there was trouble").isGreaterThan(outcome.hours());
    assertThat(outcome.escapes()).as("of many changes").isLessThan(outcome.changes() / 10);
    assertThat(outcome.longestDarkMillis() * World.MILLI)
        .as("pairs were dark, and not for long")
        .isBetween(World.SECOND / 2, World.DARK);
  }

  @Test
  void hundreds_of_hours_of_cuts_losses_and_restarts() {
    assertGood(worlds(20260713, 40, 5, 8));
  }

  @Test
  void agents_that_woke_each_other_sleep_again() {
    var world = new World(7, 4, -1, Set.of(3));
    world.talk(0, 1, 30 * World.SECOND);
    world.run(10 * World.SECOND);
    world.cut(0, 1, true, World.HOUR);
    world.run(90 * World.SECOND);
    assertThat(world.changesMade).isEqualTo(2);
    long sent = world.probesSent;
    world.run(World.HOUR);
    assertThat(world.probesSent).isEqualTo(sent);
  }

  @Test
  void a_hundred_hours_of_two_hundred_agents() {
    assertGood(twoHundred(5, 4, 25));
    var crowded = run(new World(6, 200, -1, Set.of(1, 2)), 5 * World.SECOND, 3);
    assertThat(crowded.changes()).isPositive();
  }

  @Test
  @Tag("long")
  void ten_thousand_hours_of_two_hundred_agents() {
    assertGood(twoHundred(new Random().nextLong(), 40, 250));
  }

  @Test
  @Tag("long")
  void thousands_of_hours_of_other_networks() {
    assertGood(worlds(new Random().nextLong(), 200, 20, 12));
  }
}
