package guywire.lab;

import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A network that follows from a seed: planned from a random definition, and in most of them
 * something is then broken on purpose.
 *
 * @param seed what it follows from
 * @param text its definition
 * @param broken what was broken in the plan
 * @param network the plan
 */
record RandomNetwork(long seed, String text, List<String> broken, Network network) {

  /** The network of a seed; empty if its definition can't work, which the planner says. */
  static Optional<RandomNetwork> of(long seed) {
    var random = new SplittableRandom(seed);
    String text = RandomDefinition.of(random);
    var reading = Definition.parse("seed-" + seed, text);
    return reading
        .definition()
        .flatMap(definition -> Planner.plan(definition, KeyStore.ofSeed(seed)).network())
        .map(planned -> {
          var breaking = new Breaking(planned, random);
          int faults = random.nextInt(10) < 3 ? 0 : 1 + random.nextInt(3);
          for (int i = 0; i < faults; i++) {
            breaking.breakSomething();
          }
          return new RandomNetwork(seed, text, breaking.broken(), breaking.network());
        });
  }

  @Override
  public String toString() {
    return "seed " + seed + (broken.isEmpty() ? "" : ", broken: " + String.join("; ", broken));
  }
}
