package guywire.cli;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.PortRange;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.plan.definition.Service;
import guywire.prove.Reachability;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The line of a definition's policy that would let a packet pass: planned and asked again first.
 */
final class PolicyMend {

  private PolicyMend() {}

  /**
   * The line, if the definition has a policy and one more line in it is enough.
   *
   * @param file the definition
   * @param known the network that it describes
   * @param from who sends
   * @param target who is meant
   * @param port the port; empty for ICMP
   */
  static Optional<String> of(
      Path file,
      Reachability known,
      Spot from,
      IpAddress target,
      Transport transport,
      OptionalInt port) {
    var to =
        known.spots().stream()
            .filter(spot -> known.addresses(from, spot).contains(target))
            .findFirst();
    if (to.isEmpty()) {
      return Optional.empty();
    }
    var range =
        port.isPresent()
            ? Optional.of(new PortRange(port.getAsInt(), port.getAsInt()))
            : Optional.<PortRange>empty();
    var service = new Service(transport, range);
    var store = KeyStore.borrowing(KeyStore.beside(file.toAbsolutePath()));
    return Definition.read(file)
        .definition()
        .flatMap(definition ->
            definition.permitting(
                new Name(from.toString()), new Name(to.get().toString()), service))
        .filter(wider ->
            Planner.plan(wider, store)
                .network()
                .filter(network ->
                    Reachability.of(network).answer(from, target, transport, port).works())
                .isPresent())
        .flatMap(Definition::policy)
        .map(lines -> lines.getFirst().text());
  }
}
