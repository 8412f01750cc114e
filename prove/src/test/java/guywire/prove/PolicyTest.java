package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Promise;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What a policy forbids is refused somewhere, and the prover names the place and the line. */
class PolicyTest {

  private static final String FAMILY =
      """
      network: family
      overlay: 10.0.0.0/24
      sites:
        home: {lan: 192.168.1.0/24, hosts: {nas: 192.168.1.9}}
      nodes:
        hub: {public: 192.0.2.1, hub: true}
        router: {router: home}
        kid: {roaming: true, platform: ios, full-tunnel: true}
        mum: {roaming: true, platform: ios, full-tunnel: true}
        guest: {roaming: true, platform: android, full-tunnel: true}
      policy:
        - kid may not reach internet
        - guest may reach internet on tcp/443
        - kid, mum may reach home
        - router may reach mum on tcp/22
        - hub may reach guest on icmp
      """;

  private final Network network =
      Planner.plan(
              Definition.parse("family.yaml", FAMILY).definition().orElseThrow(),
              KeyStore.ofSeed(1))
          .network()
          .orElseThrow();
  private final Reachability proof = Reachability.of(network);

  private Answer answer(String from, String to, Transport transport, int port) {
    IpAddress target =
        to.equals("internet")
            ? Spot.Outside.IPV4
            : proof.addresses(new Spot.Node(new Name(to))).getFirst();
    return proof.answer(
        new Spot.Node(new Name(from)),
        target,
        transport,
        transport == Transport.ICMP ? OptionalInt.empty() : OptionalInt.of(port));
  }

  @Test
  void a_full_tunnel_does_not_lead_where_the_policy_forbids_it() {
    for (var transport : Transport.values()) {
      assertThat(answer("kid", "internet", transport, 443).works()).as(transport.word()).isFalse();
      assertThat(answer("mum", "internet", transport, 443).works()).as(transport.word()).isTrue();
    }
    assertThat(answer("guest", "internet", Transport.TCP, 443).works()).isTrue();
    assertThat(answer("guest", "internet", Transport.TCP, 80).works()).isFalse();
    assertThat(answer("guest", "internet", Transport.ICMP, 0).works()).isFalse();
  }

  @Test
  void a_hub_opens_no_connection_to_a_phone_that_no_line_allows() {
    assertThat(answer("hub", "mum", Transport.TCP, 22).works()).isFalse();
    assertThat(answer("hub", "guest", Transport.ICMP, 0).works()).isTrue();
    assertThat(answer("hub", "guest", Transport.TCP, 22).works()).isFalse();
    assertThat(answer("router", "mum", Transport.TCP, 22).works()).isTrue();
    assertThat(answer("router", "mum", Transport.TCP, 23).works()).isFalse();
    assertThat(answer("router", "kid", Transport.TCP, 22).works()).isFalse();
  }

  @Test
  void where_it_is_refused_the_line_is_named() {
    assertThat(answer("kid", "internet", Transport.TCP, 443).stop().orElseThrow().text().toString())
        .contains("the firewall of hub", "kid may not reach internet");
    assertThat(answer("hub", "mum", Transport.TCP, 22).stop().orElseThrow().text().toString())
        .contains("the firewall of hub", "no line of the policy allows it");
  }

  @Test
  void every_line_that_forbids_is_a_promise_for_each_pair_and_holds() {
    assertThat(network.promises())
        .filteredOn(promise -> !promise.arrives())
        .hasSize(3)
        .allMatch(promise -> promise.text().equals("kid may not reach internet"))
        .allMatch(promise -> promise.place().line() == 12)
        .extracting(Promise::transport)
        .containsExactlyInAnyOrder(Transport.values());
    assertThat(proof.judgements())
        .allMatch(judgement -> judgement.verdict() == Judgement.PromiseVerdict.KEPT);
  }

  @Test
  void what_an_earlier_line_allows_is_not_promised_to_be_refused() {
    String yaml =
        """
        network: n
        overlay: 10.0.0.0/24
        nodes:
          a: {public: 192.0.2.1}
          b: {public: 192.0.2.2}
        policy:
          - a may reach b on tcp/7
          - a, b may not reach each other
        """;
    var planned =
        Planner.plan(
                Definition.parse("n.yaml", yaml).definition().orElseThrow(), KeyStore.ofSeed(1))
            .network()
            .orElseThrow();
    assertThat(planned.promises())
        .extracting(promise -> promise.from() + " " + promise.transport().word())
        .containsExactlyInAnyOrder("a icmp", "a udp", "b icmp", "b tcp", "b udp");
    assertThat(Reachability.of(planned).judgements())
        .allMatch(judgement -> judgement.verdict() == Judgement.PromiseVerdict.KEPT);
  }
}
