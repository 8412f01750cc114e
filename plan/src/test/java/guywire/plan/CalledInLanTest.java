package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.LanEndpoint;
import guywire.network.PeerConfig;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where one that roams calls a node that it dials from elsewhere, when it comes into its LAN. */
class CalledInLanTest {

  private static final Sketch NETWORK =
      Sketch.of(
          """
          network: homecoming
          overlay: 10.20.0.0/24
          sites:
            home:
              lan: 192.168.31.0/24
              internet: nat
              public: 203.0.113.7
              forward: {51999: nas}
            office: {lan: 192.168.32.0/24, internet: nat, public: 203.0.113.8}
          nodes:
            nas: {hub: true, site: home, lan-address: 192.168.31.10}
            vps: {public: 203.0.113.1}
            desk: {router: office}
            laptop: {roaming: wifi}
          links:
            laptop - vps: direct
            laptop - desk: direct
          """);

  private static Optional<LanEndpoint> called(String from, String to) {
    return NETWORK.node(from).interfaces().getFirst().peers().stream()
        .filter(peer -> peer.name().orElseThrow().text().equals(to))
        .findFirst()
        .flatMap(PeerConfig::inLan);
  }

  private static LanEndpoint at(String lan, String address) {
    return new LanEndpoint(Prefix.parse(lan), IpAddress.parse(address), 51820);
  }

  @Test
  void it_is_the_address_there_and_the_port_that_it_listens_on_not_the_forwarded_one() {
    assertThat(called("laptop", "nas")).contains(at("192.168.31.0/24", "192.168.31.10"));
  }

  @Test
  void a_router_is_called_at_its_inner_address() {
    assertThat(called("laptop", "desk")).contains(at("192.168.32.0/24", "192.168.32.1"));
  }

  @Test
  void who_stays_where_it_is_and_who_has_no_lan_is_called_at_one_place() {
    assertThat(called("laptop", "vps")).isEmpty();
    assertThat(called("desk", "nas")).isEmpty();
    assertThat(called("vps", "nas")).isEmpty();
  }
}
