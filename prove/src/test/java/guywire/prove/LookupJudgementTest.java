package guywire.prove;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.address.IpAddress;
import guywire.network.DnsClient;
import guywire.network.Lookup;
import guywire.network.Name;
import guywire.network.NameServer;
import guywire.network.Network;
import guywire.network.NodeConfig;
import guywire.network.text.Place;
import guywire.prove.Judgement.PromiseVerdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a machine is told about a name follows from whom it asks, and what that one knows. */
class LookupJudgementTest {

  private static final IpAddress HUB = Net.ip("10.0.0.1");
  private static final IpAddress NAS = Net.ip("10.0.0.4");

  private static LookupJudgement judge(
      DnsClient asks, List<IpAddress> listens, Net net, IpAddress promised) {
    net.node("laptop").dns(asks);
    var plain = net.build();
    var server =
        new NameServer(listens, "home.arpa", Map.of(new Name("nas"), List.of(NAS)), List.of());
    var nodes = plain.nodes().stream().map(node -> serving(node, server)).toList();
    var lookup =
        new Lookup(Net.spot("laptop"), "nas.home.arpa", List.of(promised), Place.PLANNED, "line");
    var network = new Network(plain.name(), plain.underlay(), nodes, List.of(), List.of(lookup));
    return Reachability.of(network).lookups().getFirst();
  }

  private static NodeConfig serving(NodeConfig node, NameServer server) {
    return !node.name().text().equals("hub")
        ? node
        : new NodeConfig(
            node.name(),
            node.platform(),
            node.interfaces(),
            node.routes(),
            node.forwardIpv4(),
            node.forwardIpv6(),
            node.firewall(),
            node.nat(),
            Optional.of(server),
            node.hooks());
  }

  private static Net working() {
    var scene = new Scene();
    scene.working();
    return scene.net;
  }

  private static DnsClient asking(IpAddress server) {
    return new DnsClient(List.of(server), List.of("home.arpa"));
  }

  @Test
  void it_is_kept_if_the_server_is_reached_and_knows_the_name() {
    var judgement = judge(asking(HUB), List.of(HUB), working(), NAS);
    assertThat(judgement.verdict()).isEqualTo(PromiseVerdict.KEPT);
    assertThat(judgement.why()).isEmpty();
  }

  @Test
  void it_is_broken_by_another_address() {
    var judgement = judge(asking(HUB), List.of(HUB), working(), HUB);
    assertThat(judgement.why()).map(Object::toString).contains("nas.home.arpa is 10.0.0.4 there");
  }

  @Test
  void it_is_broken_where_nobody_is_asked_or_nobody_answers() {
    assertThat(judge(DnsClient.NONE, List.of(HUB), working(), NAS).why())
        .map(Object::toString)
        .contains("laptop asks no name server of the network");
    assertThat(judge(asking(HUB), List.of(), working(), NAS).why())
        .map(Object::toString)
        .contains("no one answers names at 10.0.0.1");
  }

  @Test
  void it_is_broken_where_the_question_gets_lost() {
    var scene = new Scene();
    scene.hub();
    scene.laptop().peer("hub", Scene.HUB, 25, "10.0.0.0/24");
    var judgement = judge(asking(HUB), List.of(HUB), scene.net, NAS);
    assertThat(judgement.verdict()).isEqualTo(PromiseVerdict.BROKEN);
    assertThat(judgement.why().orElseThrow().toString())
        .startsWith("the question does not get to 10.0.0.1 and back:");
  }
}
