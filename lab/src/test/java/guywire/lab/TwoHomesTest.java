package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The first of the reference networks, written down by hand, with real packets. Needs root. */
class TwoHomesTest {

  @ParameterizedTest
  @EnumSource(
      value = Tunnels.class,
      names = {"WIREGUARD_GO"})
  void every_promise_is_kept_and_the_open_connection_of_a_roaming_device_goes_on(Tunnels tunnels) {
    try (var lab = Lab.start(HandMade.twoHomes(), new LabOptions(tunnels), LabListener.SILENT)) {
      LabReport report = lab.probe((from, to, target) -> true, ProbeOptions.ALL);
      assertThat(report.promises()).allMatch(LabReport.PromiseResult::kept);
      assertThat(report.lookups()).hasSize(1).allMatch(LabReport.LookupResult::kept);
      assertThat(report.disagreements()).isEmpty();
      assertThat(report.roaming()).hasSize(1).allMatch(LabReport.Roaming::lived);
      assertThat(report.speed()).isPresent();
      assertThat(report.holds()).isTrue();
    }
  }
}
