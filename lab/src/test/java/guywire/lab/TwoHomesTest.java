package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import guywire.network.Network;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.node.TunnelProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The first of the reference networks, written down by hand, with real packets. Needs root. */
@Execution(ExecutionMode.CONCURRENT)
class TwoHomesTest {

  @Test
  void every_promise_is_kept_and_the_open_connection_of_a_roaming_device_goes_on() {
    var heard = new ArrayList<String>();
    try (var lab =
        Lab.start(
            HandMade.twoHomes(),
            LabOptions.USUAL,
            (what, _, _) -> {
              synchronized (heard) {
                heard.add(what.toString());
              }
            })) {
      LabReport report = lab.probe((_, _, _, _, _) -> ExpectedReach.REACHED, ProbeOptions.ALL);
      assertThat(report.promises()).hasSize(6).allMatch(LabReport.PromiseResult::kept);
      assertThat(report.lookups()).hasSize(1).allMatch(LabReport.LookupResult::kept);
      assertThat(report.disagreements()).isEmpty();
      assertThat(report.roaming()).hasSize(1).allMatch(LabReport.RoamedConnection::lived);
      assertThat(report.speed().orElseThrow().bitsPerSecond()).isGreaterThan(1e6);
      assertThat(report.holds()).isTrue();
      assertThat(lab.hosts()).extracting(LabHost::name).contains("ecs", "nas", "internet.");
      assertThat(lab.hosts().getFirst().enter()).startsWith("nsenter", "-t");
    }
    assertThat(heard).contains("starting machines", "setting up nodes", "measuring speed");
  }

  @Test
  void two_labs_of_the_same_network_at_once_do_not_disturb_each_other() throws Exception {
    try (var executor = Executors.newFixedThreadPool(2)) {
      var runs = new ArrayList<java.util.concurrent.Future<LabReport>>();
      for (int i = 0; i < 2; i++) {
        runs.add(
            executor.submit(() -> {
              try (var lab =
                  Lab.start(
                      HandMade.twoHomes(),
                      new LabOptions(TunnelPrograms.WIREGUARD_GO),
                      LabListener.SILENT)) {
                return lab.probe((_, _, _, _, _) -> ExpectedReach.REACHED, ProbeOptions.QUICK);
              }
            }));
      }
      for (var run : runs) {
        assertThat(run.get().holds()).isTrue();
      }
    }
  }

  @Test
  void a_broken_promise_and_a_wrong_prediction_are_told() {
    Network network = HandMade.twoHomes();
    var broken =
        new Network(
            network.name(),
            network.underlay(),
            network.nodes(),
            List.of(
                HandMade.promise(
                    "macbook", "home-a/nas", "192.168.2.100", Transport.ICMP, 0, false, ""),
                HandMade.promise(
                    "macbook", "home-a/nas", "192.168.2.100", Transport.TCP, 22, true, "192.0.2.1"),
                HandMade.promise(
                    "macbook",
                    "home-a/nas",
                    "192.168.2.100",
                    Transport.UDP,
                    99,
                    true,
                    "",
                    "router-b")));
    try (var lab =
        Lab.start(broken, new LabOptions(TunnelPrograms.WIREGUARD_GO), LabListener.SILENT)) {
      LabReport report =
          lab.probe(
              (from, _, _, _, _) ->
                  ExpectedReach.of(!from.equals(new Spot.Node(HandMade.name("iphone")))),
              ProbeOptions.QUICK);
      assertThat(report.promises()).noneMatch(LabReport.PromiseResult::kept);
      assertThat(report.promises())
          .extracting(LabReport.PromiseResult::outcome)
          .containsOnly(ProbeOutcome.REACHED);
      assertThat(report.disagreements())
          .hasSize(7)
          .allMatch(cell -> cell.from().toString().equals("iphone"));
      assertThat(report.holds()).isFalse();
    }
  }

  @Test
  void mixed_gives_every_link_of_a_star_one_program_at_either_end() {
    assertThat(TunnelPrograms.MIXED.programs(HandMade.twoHomes()))
        .containsExactly(
            entry(HandMade.name("ecs"), TunnelProgram.GUYWIRE),
            entry(HandMade.name("router-a"), TunnelProgram.WIREGUARD_GO),
            entry(HandMade.name("router-b"), TunnelProgram.WIREGUARD_GO),
            entry(HandMade.name("macbook"), TunnelProgram.WIREGUARD_GO),
            entry(HandMade.name("iphone"), TunnelProgram.WIREGUARD_GO));
  }

  @Test
  void who_is_called_is_set_up_before_those_who_call() {
    assertThat(StartOrder.of(HandMade.twoHomes()))
        .extracting(group -> group.stream().map(node -> node.name().text()).toList())
        .containsExactly(List.of("ecs"), List.of("router-a", "router-b", "macbook", "iphone"));
  }
}
