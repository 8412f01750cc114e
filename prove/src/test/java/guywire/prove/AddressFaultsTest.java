package guywire.prove;

import static guywire.prove.Scene.HUB;

import guywire.address.Prefix;
import guywire.network.NatRule;
import guywire.network.PacketMatch;
import guywire.network.Platform;
import guywire.prove.HostFacts.Trait;
import java.util.stream.Stream;

/** Faults of allowed IPs and addresses. */
class AddressFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        FaultCase.of(
            "F10",
            s -> {
              s.working();
              s.net.node("nas").address("10.0.0.4/24").peer("hub", HUB, 25, "10.0.0.0/24");
              s.hub().peer("nas", "10.0.0.4/32", "10.0.0.2/32");
            },
            s -> {
              s.working();
              s.net.node("nas").address("10.0.0.4/24").peer("hub", HUB, 25, "10.0.0.0/24");
              s.hub().peer("nas", "10.0.0.4/32", "10.0.0.2/31");
            }),
        FaultCase.of(
            "F11",
            s -> {
              s.hub().peer("laptop", "10.0.0.0/29").peer("nas", "10.0.0.4/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
              s.net.node("nas").address("10.0.0.4/24");
            },
            s -> {
              s.hub().peer("laptop", "10.0.0.0/30").peer("nas", "10.0.0.4/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
              s.net.node("nas").address("10.0.0.4/24");
            }),
        FaultCase.of(
            "F12",
            s -> {
              s.hub().peer("laptop", "10.0.0.7/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            Scene::working),
        FaultCase.of(
            "F12.relay",
            s -> {
              s.hub().peer("laptop", "10.0.0.2/32").peer("nas", "10.0.0.4/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.4/32");
            },
            s -> {
              s.hub().peer("laptop", "10.0.0.2/32").peer("nas", "10.0.0.4/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.1/32", "10.0.0.4/32");
            }),
        FaultCase.of(
            "F15",
            s -> {
              s.hub().peer("laptop", "0.0.0.0/0");
              s.laptop().peer("hub", HUB, 25, "0.0.0.0/0");
            },
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0")),
        FaultCase.of(
            "F16",
            s -> {
              s.office();
              s.net.site("home").lan("172.19.0.0/16");
              s.net.node("nas").in("home", "172.19.0.2").address("10.0.0.5/24");
            },
            s -> {
              s.office();
              s.net.site("home").lan("172.20.0.0/16");
              s.net.node("nas").in("home", "172.20.0.2").address("10.0.0.5/24");
            }),
        FaultCase.of(
            "F16",
            s -> {
              s.office();
              s.net.site("home").lan("172.19.50.0/24");
              s.net.node("nas").in("home", "172.19.50.2").address("10.0.0.5/24");
            },
            s -> {
              s.office();
              s.net.site("home").lan("172.19.51.0/24");
              s.net.node("nas").in("home", "172.19.51.2").address("10.0.0.5/24");
            }),
        FaultCase.of(
            "F16.wide",
            s -> {
              s.office();
              s.net.site("home").lan("172.0.0.0/8");
              s.net.node("nas").in("home", "172.19.51.2").address("10.0.0.5/24");
            },
            s -> {
              s.office();
              s.net.site("home").lan("11.0.0.0/8");
              s.net.node("nas").in("home", "11.19.51.2").address("10.0.0.5/24");
            }),
        FaultCase.of(
            "F16", s -> sameLanAt(s, "192.168.7.0/24"), s -> sameLanAt(s, "10.201.1.0/24")),
        FaultCase.of(
            "F16.docker",
            s -> {
              s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "172.17.5.0/24");
              s.has("laptop", Trait.DOCKER);
            },
            s -> {
              s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "172.30.5.0/24");
              s.has("laptop", Trait.DOCKER);
            }),
        FaultCase.of(
            "F16.own",
            s -> inHome(s).peer("hub", HUB, 25, "10.0.0.0/24", "192.168.7.0/25"),
            s -> inHome(s).peer("hub", HUB, 25, "10.0.0.0/24", "192.168.8.0/25")),
        FaultCase.of(
            "F17",
            s -> s.working().peer("hub2", "10.0.0.77:1", 0, "10.9.0.0/16"),
            s -> s.working().peer("hub2", "10.1.0.77:1", 0, "10.9.0.0/16")),
        FaultCase.of(
            "F18",
            s -> {
              s.working();
              s.net.node("nas").address("10.0.0.2/24");
            },
            s -> {
              s.working();
              s.net.node("nas").address("10.0.0.3/24");
            }),
        FaultCase.of(
            "F18.edge",
            s -> s.net.node("laptop").address("10.0.0.255/24").peer("hub", HUB, 25),
            s -> s.net.node("laptop").address("10.0.0.255/16").peer("hub", HUB, 25)),
        FaultCase.of("F19", s -> s.net.node("laptop").peer("hub", HUB, 25), Scene::working),
        FaultCase.of(
            "F20",
            s -> s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "fd00::/64"),
            s -> s.pair().address("fd00::2/64").peer("hub", HUB, 25, "10.0.0.0/24", "fd00::/64")),
        FaultCase.of(
            "F21",
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0"),
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0", "::/0")),
        FaultCase.of(
            "F22",
            s -> s.pair().at("2.2.2.2").peer("hub", HUB, 0, "0.0.0.0/0", "::/0"),
            s -> s.pair().peer("hub", HUB, 0, "0.0.0.0/0", "::/0")),
        FaultCase.of(
            "F23",
            s -> s.pair().platform(Platform.WINDOWS).peer("hub", HUB, 0, "0.0.0.0/0"),
            s ->
                s.pair()
                    .platform(Platform.WINDOWS)
                    .peer("hub", HUB, 0, "0.0.0.0/1", "128.0.0.0/1")),
        FaultCase.of(
            "F73",
            s -> {
              s.working().peer("nas", "10.0.0.4/32");
              s.hub().peer("nas", "10.0.0.4/32");
            },
            s -> s.working().peer("nas", "10.0.0.4/32")));
  }

  private static Net.NodeBuilder inHome(Scene s) {
    s.net.site("home").lan("192.168.7.0/24");
    return s.pair().in("home", "192.168.7.2");
  }

  /** An office and a home with the office's LAN, whose gateway shows it as another prefix. */
  private static void sameLanAt(Scene s, String known) {
    s.net.site("office").lan("192.168.7.0/24");
    s.net.site("home").lan("192.168.7.0/24");
    s.hub()
        .peer("laptop", "10.0.0.2/32")
        .peer("gw", "10.0.0.3/32", "10.202.1.0/24")
        .peer("nas", "10.0.0.5/32", known);
    s.laptop().peer("hub", HUB, 25, "10.0.0.0/24", "10.202.1.0/24", known);
    shows(s, "office", "gw", "10.0.0.3/24", "10.202.1.0/24").peer("hub", HUB, 25, "10.0.0.0/24");
    shows(s, "home", "nas", "10.0.0.5/24", known).peer("hub", HUB, 25, "10.0.0.0/24");
  }

  private static Net.NodeBuilder shows(
      Scene s, String site, String gateway, String address, String known) {
    var real = Prefix.parse("192.168.7.0/24");
    return s.net
        .node(gateway)
        .in(site, "192.168.7.2")
        .address(address)
        .forwards()
        .nat(new NatRule.Map(PacketMatch.ANY, real, Prefix.parse(known)));
  }
}
