package guywire.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A machine in a provider's LAN to which a public address leads. */
class CloudTest {

  @Test
  void it_is_dialled_at_its_public_address_and_serves_its_lan() {
    var plan =
        Sketch.of(
            """
            network: n
            overlay: 10.0.0.0/24
            sites:
              vpc: {lan: 172.16.0.0/24, hosts: {db: 172.16.0.9}}
            nodes:
              vm: {gateway: vpc, public: 203.0.113.9, static-route: true, hub: true, listen: 4000}
              laptop: {roaming: wifi}
            expect:
              - laptop reaches db
            """);
    assertThat(plan.tunnel("laptop"))
        .contains("vm: 10.0.0.0/24, 172.16.0.0/24 at 203.0.113.9:4000");
    assertThat(plan.network().underlay().sites().getFirst().portForwards())
        .hasToString("[PortForward[publicPort=4000, to=172.16.0.2, port=4000]]");
  }
}
