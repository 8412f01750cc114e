package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Transport;
import guywire.plan.KeyStore;
import guywire.plan.Planned;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sites whose machines have public addresses. WireGuard in the kernel answers a handshake by the
 * way that its routes say: if they lead into the tunnel that is to be set up, nothing comes of it.
 * What is planned must not depend on the program that carries the packets.
 */
class PublicLanTest {

  private static final String NETWORK =
      """
      network: n
      overlay: 10.77.0.0/24
      sites:
        rack: {lan: 198.51.100.0/24, internet: public}
        home: {lan: 192.168.10.0/24}
      nodes:
        hub: {hub: true, public: 203.0.113.1}
        %s
        r: {router: home}
      """;

  private static Planned plan(String nodes) {
    var reading = Definition.parse("n.yaml", NETWORK.formatted(nodes));
    assertThat(reading.findings()).isEmpty();
    return Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gw: {gateway: rack, static-route: true}",
        "gw: {gateway: rack, source-nat: true}",
        "gw: {gateway: rack, static-route: true, lan-address: 198.51.100.7}",
        "gw: {gateway: rack, static-route: true, endpoint: gw.example.net}",
      })
  void a_tunnel_does_not_carry_the_addresses_that_it_is_set_up_with(String node) {
    var planned = plan(node);
    assertThat(planned.network()).isEmpty();
    assertThat(planned.findings()).hasSize(1);
    assertThat(planned.findings().getFirst().what().key()).isEqualTo("own-lan-in-tunnel");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gw: {router: rack}",
        "one: {site: rack}\n  two: {site: rack, lan-address: 198.51.100.7}",
      })
  void what_can_be_planned_is_proved_without_an_if(String node) {
    var network = plan(node).network().orElseThrow();
    var proof = Reachability.of(network);
    for (var from : proof.spots()) {
      for (var to : proof.spots()) {
        for (var address : proof.addresses(to)) {
          var answer = proof.answer(from, address, Transport.ICMP, OptionalInt.empty());
          assertThat(answer.conditions()).as("%s to %s", from, address).isEmpty();
        }
      }
    }
  }
}
