package guywire.prove;

import static guywire.prove.Net.ip;
import static guywire.prove.Scene.HUB;

import guywire.network.DnsClient;
import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Internet.Nat;
import guywire.prove.HostFacts.Trait;
import java.util.List;
import java.util.stream.Stream;

/** Faults of endpoints, ports and NAT. */
class EndpointFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        FaultCase.of("F24", s -> s.pair().peer("hub", "10.0.0.0/24"), Scene::working),
        FaultCase.of("F24.forward", s -> uncalled(s, "192.168.9.2"), Scene::working),
        FaultCase.of("F24.nobody", s -> uncalled(s, ""), s -> uncalled(s, "192.168.9.2")),
        FaultCase.of(
            "F25",
            s -> {
              s.net.node("hub").at("1.1.1.1").address("10.0.0.1/24").peer("laptop", "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            Scene::working),
        FaultCase.of(
            "F25.other",
            s -> s.pair().peer("hub", "1.1.1.1:51821", 25, "10.0.0.0/24"),
            Scene::working),
        FaultCase.of(
            "F25.other", s -> named(s, "vps", "2.2.2.2"), s -> named(s, "laptop", "192.168.7.2")),
        FaultCase.of(
            "F26",
            s -> {
              s.net.site("home").lan("192.168.7.0/24").at("5.5.5.5");
              s.working().in("home", "192.168.7.2").listen(4000);
              s.net.node("vps").at("2.2.2.2").address("10.0.0.5/24");
              s.net.node("vps").peer("laptop", "5.5.5.5:4000", 0, "10.0.0.2/32");
            },
            s -> {
              s.net
                  .site("home")
                  .lan("192.168.7.0/24")
                  .at("5.5.5.5")
                  .forward(4000, "192.168.7.2", 4000);
              s.working().in("home", "192.168.7.2").listen(4000);
              s.net.node("vps").at("2.2.2.2").address("10.0.0.5/24");
              s.net.node("vps").peer("laptop", "5.5.5.5:4000", 0, "10.0.0.2/32");
            }),
        FaultCase.of(
            "F27",
            s -> s.pair().peer("hub", "192.168.3.4:51820", 25, "10.0.0.0/24"),
            s -> {
              s.net.site("home").lan("192.168.3.0/24");
              s.pair()
                  .in("home", "192.168.3.7")
                  .peer("hub", "192.168.3.4:51820", 25, "10.0.0.0/24");
            }),
        FaultCase.of("F28", s -> called(s, Nat.CARRIER), s -> called(s, Nat.KEEPS_PORTS)),
        FaultCase.of(
            "F29",
            s -> s.pair().listen(7).peer("hub", HUB, 0, "10.0.0.0/24"),
            s -> s.pair().peer("hub", HUB, 0, "10.0.0.0/24")),
        FaultCase.of(
            "F30",
            s -> {
              s.hub().peer("laptop", "", 25, "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            Scene::working),
        FaultCase.of(
            "F30.often",
            s -> s.pair().peer("hub", HUB, 5, "10.0.0.0/24"),
            s -> s.pair().peer("hub", HUB, 15, "10.0.0.0/24")),
        FaultCase.of(
            "F30.public",
            s -> s.pair().at("2.2.2.2").peer("hub", HUB, 25, "10.0.0.0/24"),
            Scene::working),
        FaultCase.of("F31", s -> shared(s, 51820), s -> shared(s, 51821)),
        FaultCase.of("F32", s -> hairpin(s, "5.5.5.5:51820"), s -> hairpin(s, "192.168.7.2:51820")),
        FaultCase.of(
            "F34",
            s ->
                s.pair()
                    .dns(new DnsClient(List.of(ip("10.0.0.1")), List.of("lan.example")))
                    .peer("hub", "hub.lan.example:51820", 25, "10.0.0.0/24"),
            s ->
                s.pair()
                    .dns(new DnsClient(List.of(ip("10.0.0.1")), List.of("lan.example")))
                    .peer("hub", "hub.example:51820", 25, "10.0.0.0/24")),
        FaultCase.of(
            "F37",
            s -> s.working().listen(5000).also(Scene.second("10.7.0.2/24", 5000)),
            s -> s.working().listen(5000).also(Scene.second("10.7.0.2/24", 5001))),
        FaultCase.of(
            "F38",
            s -> {
              s.working();
              s.hub()
                  .firewall(
                      new Firewall(List.of(), Verdict.DROP, List.of(), Verdict.ACCEPT, false));
            },
            s -> {
              s.working();
              s.hub();
              s.has("hub", Trait.UFW);
              s.up("hub", "ufw allow 51820/udp");
            }),
        FaultCase.of(
            "F71",
            s -> {
              s.hub();
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            Scene::working));
  }

  private static void called(Scene s, Nat nat) {
    s.net
        .site("home")
        .lan("192.168.7.0/24")
        .nat(nat)
        .at("5.5.5.5")
        .forward(4000, "192.168.7.2", 4000);
    s.hub().peer("laptop", "5.5.5.5:4000", 0, "10.0.0.2/32");
    s.laptop().in("home", "192.168.7.2").listen(4000).peer("hub", "10.0.0.0/24");
  }

  private static void shared(Scene s, int port) {
    s.net.site("home").lan("192.168.7.0/24");
    s.working().in("home", "192.168.7.2").listen(51820);
    s.net.node("nas").in("home", "192.168.7.3").address("10.0.0.5/24").listen(port);
  }

  private static void hairpin(Scene s, String endpoint) {
    s.net.site("home").lan("192.168.7.0/24").at("5.5.5.5");
    s.net.node("nas").in("home", "192.168.7.2").listen(51820).address("10.0.0.5/24");
    s.laptop().in("home", "192.168.7.3").peer("nas", endpoint, 25, "10.0.0.5/32");
  }

  /** Somebody is called by a name at port 4001; only a router that forwards it has such a port. */
  private static void named(Scene s, String called, String at) {
    s.net.site("home").lan("192.168.7.0/24").at("5.5.5.5").forward(4001, "192.168.7.2", 4000);
    s.hub().peer(called, "box.example.net:4001", 0, "10.0.0.7/32");
    var box = s.net.node(called).address("10.0.0.7/24").listen(4000);
    box.peer("hub", HUB, 0, "10.0.0.0/24");
    if (called.equals("vps")) {
      box.at(at);
    } else {
      box.in("home", at);
    }
  }

  /** A laptop and a box that know no endpoint of each other; the box is in a LAN, or roams too. */
  private static void uncalled(Scene scene, String address) {
    var box = scene.net.node("box").address("10.0.0.3/24").peer("laptop", "10.0.0.2/32");
    if (!address.isEmpty()) {
      scene.net.site("home").lan("192.168.9.0/24");
      box.in("home", address);
    }
    scene.laptop().peer("box", "10.0.0.3/32");
  }
}
