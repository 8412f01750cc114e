package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Two gateways share an address of their LAN by keepalived: both directions go on over the second
 * when the first dies, and come back to it. Needs root and keepalived.
 */
class SharedAddressTest {

  private static final ProbeOptions OPTIONS =
      new ProbeOptions(true, true, false, Optional.empty(), 0);

  @Test
  void the_lan_answers_and_calls_through_the_gateway_that_is_alive() {
    var reading =
        Definition.parse(
            "shared.yaml",
            """
            network: shared
            overlay: 10.30.0.0/24
            sites:
              office:
                lan: 192.168.70.0/24
                virtual-address: 192.168.70.254
                hosts: {files: 192.168.70.20}
            nodes:
              hub: {hub: true, public: 203.0.113.1}
              gw-1: {gateway: office, static-route: true}
              gw-2: {gateway: office, static-route: true}
              server: {public: 198.51.100.1}
            expect:
              - server reaches office via hub, gw-1 keeping source
              - office reaches server via gw-1, hub keeping source
              - server reaches office via hub, gw-2 keeping source when gw-1 is down
              - office reaches server via gw-2, hub keeping source when gw-1 is down
              - server, office reach each other when gw-2 is down
              - server reaches files within 4 s when gw-1 dies
              - office reaches server within 4 s when gw-1 dies
            """);
    var network =
        Planner.plan(reading.definition().orElseThrow(), KeyStore.ofSeed(1))
            .network()
            .orElseThrow();
    var proof = Reachability.of(network);
    try (var lab = Lab.start(network, new LabOptions(TunnelPrograms.GUYWIRE), LabListener.SILENT)) {
      LabReport report = lab.probe(Prediction.by(proof), OPTIONS);
      assertThat(report.promises()).isNotEmpty().allMatch(LabReport.PromiseResult::kept);
      assertThat(report.disagreements()).isEmpty();
    }
  }
}
