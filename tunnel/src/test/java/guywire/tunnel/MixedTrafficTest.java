package guywire.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.tunnel.cipher.Engines;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Traffic of every kind at once through each engine, with each combination of offloads. */
class MixedTrafficTest {

  private static final List<String> OFFLOADS =
      List.of(
          Offloads.UDP_GSO,
          Offloads.UDP_GRO,
          Offloads.TUN_TCP,
          Offloads.TUN_BIG_TCP,
          Offloads.TUN_UDP,
          Offloads.EQUAL_SEGMENTS);

  private static final int STEPS = 150;
  private static final int SEEDS = 12;

  static Stream<Arguments> engines() {
    return Engines.present().stream()
        .flatMap(engine -> Stream.of(false, true).map(two -> Arguments.of(engine, two)));
  }

  @ParameterizedTest(name = "{0}, two threads {1}")
  @MethodSource("engines")
  @Timeout(120)
  void what_comes_out_is_what_went_in(Engines.Choice engine, boolean twoThreads) {
    run(engine, twoThreads, false);
  }

  @ParameterizedTest(name = "{0}, two threads {1}")
  @MethodSource("engines")
  @Tag("long")
  void with_each_combination_of_offloads(Engines.Choice engine, boolean twoThreads) {
    run(engine, twoThreads, true);
  }

  /**
   * Sessions that end just after they were made, and no packet comes that would ask for another.
   */
  @Test
  void what_waits_gets_its_session_though_nothing_follows() {
    var engine =
        Engines.present().stream()
            .filter(choice -> !MixedTraffic.isMachineCode(choice))
            .findFirst()
            .orElseThrow();
    run(new MixedTraffic.Setting(engine, off(0b1111), false), 15, 200);
  }

  /** Machine code in a process of its own, which is all that it could end. */
  private static void run(Engines.Choice engine, boolean twoThreads, boolean isLong) {
    if (!MixedTraffic.isMachineCode(engine)) {
      runAll(engine, twoThreads, isLong);
      return;
    }
    var program = Pair.Program.guywire(MixedTrafficRun.class, Map.of());
    var command = new ArrayList<>(program.command());
    command.addAll(List.of(engine.name(), String.valueOf(twoThreads), String.valueOf(isLong)));
    Shell.Result result = Shell.attempt(command, "");
    assertThat(result.code()).as(result.output()).isZero();
  }

  static void runAll(Engines.Choice engine, boolean twoThreads, boolean isLong) {
    for (int seed = 0; seed < (isLong ? 1 << OFFLOADS.size() : SEEDS); seed++) {
      // The first with all offloads; of the others some are off.
      int some = seed == 0 ? 0 : new SplittableRandom(seed).nextInt(1 << OFFLOADS.size());
      int bits = isLong ? seed : some;
      run(
          new MixedTraffic.Setting(engine, off(bits), twoThreads),
          seed,
          isLong ? 3 * STEPS : STEPS);
    }
  }

  private static String off(int bits) {
    var off = new ArrayList<String>();
    for (int i = 0; i < OFFLOADS.size(); i++) {
      if ((bits >>> i & 1) != 0) {
        off.add(OFFLOADS.get(i));
      }
    }
    return String.join(",", off);
  }

  private static void run(MixedTraffic.Setting setting, long seed, int steps) {
    try (var traffic = MixedTraffic.ofSeed(setting, seed)) {
      traffic.run(steps);
    } catch (Throwable e) {
      String where = setting.engine().name() + " off " + setting.off() + " " + setting.twoThreads();
      throw new AssertionError("seed " + seed + ", " + where + ": " + e.getMessage(), e);
    }
  }
}
