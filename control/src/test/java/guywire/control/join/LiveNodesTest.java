package guywire.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.control.store.StoredHost;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.json.NetworkId;
import guywire.network.json.NodeId;
import guywire.network.managed.HostDescription;
import guywire.network.managed.Report;
import guywire.network.managed.Report.PeerReport;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What nodes tell of their peers, put together. */
class LiveNodesTest {

  private static final NetworkId NETWORK = new NetworkId("1".repeat(32));
  private static final NodeId ONE = new NodeId("2".repeat(32));
  private static final NodeId OTHER = new NodeId("3".repeat(32));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final LiveNodes live = new LiveNodes();
  private final PublicKey phone = PrivateKey.generate(new SecureRandom()).publicKey();

  private static StoredHost host(NodeId node) {
    return new StoredHost(
        node,
        NETWORK,
        Optional.of(node),
        StoredHost.State.APPROVED,
        new Name("host"),
        Optional.empty(),
        PrivateKey.generate(new SecureRandom()).publicKey(),
        "",
        new HostDescription("host", "6.1", List.of(), List.of()),
        "192.0.2.1",
        NOW);
  }

  private PeerReport peer(String tunnel, OptionalLong handshake, long received) {
    return new PeerReport(
        new InterfaceName(tunnel), phone, handshake, Optional.empty(), received, 0);
  }

  private void tell(NodeId node, Instant at, PeerReport... peers) {
    live.take(
        host(node),
        node,
        new Report(1, "test", Optional.empty(), Optional.empty(), List.of(peers), List.of()),
        at);
  }

  private List<Long> rates(NodeId node) {
    return live.of(node).orElseThrow().peers().stream()
        .map(peer -> peer.rate().map(LiveNodes.Rate::received).orElse(-1L))
        .toList();
  }

  @Test
  void a_rate_is_of_one_peer_of_one_tunnel_and_never_less_than_nothing() {
    var never = OptionalLong.empty();
    tell(ONE, NOW, peer("wg0", never, 1000), peer("wg1", never, 7000));
    assertThat(rates(ONE)).as("the first time").containsExactly(-1L, -1L);
    tell(ONE, NOW.plusSeconds(10), peer("wg1", never, 7500), peer("wg0", never, 3000));
    assertThat(rates(ONE)).containsExactly(50L, 200L);
    tell(ONE, NOW.plusSeconds(20), peer("wg0", never, 10));
    assertThat(rates(ONE)).as("a tunnel that was made anew").containsExactly(0L);
  }

  @Test
  void of_several_nodes_that_know_a_peer_the_one_with_the_latest_handshake_tells_of_it() {
    tell(ONE, NOW, peer("wg0", OptionalLong.of(100), 1));
    tell(OTHER, NOW, peer("wg0", OptionalLong.of(3), 2));
    assertThat(live.peers(NETWORK).get(phone).report().receivedBytes()).isEqualTo(2);
    tell(ONE, NOW.plusSeconds(10), peer("wg0", OptionalLong.of(1), 3));
    tell(OTHER, NOW.plusSeconds(10), peer("wg0", OptionalLong.empty(), 4));
    assertThat(live.peers(NETWORK).get(phone).report().receivedBytes()).isEqualTo(3);
    assertThat(live.peers(new NetworkId("4".repeat(32)))).as("of another network").isEmpty();
  }
}
