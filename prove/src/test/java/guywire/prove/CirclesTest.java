package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.DnsClient;
import guywire.network.EndpointAddress;
import guywire.network.InterfaceAddress;
import guywire.network.InterfaceName;
import guywire.network.Network;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.TunnelInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of a packet does not depend on what was asked before, tunnels in tunnels included.
 */
class CirclesTest {

  private record Question(Spot from, IpAddress target) {}

  /** Three nodes with two tunnels each, whose endpoints lie on the internet or in tunnels. */
  private static Network random(Random random) {
    var names = List.of("a", "b", "c");
    var net = new Net();
    for (int i = 0; i < names.size(); i++) {
      var node = net.node(names.get(i)).at("203.0.113." + (i + 1)).forwards();
      node.address("10.0.0.%d/24".formatted(i + 1)).listen(51820);
      for (int j = 0; j < names.size(); j++) {
        if (j != i) {
          node.peer(
              names.get(j),
              endpoint(random, j),
              0,
              "10.0.0.%d/32".formatted(j + 1),
              random.nextInt(3) == 0 ? "10.%d.0.%d/32".formatted(5, j + 1) : "10.6.0.0/24");
        }
      }
      node.also(second(random, names, i));
    }
    return net.build();
  }

  private static String endpoint(Random random, int to) {
    return switch (random.nextInt(4)) {
      case 0 -> "10.1.0.%d:51820".formatted(to + 1);
      case 1 -> "";
      default -> "203.0.113.%d:51820".formatted(to + 1);
    };
  }

  private static TunnelInterface second(Random random, List<String> names, int own) {
    var peers = new ArrayList<PeerConfig>();
    for (int j = 0; j < names.size(); j++) {
      if (j != own) {
        var endpoint =
            random.nextInt(3) == 0
                ? Optional.<EndpointAddress>empty()
                : Optional.of(
                    new EndpointAddress(
                        (random.nextBoolean() ? "10.0.0." : "203.0.113.") + (j + 1), 51821));
        peers.add(
            new PeerConfig(
                Optional.empty(),
                Net.publicKey(names.get(j) + "-second"),
                Optional.empty(),
                endpoint,
                List.of(Prefix.parse("10.1.0.%d/32".formatted(j + 1))),
                0));
      }
    }
    return new TunnelInterface(
        new InterfaceName("wg1"),
        Optional.of(Net.key(names.get(own) + "-second")),
        Optional.empty(),
        List.of(InterfaceAddress.tryParse("10.1.0.%d/24".formatted(own + 1)).orElseThrow()),
        OptionalInt.of(51821),
        0,
        OptionalInt.empty(),
        new RouteTable.Auto(),
        DnsClient.NONE,
        peers);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void the_order_of_questions_changes_no_answer(long seed) {
    var network = random(new Random(seed));
    var questions = new ArrayList<Question>();
    for (var from : Reachability.of(network).spots()) {
      for (int i = 1; i < 4; i++) {
        questions.add(new Question(from, Net.ip("10.0.0." + i)));
        questions.add(new Question(from, Net.ip("10.1.0." + i)));
      }
    }
    Collections.shuffle(questions, new Random(~seed));
    var one = Reachability.of(network);
    for (var question : questions) {
      var alone = ask(Reachability.of(network), question);
      assertThat(ask(one, question)).as("seed %d: %s", seed, question).isEqualTo(alone);
    }
  }

  private static String ask(Reachability proof, Question question) {
    var answer =
        proof.answer(question.from(), question.target(), Transport.ICMP, OptionalInt.empty());
    return answer.works() + " " + answer.stop() + " " + answer.conditions();
  }

  @Test
  void two_tunnels_inside_each_other_are_both_dead_whichever_is_asked_first() {
    var net = new Net();
    for (int i = 0; i < 2; i++) {
      int other = 2 - i;
      String name = i == 0 ? "a" : "b";
      net.node(name)
          .at("203.0.113." + (i + 1))
          .address("10.0.0.%d/24".formatted(i + 1))
          .listen(51820)
          .peer(i == 0 ? "b" : "a", "10.1.0.%d:51820".formatted(other), 0, "10.0.0.0/24")
          .also(inside(i, other));
    }
    var network = net.build();
    for (var order : List.of(List.of("10.0.0.2", "10.1.0.2"), List.of("10.1.0.2", "10.0.0.2"))) {
      var proof = Reachability.of(network);
      for (var target : order) {
        assertThat(ask(proof, new Question(Net.spot("a"), Net.ip(target)))).startsWith("false");
      }
    }
  }

  private static TunnelInterface inside(int own, int other) {
    String name = own == 0 ? "a-second" : "b-second";
    String peer = own == 0 ? "b-second" : "a-second";
    return new TunnelInterface(
        new InterfaceName("wg1"),
        Optional.of(Net.key(name)),
        Optional.empty(),
        List.of(InterfaceAddress.tryParse("10.1.0.%d/24".formatted(own + 1)).orElseThrow()),
        OptionalInt.of(51821),
        0,
        OptionalInt.empty(),
        new RouteTable.Auto(),
        DnsClient.NONE,
        List.of(
            new PeerConfig(
                Optional.empty(),
                Net.publicKey(peer),
                Optional.empty(),
                Optional.of(new EndpointAddress("10.0.0." + other, 51821)),
                List.of(Prefix.parse("10.1.0.0/24")),
                0)));
  }
}
