package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.protocol.PrivateKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an agent is told of the ports on which its node is called. */
class AgentOrdersTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String DIALLED = "192.0.2.2:51820";
  private static final String CALLS = "";

  private static Nodes node(String... peers) {
    var node = Nodes.node(PrivateKey.generate(RANDOM), "10.9.0.1/24").listening(51820);
    for (int i = 0; i < peers.length; i++) {
      var peer = PrivateKey.generate(RANDOM);
      node.peer(peer, Optional.empty(), peers[i], "10.9.0." + (i + 2) + "/32");
    }
    return node;
  }

  private static Nodes named(Nodes node) {
    node.nameServer =
        Optional.of(
            new NameServer(
                List.of(IpAddress.parse("10.9.0.1")),
                "x.internal",
                Map.of(new Name("nas"), List.of(IpAddress.parse("10.9.0.7"))),
                List.of()));
    return node;
  }

  private static Optional<List<Integer>> called(Nodes node) {
    return AgentOrders.of(node.config()).map(AgentOrders::calledPorts);
  }

  @Test
  void one_that_peers_call_which_it_can_t_call_itself_is_called() {
    assertThat(called(named(node(DIALLED, CALLS)))).contains(List.of(51820));
  }

  @Test
  void one_that_calls_all_its_peers_is_not() {
    assertThat(called(named(node(DIALLED)))).contains(List.of());
  }

  @Test
  void nor_needs_anybody_an_agent_for_that_alone() {
    assertThat(called(node(CALLS))).isEmpty();
  }

  @Test
  void orders_are_read_as_they_were_written() {
    var orders = AgentOrders.of(named(node(CALLS)).config()).orElseThrow();
    assertThat(AgentOrders.CODEC.read(AgentOrders.CODEC.write(orders))).isEqualTo(orders);
  }
}
