package guywire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole networks in virtual time; a failure names the seed that repeats it. */
class SimulationTest {

  private static final long HOUR = 3600 * Station.SECOND;

  /** Runs a simulation; one that fails is run again and tells its last events. */
  private static void run(LongFunction<Simulation> maker, long seed, int hours) {
    Simulation simulation = maker.apply(seed);
    try {
      simulation.run(hours * HOUR);
    } catch (AssertionError | RuntimeException first) {
      Simulation again = maker.apply(seed);
      again.tellsStory = true;
      try {
        again.run(hours * HOUR);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + "\n" + String.join("\n", again.story), e);
      }
      throw new AssertionError("seed " + seed + ", which did not fail again", first);
    }
    assertThat(simulation.deliveredPackets).as("seed %d", seed).isPositive();
    assertThat(simulation.longestRecoveryNanos)
        .as("seed %d", seed)
        .isLessThan(Simulation.RECOVERY_NANOS);
  }

  @Test
  void two_thousand_hours_of_faults_and_recovery() {
    for (long seed = 1; seed <= 40; seed++) {
      run(Simulation::cheap, seed, 50);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {101, 102, 103})
  void some_hours_with_real_ciphers(long seed) {
    run(Simulation::real, seed, 5);
  }

  @Test
  void the_same_seed_makes_the_same_run() {
    Simulation one = Simulation.cheap(7);
    Simulation other = Simulation.cheap(7);
    one.run(3 * HOUR);
    other.run(3 * HOUR);
    assertThat(other.deliveredPackets).isEqualTo(one.deliveredPackets);
    assertThat(other.now).isEqualTo(one.now);
  }

  @Test
  @Tag("long")
  void ten_thousand_hours() {
    for (long seed = 1000; seed < 1100; seed++) {
      run(Simulation::cheap, seed, 100);
    }
  }
}
