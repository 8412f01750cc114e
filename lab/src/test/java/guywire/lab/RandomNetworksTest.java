package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.config.Transport;
import guywire.network.verify.Reachability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Proof and packets agree: for random networks, many of them broken on purpose, the lab measures
 * the matrix that the prover says. Pairs whose answer depends on something (who spoke last, ...)
 * are left out. A failure names its seed; {@code -Dguywire.seed=N} tries that one alone.
 */
class RandomNetworksTest {

  private static final ProbeOptions MATRIX =
      new ProbeOptions(true, false, false, Optional.empty(), 0);

  @Test
  void proof_and_packets_agree_on_a_handful() {
    long seed = Long.getLong("guywire.seed", -1);
    assertThat(disagreements(seed >= 0 ? seed : 1000, seed >= 0 ? 1 : 6)).isEmpty();
  }

  @Test
  @Tag("long")
  void proof_and_packets_agree_on_two_hundred() {
    assertThat(disagreements(Long.getLong("guywire.seed.first", 2000), 200)).isEmpty();
  }

  private static List<String> disagreements(long first, int count) {
    var wrong = new ArrayList<String>();
    int tried = 0;
    for (long seed = first; tried < count; seed++) {
      var candidate = RandomNetwork.of(seed);
      if (candidate.isPresent()) {
        tried++;
        Tunnels tunnels = Tunnels.values()[(int) (seed % Tunnels.values().length)];
        wrong.addAll(disagreements(candidate.get(), tunnels));
      }
    }
    return wrong;
  }

  private static List<String> disagreements(RandomNetwork random, Tunnels tunnels) {
    var proof = Reachability.of(random.network());
    Prediction prediction =
        (from, _, target) -> {
          synchronized (proof) {
            return proof.answer(from, target, Transport.ICMP, OptionalInt.empty()).works();
          }
        };
    try (var lab = Lab.start(random.network(), new LabOptions(tunnels), LabListener.SILENT)) {
      return lab.probe(prediction, MATRIX).disagreements().stream()
          .filter(cell ->
              proof
                  .answer(cell.from(), cell.target(), Transport.ICMP, OptionalInt.empty())
                  .conditions()
                  .isEmpty())
          .map(cell ->
              "%s with %s: %s to %s (%s) measured %s, proved %s%n%s"
                  .formatted(
                      random,
                      tunnels.word(),
                      cell.from(),
                      cell.to(),
                      cell.target(),
                      cell.outcome().word(),
                      cell.predicted() ? "reached" : "blocked",
                      random.text()))
          .toList();
    }
  }
}
