package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.lab.LabOptions;
import guywire.lab.LabReport;
import guywire.lab.LabReport.Gap;
import guywire.lab.LabReport.PromiseResult;
import guywire.lab.LabReport.StreamGap;
import guywire.lab.ProbeOutcome;
import guywire.lab.TunnelPrograms;
import guywire.network.Name;
import guywire.network.Network;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import guywire.prove.Reachability;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a lab says that a failure cost: in both languages, and as JSON. */
class LabViewTest {

  private static final Network NETWORK =
      Planner.plan(
              Definition.parse(
                      "dying.yaml",
                      """
                      network: dying
                      overlay: 10.20.0.0/24
                      nodes:
                        hub-1: {hub: true, public: 203.0.113.1}
                        hub-2: {hub: true, public: 198.51.100.1}
                        a: {public: 192.0.2.10}
                        b: {public: 192.0.2.11}
                      expect:
                        - a, b reach each other within 3 s when hub-1 dies
                      """)
                  .definition()
                  .orElseThrow(),
              KeyStore.ofSeed(7))
          .network()
          .orElseThrow();

  private static final LabOptions OPTIONS = new LabOptions(TunnelPrograms.GUYWIRE);

  /** Both ways of the pair, each with what a failure cost its stream. */
  private static LabReport report(boolean kept, Optional<StreamGap> there, StreamGap back) {
    var promises = NETWORK.promises();
    return new LabReport(
        List.of(
            new PromiseResult(
                promises.get(0),
                kept,
                ProbeOutcome.REACHED,
                Optional.empty(),
                List.of(new Name("hub-2")),
                3,
                Optional.of(new Gap(910, 90, List.of(new Name("hub-1")), false, there))),
            new PromiseResult(
                promises.get(1),
                kept,
                ProbeOutcome.REACHED,
                Optional.empty(),
                List.of(new Name("hub-2")),
                3,
                Optional.of(
                    new Gap(700, 70, List.of(new Name("hub-1")), false, Optional.of(back))))),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of());
  }

  private static String said(LabReport report, Locale locale) {
    var bytes = new ByteArrayOutputStream();
    var stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    new LabView(Screen.plain(stream, stream, 400, locale))
        .print(NETWORK, OPTIONS, report, Reachability.of(NETWORK), 1);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void the_longest_gap_and_the_stream_that_stood_still_longest_are_told() {
    var report = report(true, Optional.of(new StreamGap(true, 1350)), new StreamGap(true, 1700));
    assertThat(said(report, Locale.ENGLISH))
        .contains(
            "cut off 910 ms, 90 lost, a TCP stream stood still 1700 ms,"
                + " via hub-1 before, via hub-2");
    assertThat(said(report, Locale.SIMPLIFIED_CHINESE)).contains("TCP 流停顿 1700 毫秒");
  }

  @Test
  void a_stream_that_did_not_go_on_is_worse_than_any_that_did() {
    var ended = new StreamGap(false, 500);
    var report = report(true, Optional.of(ended), new StreamGap(true, 1700));
    assertThat(said(report, Locale.ENGLISH)).contains(", a TCP stream did not go on,");
    assertThat(said(report, Locale.SIMPLIFIED_CHINESE)).contains("TCP 流未能继续");
  }

  @Test
  void of_a_broken_line_each_pair_has_its_own() {
    var report = report(false, Optional.empty(), new StreamGap(true, 1700));
    var lines = said(report, Locale.ENGLISH).lines().filter(line -> line.contains(" -> ")).toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).contains("90 lost").doesNotContain("TCP");
    assertThat(lines.get(1)).contains("70 lost, a TCP stream stood still 1700 ms");
  }

  @Test
  void in_json_a_stream_is_there_where_one_could_be_opened() {
    var report = report(true, Optional.empty(), new StreamGap(true, 1700));
    var promises =
        LabJson.of(NETWORK, OPTIONS, report, Set.of(), Optional.empty()).path("promises");
    assertThat(promises.path(0).has("stream-goes-on")).isFalse();
    assertThat(promises.path(1).path("stream-goes-on").asBoolean()).isTrue();
    assertThat(promises.path(1).path("stream-still-millis").asDouble()).isEqualTo(1700);
  }
}
