package guywire.agent.managed;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.Prefix;
import guywire.network.DnsClient;
import guywire.network.InterfaceName;
import guywire.network.Name;
import guywire.network.NodeConfig;
import guywire.network.PeerConfig;
import guywire.network.RouteTable;
import guywire.network.TunnelInterface;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Which key a peer has that changes its key: that of its latest handshake. */
class LiveKeysTest {

  private static final Prefix ADDRESS = Prefix.parse("10.0.0.1/32");
  private static final PublicKey SAID = key();
  private static final PublicKey BESIDES = key();
  private static final PublicKey OTHER = key();
  private static final long THEN = 1;

  private static PublicKey key() {
    return PrivateKey.generate(new SecureRandom()).publicKey();
  }

  private static PeerConfig peer(String name, PublicKey key, List<Prefix> allowed) {
    return new PeerConfig(
        Optional.of(new Name(name)), key, Optional.empty(), Optional.empty(), allowed, 0);
  }

  private static NodeConfig config(PeerConfig... peers) {
    var tunnel =
        new TunnelInterface(
            new InterfaceName("wg0"),
            Optional.empty(),
            Optional.of(key()),
            List.of(),
            OptionalInt.empty(),
            0,
            OptionalInt.empty(),
            new RouteTable.Auto(),
            DnsClient.NONE,
            List.of(peers));
    return Leaf.with(tunnel);
  }

  private static final NodeConfig TWINS =
      config(
          peer("hub", SAID, List.of(ADDRESS)),
          peer("store", OTHER, List.of(Prefix.parse("10.0.0.3/32"))),
          peer("hub", BESIDES, List.of()));

  /** Whose the hub's address is. */
  private static PublicKey owner(Map<PublicKey, Long> handshakes) {
    var tunnel = TWINS.interfaces().getFirst();
    var chosen = LiveKeys.chosen(TWINS, Map.of(tunnel, handshakes)).interfaces().getFirst();
    assertThat(chosen.peers().stream().map(PeerConfig::publicKey))
        .as("both are answered, and nobody else is touched")
        .containsExactlyInAnyOrder(SAID, OTHER, BESIDES);
    assertThat(chosen.peers().get(1)).isEqualTo(tunnel.peers().get(1));
    return chosen.peers().stream()
        .filter(peer -> peer.allowedIps().contains(ADDRESS))
        .findFirst()
        .orElseThrow()
        .publicKey();
  }

  @Test
  void the_address_belongs_to_the_key_of_the_latest_handshake() {
    assertThat(owner(Map.of())).as("none yet: as it is said").isEqualTo(SAID);
    assertThat(owner(Map.of(SAID, THEN))).isEqualTo(SAID);
    assertThat(owner(Map.of(BESIDES, THEN))).isEqualTo(BESIDES);
    assertThat(owner(Map.of(SAID, THEN, BESIDES, THEN + 1))).isEqualTo(BESIDES);
    assertThat(owner(Map.of(SAID, THEN + 1, BESIDES, THEN))).as("it went back").isEqualTo(SAID);
  }

  @Test
  void peers_with_one_key_are_left_as_they_are() {
    var plain =
        config(
            peer("hub", SAID, List.of(ADDRESS)),
            peer("store", BESIDES, List.of()),
            peer("other", OTHER, List.of(ADDRESS)));
    assertThat(LiveKeys.hasTwins(plain)).isFalse();
    assertThat(LiveKeys.hasTwins(TWINS)).isTrue();
    var latest = Map.of(BESIDES, THEN);
    assertThat(LiveKeys.chosen(plain, Map.of(plain.interfaces().getFirst(), latest)))
        .isEqualTo(plain);
  }
}
