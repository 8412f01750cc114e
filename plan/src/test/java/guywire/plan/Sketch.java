package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Destination;
import guywire.network.FilterRule;
import guywire.network.Name;
import guywire.network.NatRule;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.PacketMatch;
import guywire.network.PeerConfig;
import guywire.network.Promise;
import guywire.network.TunnelInterface;
import guywire.plan.definition.Definition;
import guywire.plan.definition.ReadDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Plans definitions and draws the result in few words, for tests to compare with. */
final class Sketch {

  private final Network network;

  private Sketch(Network network) {
    this.network = network;
  }

  static Sketch of(String yaml) {
    return of(Definition.parse("test.yaml", yaml), KeyStore.ofSeed(1));
  }

  static Sketch example(String name) {
    return of(Definition.read(Path.of("../examples", name + ".yaml")), KeyStore.ofSeed(1));
  }

  static Sketch of(ReadDefinition reading, KeyStore keys) {
    assertThat(reading.findings()).isEmpty();
    var planned = Planner.plan(reading.definition().orElseThrow(), keys);
    assertThat(planned.findings()).isEmpty();
    return new Sketch(planned.network().orElseThrow());
  }

  Network network() {
    return network;
  }

  NodeConfig node(String name) {
    return network.node(new Name(name)).orElseThrow();
  }

  /** The interface in one line, then a line for each peer: allowed IPs, endpoint, keepalive. */
  String tunnel(String name) {
    return tunnel(node(name).interfaces().getFirst());
  }

  /** The same for an interface that is not the first. */
  String tunnel(String name, String device) {
    return tunnel(
        node(name).interfaces().stream()
            .filter(tunnel -> tunnel.name().text().equals(device))
            .findFirst()
            .orElseThrow());
  }

  /** Who is reached by several ways, one in a line. */
  String ways(String name) {
    return node(name).destinations().stream()
        .map(to -> to.node() + " " + join(to.prefixes()) + ": " + join(ways(to)) + "\n")
        .collect(Collectors.joining());
  }

  private static List<String> ways(Destination to) {
    return to.ways().stream()
        .map(way -> way.tunnel() + (way.via().isEmpty() ? "" : " through " + join(way.via())))
        .toList();
  }

  private static String tunnel(TunnelInterface tunnel) {
    var lines = new ArrayList<String>();
    lines.add(
        join(tunnel.addresses())
            + (tunnel.listenPort().isPresent() ? " listen " + tunnel.listenPort().getAsInt() : "")
            + " mtu "
            + tunnel.mtu().orElse(0));
    tunnel.peers().forEach(peer -> lines.add(peer(peer)));
    return String.join("\n", lines) + "\n";
  }

  private static String peer(PeerConfig peer) {
    return peer.name().orElseThrow()
        + ": "
        + join(peer.allowedIps())
        + peer.endpoint().map(endpoint -> " at " + endpoint).orElse("")
        + (peer.keepaliveSeconds() == 0 ? "" : " every " + peer.keepaliveSeconds() + " s")
        + (peer.presharedKey().isPresent() ? " psk" : "");
  }

  /** The rules for packets through the node, one in a line. */
  String forward(String name) {
    return rules(node(name).firewall().forward());
  }

  /** The rules for packets to the node, one in a line. */
  String input(String name) {
    return rules(node(name).firewall().input());
  }

  /** The address rewriting, one rule in a line. */
  String nat(String name) {
    return node(name).nat().stream()
        .map(rule ->
            switch (rule) {
              case NatRule.Masquerade masquerade -> "masquerade" + match(masquerade.match());
              default -> rule.toString();
            })
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  /** The promises without repetition of their line, one in a line. */
  List<String> promises() {
    return network.promises().stream().map(Sketch::promise).toList();
  }

  private static String promise(Promise promise) {
    return promise.from()
        + (promise.arrives() ? " -> " : " -x ")
        + promise.target()
        + " "
        + promise.transport().word()
        + (promise.port().isPresent() ? "/" + promise.port().getAsInt() : "")
        + promise.sourceSeen().map(source -> " as " + source).orElse("")
        + (promise.via().isEmpty() ? "" : " via " + join(promise.via()));
  }

  private static String rules(List<FilterRule> rules) {
    return rules.stream()
        .map(rule -> rule.verdict().name().toLowerCase(java.util.Locale.ROOT) + match(rule.match()))
        .map(line -> line + "\n")
        .collect(Collectors.joining());
  }

  private static String match(PacketMatch match) {
    return match.connections() == PacketMatch.Connections.ANY
        ? face(" in ", match.in())
            + face(" out ", match.out())
            + (match.from().isEmpty() ? "" : " from " + join(match.from()))
            + (match.to().isEmpty() ? "" : " to " + join(match.to()))
            + match.transport().map(transport -> " " + transport.word()).orElse("")
            + (match.ports().isEmpty() ? "" : "/" + join(match.ports()))
        : face(" in ", match.in())
            + face(" out ", match.out())
            + " "
            + match.connections().name().toLowerCase(java.util.Locale.ROOT);
  }

  private static String face(String word, java.util.Optional<PacketMatch.InterfaceMatch> match) {
    return match.map(found -> word + (found.negated() ? "!" : "") + join(found.names())).orElse("");
  }

  private static String join(List<?> things) {
    return things.stream().map(Object::toString).collect(Collectors.joining(", "));
  }
}
