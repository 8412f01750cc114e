package guywire.cli;

import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Network;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
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
          failure(network, word).orElseThrow(() -> Refusal.unreadable("fail-unknown", word)));
    }
    return failures;
  }

  private static Optional<Failure> failure(Network network, String word) {
    int slash = word.indexOf('/');
    if (slash >= 0) {
      var one = node(network, word.substring(0, slash));
      var other = node(network, word.substring(slash + 1));
      return one.flatMap(a -> other.map(b -> new Failure.OfLink(a, b)));
    }
    Optional<Failure> node = node(network, word).map(Failure.OfNode::new);
    return node.or(() ->
        Name.tryParse(word)
            .filter(name -> network.underlay().site(name).isPresent())
            .map(Failure.OfSite::new));
  }

  private static Optional<Name> node(Network network, String word) {
    return Name.tryParse(word).filter(name -> network.node(name).isPresent());
  }
}
