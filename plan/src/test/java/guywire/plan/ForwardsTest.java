package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.address.Prefix;
import guywire.network.Agents;
import guywire.network.ForwardPermission;
import guywire.network.Forwarding;
import guywire.network.Name;
import guywire.network.Nftables;
import guywire.network.PortRange;
import guywire.network.Transport;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a policy lets gateways forward on request becomes. */
class ForwardsTest {

  private static final IpAddress MACBOOK = IpAddress.parse("10.9.9.1");
  private static final IpAddress SERVER = IpAddress.parse("192.168.1.10");

  private final Sketch sketch = Sketch.example("star-on-demand");

  @Test
  void the_gateway_has_who_may_ask_for_what_and_the_asker_whom_to_ask() {
    assertThat(sketch.node("home-gw").ownForwards())
        .containsExactly(permission(Transport.TCP, 22), permission(Transport.UDP, 5353));
    assertThat(sketch.node("macbook").forwards()).isEqualTo(sketch.node("home-gw").forwards());
    assertThat(sketch.node("macbook").ownForwards()).isEmpty();
    assertThat(sketch.node("cellphone").forwards()).isEmpty();
    assertThat(sketch.node("router").forwards()).isEmpty();
  }

  private static ForwardPermission permission(Transport transport, int port) {
    return new ForwardPermission(
        new Name("home-gw"),
        List.of(IpAddress.parse("10.9.0.2")),
        List.of(Prefix.host(MACBOOK)),
        new Name("home-server"),
        List.of(Prefix.host(SERVER)),
        transport,
        List.of(PortRange.of(port)));
  }

  @Test
  void the_gateway_forwards_no_packet_and_keeps_its_mapping_for_who_asks() {
    var gateway = sketch.node("home-gw");
    assertThat(gateway.forwardIpv4()).isEqualTo(Forwarding.UNSTATED);
    assertThat(gateway.nat()).isEmpty();
    assertThat(gateway.interfaces().getFirst().peers().getFirst().keepaliveSeconds()).isEqualTo(25);
  }

  @Test
  void its_filter_lets_in_the_question_and_what_its_agent_opens() {
    assertThat(Nftables.script(sketch.node("home-gw")))
        .containsSubsequence(
            "set forwards_tcp4 {",
            "type ipv4_addr . inet_service",
            "set forwards_udp4 {",
            "hook input",
            "iifname \"wg0\" ip saddr . tcp dport @forwards_tcp4 accept",
            "ip saddr . udp dport @forwards_udp4 accept",
            "ip saddr 10.9.9.1 ip daddr 10.9.0.2 udp dport " + Agents.FORWARD_PORT + " accept",
            "reject");
  }

  @Test
  void the_hub_passes_on_what_goes_to_ports_that_may_be_open() {
    assertThat(Nftables.script(sketch.node("router")))
        .contains(
            "ip saddr 10.9.9.1 ip daddr 10.9.0.2 udp dport " + Agents.FORWARD_PORT + " accept",
            "ip saddr 10.9.9.1 ip daddr 10.9.0.2 tcp dport 1024-65535 accept")
        .doesNotContain("forwards_tcp4", "10.9.9.2 ip daddr 10.9.0.2");
  }

  @Test
  void a_permission_is_for_these_senders_targets_and_ports_alone() {
    var tcp = permission(Transport.TCP, 22);
    assertThat(tcp.permits(MACBOOK, SERVER, Transport.TCP, 22)).isTrue();
    assertThat(tcp.permits(IpAddress.parse("10.9.9.2"), SERVER, Transport.TCP, 22)).isFalse();
    assertThat(tcp.permits(MACBOOK, IpAddress.parse("192.168.1.20"), Transport.TCP, 22)).isFalse();
    assertThat(tcp.permits(MACBOOK, SERVER, Transport.UDP, 22)).isFalse();
    assertThat(tcp.permits(MACBOOK, SERVER, Transport.TCP, 23)).isFalse();
  }

  @Test
  void files_that_know_no_agent_say_nothing_of_it() {
    var network = sketch.network().withoutAgents();
    assertThat(network.nodes()).allMatch(node -> node.forwards().isEmpty());
    assertThat(network.promises())
        .noneMatch(promise -> promise.arrives() && promise.forward().isPresent());
  }
}
