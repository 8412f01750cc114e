package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.format.Formats;
import guywire.format.input.Imported;
import guywire.network.Failure;
import guywire.network.Name;
import guywire.network.Network;
import guywire.network.Platform;
import guywire.network.Spot;
import guywire.network.Transport;
import guywire.network.text.Severity;
import guywire.plan.KeyStore;
import guywire.plan.Planner;
import guywire.plan.definition.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * What clients have for the internet passes the hub and leaves at an exit behind it, as planned and
 * as every platform's files for the hub say; the hub and its other clients keep the hub's line.
 */
class ExitBehindHubTest {

  private static final String TEXT =
      """
      network: n
      overlay: [10.0.0.0/24, "fd00::/64"]
      sites:
        home: {lan: 192.168.1.0/24}
        office: {lan: [192.168.2.0/24, "fd02::/64"], hosts: {nas: 192.168.2.10}}
      nodes:
        hub: {hub: true, public: [192.0.2.1, "2001:db8::1"]}
        box: {site: home}
        gate: {router: office}
        kid: {roaming: true, full-tunnel: box}
        guest: {roaming: true, full-tunnel: true}
      %s
      """;

  private static Network planned(String policy) {
    var definition = Definition.parse("n.yaml", TEXT.formatted(policy)).definition().orElseThrow();
    return Planner.plan(definition, KeyStore.ofSeed(1)).network().orElseThrow();
  }

  private static Answer internet(Network network, String from, int port, Set<Failure> failures) {
    return Reachability.of(network, failures)
        .answer(
            new Spot.Node(new Name(from)), Spot.Outside.IPV4, Transport.TCP, OptionalInt.of(port));
  }

  private static List<String> way(Network network, String from) {
    var answer = internet(network, from, 443, Set.of());
    assertThat(answer.works()).as(from).isTrue();
    assertThat(answer.back().orElseThrow().passed().reversed()).isEqualTo(answer.there().passed());
    return answer.there().passed();
  }

  private static void isSentOn(Network network) {
    assertThat(way(network, "kid")).contains("hub", "box");
    assertThat(way(network, "guest")).contains("hub").doesNotContain("box");
    assertThat(way(network, "hub")).isEmpty();
    var nas = guywire.address.IpAddress.parse("192.168.2.10");
    for (var from : List.of("kid", "guest", "hub")) {
      var answer =
          Reachability.of(network)
              .answer(new Spot.Node(new Name(from)), nas, Transport.ICMP, OptionalInt.empty());
      assertThat(answer.works()).as(from + " to a LAN behind the hub").isTrue();
      assertThat(answer.there().passed()).contains("gate").doesNotContain("box");
    }
  }

  @Test
  void the_plan_sends_on_what_the_clients_of_the_exit_have_for_the_internet() {
    isSentOn(planned(""));
  }

  @Test
  void without_the_exit_nothing_of_its_clients_leaves_anywhere_else() {
    var dead = Set.<Failure>of(new Failure.OfNode(new Name("box")));
    assertThat(internet(planned(""), "kid", 443, dead).arrives()).isFalse();
    assertThat(internet(planned(""), "guest", 443, dead).works()).isTrue();
  }

  @Test
  void a_line_about_the_internet_stops_a_client_on_the_hub_already() {
    var network =
        planned("policy:\n  - kid may not reach internet on tcp/25\n  - kid may reach all");
    assertThat(internet(network, "kid", 443, Set.of()).works()).isTrue();
    var mail = internet(network, "kid", 25, Set.of());
    assertThat(mail.arrives()).isFalse();
    assertThat(Reachability.of(network).judgements())
        .isNotEmpty()
        .allMatch(judgement -> judgement.verdict() == Judgement.PromiseVerdict.KEPT);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"PROXMOX", "NIXOS", "MACOS", "IOS", "ANDROID", "WINDOWS"})
  void the_files_of_every_platform_for_the_hub_say_the_same(Platform platform) {
    var network = planned("");
    var imported = new ArrayList<Imported>();
    for (var node : network.nodes()) {
      var written = node.name().text().equals("hub") ? node.on(platform) : node;
      imported.addAll(
          Formats.read(
              node.name(),
              OnDisk.files(Formats.renderer(written.platform()).render(written, Locale.ENGLISH))));
    }
    isSentOn(Assembly.of(network.name(), imported, OnDisk.facts(network)).network());
  }

  @ParameterizedTest
  @EnumSource(names = {"PROXMOX", "IOS", "WINDOWS"})
  void a_platform_that_cannot_say_it_refuses_and_writes_nothing(Platform platform) {
    var hub = planned("").node(new Name("hub")).orElseThrow();
    var rendering = Formats.renderer(platform).render(hub, Locale.ENGLISH);
    assertThat(rendering.files()).isEmpty();
    assertThat(rendering.findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.severity()).isEqualTo(Severity.ERROR);
          assertThat(finding.what().key()).isEqualTo("limit.exit");
        });
  }
}
