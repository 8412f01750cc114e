package guywire.network;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress.Family;
import guywire.address.Prefix;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoutesTest {

  private static final Random RANDOM = new Random(7);
  private final PublicKey first = PrivateKey.generate(RANDOM).publicKey();
  private final PublicKey second = PrivateKey.generate(RANDOM).publicKey();

  @Test
  void longest_first_and_nothing_that_a_connected_route_covers() {
    var tunnel =
        tunnel(
            "10.9.0.1/24",
            new RouteTable.Auto(),
            peer(first, "10.9.0.2/32", "10.0.0.0/8", "192.168.4.0/24"));
    assertThat(Routes.of(tunnel).installed())
        .extracting(Prefix::toString)
        .containsExactly("192.168.4.0/24", "10.0.0.0/8");
  }

  @Test
  void a_host_address_connects_nothing() {
    var tunnel = tunnel("10.9.0.1/32", new RouteTable.Auto(), peer(first, "10.9.0.2/32"));
    assertThat(Routes.of(tunnel).installed()).containsExactly(Prefix.parse("10.9.0.2/32"));
  }

  @Test
  void a_default_route_goes_behind_the_mark_unless_a_table_is_named() {
    var automatic = tunnel("10.9.0.1/24", new RouteTable.Auto(), peer(first, "0.0.0.0/0"));
    assertThat(Routes.of(automatic).marked()).containsExactly(Family.IPV4);
    assertThat(Routes.of(automatic).installed()).isEmpty();
    var numbered =
        tunnel("10.9.0.1/24", new RouteTable.Number(7), peer(first, "0.0.0.0/0", "10.9.0.7/32"));
    assertThat(Routes.of(numbered).marked()).isEmpty();
    assertThat(Routes.of(numbered).installed()).hasSize(2);
    var none = tunnel("10.9.0.1/24", new RouteTable.Off(), peer(first, "0.0.0.0/0"));
    assertThat(Routes.of(none)).isEqualTo(new Routes(List.of(), java.util.Set.of()));
  }

  @Test
  void the_later_peer_owns_a_prefix_that_two_list() {
    var tunnel =
        tunnel(
            "10.9.0.1/24",
            new RouteTable.Auto(),
            peer(first, "10.0.0.1/32", "10.0.0.2/32"),
            peer(second, "10.0.0.2/32"));
    var cryptokeys = Cryptokeys.of(tunnel);
    assertThat(cryptokeys.ownedBy(first)).containsExactly(Prefix.parse("10.0.0.1/32"));
    assertThat(cryptokeys.ownedBy(second)).containsExactly(Prefix.parse("10.0.0.2/32"));
  }

  @Test
  void a_second_section_for_a_key_replaces_the_first() {
    var tunnel =
        tunnel(
            "10.9.0.1/24",
            new RouteTable.Auto(),
            peer(first, "10.0.0.1/32"),
            peer(first, "10.0.0.2/32"));
    assertThat(Cryptokeys.of(tunnel).ownedBy(first)).containsExactly(Prefix.parse("10.0.0.2/32"));
  }

  private static PeerConfig peer(PublicKey key, String... allowed) {
    return new PeerConfig(
        Optional.empty(),
        key,
        Optional.empty(),
        Optional.empty(),
        List.of(allowed).stream().map(Prefix::parse).toList(),
        0);
  }

  private static TunnelInterface tunnel(String address, RouteTable table, PeerConfig... peers) {
    return new TunnelInterface(
        new InterfaceName("wg0"),
        Optional.of(PrivateKey.generate(RANDOM)),
        Optional.empty(),
        List.of(InterfaceAddress.tryParse(address).orElseThrow()),
        OptionalInt.empty(),
        0,
        OptionalInt.empty(),
        table,
        DnsClient.NONE,
        List.of(peers));
  }
}
