package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.Network;
import guywire.node.Machine;
import guywire.node.NodeState;
import guywire.node.NodeState.PeerState;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Two nodes behind NATs that give every destination another port, which would stay relayed, meet
 * where the router of one of them passes a port on: with the real miniupnpd.
 */
class MappedPortsLabTest {

  private static final long PATIENCE_SECONDS = 180;

  /** No address that is kept for documentation: miniupnpd takes those for private ones. */
  private static final String OUTSIDE = "11.22.33.44";

  private static final String RELAYED =
      """
      network: mapped
      overlay: 10.20.0.0/24
      sites:
        firm: {lan: 192.168.33.0/24, internet: nat-random, public: 11.22.33.44}
        mill: {lan: 192.168.34.0/24, internet: nat-random}
      nodes:
        hub: {hub: true, public: 203.0.113.1}
        c: {site: firm}
        d: {site: mill}
      """;

  private static final String DIRECT =
      RELAYED
          + """
          links:
            c - d: direct or via hub
          """;

  private static final String CHAINS =
      """
      table inet upnp {
        chain miniupnpd {
        }
        chain prerouting_miniupnpd {
        }
        chain postrouting_miniupnpd {
        }
        chain forward {
          type filter hook forward priority 10; policy accept;
          jump miniupnpd
        }
        chain prerouting {
          type nat hook prerouting priority -100; policy accept;
          jump prerouting_miniupnpd
        }
        chain postrouting {
          type nat hook postrouting priority 99; policy accept;
          jump postrouting_miniupnpd
        }
      }
      """;

  private static final String CONFIGURATION =
      """
      ext_ifname=wan
      listening_ip=br-lan
      port=5000
      enable_natpmp=yes
      enable_upnp=yes
      secure_mode=yes
      upnp_table_name=upnp
      upnp_nat_table_name=upnp
      uuid=3d3cec3a-8cf0-11e0-98ee-001a6bd2d07b
      allow 1024-65535 192.168.33.0/24 1024-65535
      deny 0-65535 0.0.0.0/0 0-65535
      """;

  @Test
  void two_behind_nats_of_random_ports_meet_where_one_router_passes_a_port_on() throws Exception {
    try (var lab =
        Lab.start(network(RELAYED), new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT)) {
      var router = lab.machine("firm.router");
      router.load(CHAINS);
      router.run(
          CONFIGURATION,
          "sh",
          "-c",
          "cat >/run/upnp.conf; exec miniupnpd -4 -f /run/upnp.conf -P /run/upnp.pid");
      lab.apply(network(DIRECT));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (met(lab).isEmpty()) {
        assertThat(System.nanoTime()).as("they meet in time").isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(200);
      }
      assertThat(met(lab).flatMap(PeerState::endpoint))
          .as("called at the router")
          .hasValueSatisfying(where -> assertThat(where).startsWith(OUTSIDE + ":"));
    }
  }

  /** How d has shaken hands with c in the tunnel beside the usual one, if it has. */
  private static Optional<PeerState> met(Lab lab) {
    List<NodeState> interfaces = NodeState.all(Machine.of(lab.machine("d").pid()));
    return interfaces.stream()
        .filter(tunnel -> tunnel.name().text().equals("wg0-hub"))
        .flatMap(tunnel -> tunnel.peers().stream())
        .filter(peer -> peer.latestHandshake().isPresent())
        .filter(peer -> peer.endpoint().filter(where -> where.startsWith(OUTSIDE)).isPresent())
        .findFirst();
  }

  private static Network network(String text) {
    var reading = Definition.parse("mapped", text);
    var planned =
        Planner.plan(
            reading.definition().orElseThrow(() -> new AssertionError(reading.findings())),
            KeyStore.ofSeed(7));
    return planned.network().orElseThrow(() -> new AssertionError(planned.findings()));
  }
}
