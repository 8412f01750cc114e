package guywire.prove;

import guywire.address.IpAddress;
import guywire.network.Lookup;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Text;
import guywire.prove.Judgement.PromiseVerdict;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Whether a network keeps a promise about a name: whether the question reaches the name server that
 * the machine asks first, and what that one knows.
 *
 * @param lookup the promise
 * @param verdict the verdict
 * @param why what breaks it, or what it depends on; empty if it is kept
 */
public record LookupJudgement(Lookup lookup, PromiseVerdict verdict, Optional<Text> why) {

  /** The port of DNS (RFC 1035 section 4.2). */
  private static final int PORT = 53;

  /** Judges a promise in a network of which it is known who reaches whom. */
  static LookupJudgement of(Network network, Reachability proof, Lookup lookup) {
    var server =
        lookup.from() instanceof Spot.Node node
            ? network.node(node.name()).flatMap(LookupJudgement::asked)
            : Optional.<IpAddress>empty();
    if (server.isEmpty()) {
      return broken(lookup, text("lookup.no-server", lookup.from().toString()));
    }
    var known =
        network.nodes().stream()
            .flatMap(node -> node.nameServer().stream())
            .filter(one -> one.listen().contains(server.get()))
            .findFirst();
    if (known.isEmpty()) {
      return broken(lookup, text("lookup.nobody", server.get().toString()));
    }
    var answer = proof.answer(lookup.from(), server.get(), Transport.UDP, OptionalInt.of(PORT));
    if (!answer.works()) {
      var stop = answer.stop().map(Stop::text).orElseThrow();
      return broken(lookup, text("lookup.unreached", server.get().toString(), stop));
    }
    var asker = answer.sourceSeen().orElse(server.get());
    var addresses = addresses(known.get(), lookup.name(), asker);
    if (!Set.copyOf(addresses).equals(Set.copyOf(lookup.addresses()))) {
      return broken(
          lookup,
          addresses.isEmpty()
              ? text("lookup.unknown", lookup.name())
              : text("lookup.other", lookup.name(), joined(addresses)));
    }
    return answer.conditions().isEmpty()
        ? new LookupJudgement(lookup, PromiseVerdict.KEPT, Optional.empty())
        : new LookupJudgement(
            lookup, PromiseVerdict.DEPENDS, Optional.of(answer.conditions().getFirst().text()));
  }

  /** The name server that a node asks first. */
  private static Optional<IpAddress> asked(NodeConfig node) {
    return node.interfaces().stream()
        .flatMap(tunnel -> tunnel.dns().servers().stream())
        .findFirst();
  }

  private static List<IpAddress> addresses(NameServer server, String name, IpAddress asker) {
    String ending = "." + server.domain();
    return name.endsWith(ending)
        ? Name.tryParse(name.substring(0, name.length() - ending.length()))
            .map(label -> server.addresses(label, asker))
            .orElse(List.of())
        : List.of();
  }

  private static LookupJudgement broken(Lookup lookup, Text why) {
    return new LookupJudgement(lookup, PromiseVerdict.BROKEN, Optional.of(why));
  }

  private static String joined(List<IpAddress> addresses) {
    return String.join(", ", addresses.stream().map(IpAddress::toString).toList());
  }

  private static Text text(String key, Object... arguments) {
    return Text.of(LookupJudgement.class, key, arguments);
  }
}
