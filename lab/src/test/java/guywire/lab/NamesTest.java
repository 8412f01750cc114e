package guywire.lab;

import static guywire.lab.HandMade.name;
import static guywire.lab.HandMade.node;
import static guywire.lab.HandMade.peer;
import static guywire.lab.HandMade.promise;
import static guywire.lab.HandMade.spot;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.Attachment;
import guywire.network.DnsClient;
import guywire.network.Lookup;
import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.Underlay;
import guywire.network.text.Place;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names in the lab: those of endpoints, and who gets to see the look-ups. Needs root. */
class NamesTest {

  @TempDir Path noKeys;

  @Test
  void an_endpoint_may_be_a_name_which_the_internet_of_the_lab_knows() {
    var network =
        new Network(
            name("named"),
            new Underlay(
                List.of(),
                List.of(
                    new Attachment.Direct(name("hub"), List.of(IpAddress.parse("203.0.113.9"))),
                    new Attachment.Direct(
                        name("spoke"), List.of(IpAddress.parse("198.51.100.9"))))),
            List.of(
                node(
                    "hub",
                    "10.9.0.1/24",
                    51820,
                    false,
                    DnsClient.NONE,
                    peer("spoke", "", 0, "10.9.0.2/32")),
                node(
                    "spoke",
                    "10.9.0.2/24",
                    0,
                    false,
                    DnsClient.NONE,
                    peer("hub", "VPN.example.org:51820", 0, "10.9.0.1/32"))),
            List.of(promise("spoke", "hub", "10.9.0.1", Transport.ICMP, 0, true, "10.9.0.2")));
    try (var lab =
        Lab.start(network, new LabOptions(TunnelPrograms.WIREGUARD_GO), LabListener.SILENT)) {
      assertThat(lab.probe((_, _, _, _, _) -> ExpectedReach.REACHED, ProbeOptions.QUICK).holds())
          .isTrue();
      assertThat(lab.questionsOutside())
          .contains(new InternetNames.Query(IpAddress.parse("198.51.100.9"), "vpn.example.org"));
    }
  }

  @Test
  void with_a_full_tunnel_the_outside_sees_look_ups_from_the_server_alone() {
    var planned =
        Planner.plan(
            Definition.read(Path.of("../examples/full-tunnel.yaml")).definition().orElseThrow(),
            KeyStore.borrowing(noKeys));
    Network network = planned.network().orElseThrow();
    try (var lab =
        Lab.start(network, new LabOptions(TunnelPrograms.WIREGUARD_GO), LabListener.SILENT)) {
      var lookup =
          new Lookup(
              spot("client"),
              InternetNames.OUTSIDE,
              List.of(Spot.Outside.IPV4, Spot.Outside.IPV6),
              Place.PLANNED,
              "client resolves a name of the internet");
      var result =
          Lookups.ask(lab.machine(spot("client")), lookup, System.nanoTime() + 10_000_000_000L);
      assertThat(result.kept()).isTrue();
      assertThat(lab.questionsOutside())
          .isNotEmpty()
          .allMatch(query -> query.from().equals(IpAddress.parse("1.2.3.4")));
    }
  }
}
