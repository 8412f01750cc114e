package guywire.cli;

import guywire.network.Failure;
import guywire.network.Network;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** The option --fail: parts of the network that are taken to be down. */
final class FailOption {

  @Option(names = "--fail", paramLabel = "SITE|NODE|NODE/NODE", descriptionKey = "fail")
  private List<String> words = List.of();

  /**
   * What is down.
   *
   * @throws Refusal if the network has no such part
   */
  Set<Failure> of(Network network) {
    var failures = new LinkedHashSet<Failure>();
    for (String word : words) {
      failures.add(
          Failure.named(network, word).orElseThrow(() -> Refusal.unreadable("fail-unknown", word)));
    }
    return failures;
  }
}
