package guywire.network.verify;

import static guywire.network.verify.Net.ip;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.config.Attachment;
import guywire.network.config.DnsClient;
import guywire.network.config.EndpointAddress;
import guywire.network.config.FilterRule.Verdict;
import guywire.network.config.Firewall;
import guywire.network.config.Forwarding;
import guywire.network.config.Hook.When;
import guywire.network.config.InterfaceAddress;
import guywire.network.config.InterfaceName;
import guywire.network.config.Internet.Nat;
import guywire.network.config.Name;
import guywire.network.config.Network;
import guywire.network.config.NodeConfig;
import guywire.network.config.PeerConfig;
import guywire.network.config.Places;
import guywire.network.config.Platform;
import guywire.network.config.Route;
import guywire.network.config.RouteTable;
import guywire.network.config.TunnelInterface;
import guywire.network.text.Finding;
import guywire.network.verify.HostFacts.Trait;
import guywire.protocol.Prefix;
import guywire.protocol.PresharedKey;
import guywire.protocol.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** For every fault the smallest network that shows it, and one that nearly does and is silent. */
class FaultsTest {

  private static final String HUB = "1.1.1.1:51820";
  private static final Optional<PresharedKey> PSK =
      Optional.of(PresharedKey.generate(new Random(3)));

  /** A fault, how to bring it about, and how to nearly do so. */
  private record Case(String code, Consumer<Scene> shows, Consumer<Scene> silent) {
    @Override
    public String toString() {
      return code;
    }
  }

  /** A network and facts under construction: a hub on the internet and a laptop behind NAT. */
  private static final class Scene {
    private final Net net = new Net();
    private final Map<Name, HostFacts> facts = new HashMap<>();
    private boolean read;

    Net.NodeBuilder hub() {
      return net.node("hub").at("1.1.1.1").address("10.0.0.1/24").listen(51820).forwards();
    }

    /** The hub, and a laptop that the hub knows. */
    Net.NodeBuilder pair() {
      hub().peer("laptop", "10.0.0.2/32");
      return laptop();
    }

    Net.NodeBuilder laptop() {
      return net.node("laptop").address("10.0.0.2/24");
    }

    /** The hub, and a laptop that calls it. */
    Net.NodeBuilder working() {
      return pair().peer("hub", HUB, 25, "10.0.0.0/24");
    }

    /** A gateway in an office, whose LAN the hub routes there. */
    Net.NodeBuilder office() {
      net.site("office").lan("172.19.50.0/24");
      hub().peer("gw", "10.0.0.3/32", "172.19.50.0/24").peer("laptop", "10.0.0.2/32");
      laptop().peer("hub", HUB, 25, "10.0.0.0/24", "172.19.50.0/24");
      return net.node("gw")
          .in("office", "172.19.50.2")
          .address("10.0.0.3/24")
          .forwards()
          .peer("hub", HUB, 25, "10.0.0.0/24");
    }

    void has(String node, Trait... traits) {
      know(node, List.of("eth0"), OptionalInt.empty(), traits);
    }

    void know(String node, List<String> interfaces, OptionalInt mtu, Trait... traits) {
      facts.put(
          new Name(node),
          new HostFacts(
              Optional.<Attachment>empty(), interfaces, Forwarding.UNSTATED, mtu, Set.of(traits)));
    }

    void up(String node, String command) {
      net.node(node).hook(When.POST_UP, command);
    }

    Subject subject() {
      var plain = net.build();
      var nodes =
          plain.nodes().stream()
              .map(node -> HookModel.applied(node, facts.getOrDefault(node.name(), HostFacts.NONE)))
              .toList();
      var network = new Network(plain.name(), plain.underlay(), nodes, List.of());
      var places = new HashMap<Name, Places>();
      if (read) {
        nodes.stream().map(NodeConfig::name).forEach(name -> places.put(name, Places.PLANNED));
      }
      return new Subject(network, places, new Facts(facts, List.of(), List.of()), List.of());
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "F01",
            s -> {
              s.working();
              s.net.node("nas").address("10.0.0.4/24").peer("hub", HUB, 25, "10.0.0.0/24");
              s.hub().peerKey(Net.key("old").publicKey(), "10.0.0.4/32");
            },
            Scene::working),
        new Case(
            "F02",
            s -> s.working().peerKey(PublicKey.of(Net.key("hub").bytes())),
            s -> s.working().peerKey(PublicKey.of(Net.key("stranger").bytes()))),
        new Case(
            "F03",
            s -> {
              s.working();
              s.net.node("phone").keyOf("laptop").address("10.0.0.2/24").peer("hub", HUB, 25);
            },
            Scene::working),
        new Case(
            "F04",
            s -> {
              s.hub().peer("laptop", "", 0, PSK, "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            s -> {
              s.hub().peer("laptop", "", 0, PSK, "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, PSK, "10.0.0.0/24");
            }),
        new Case("F05", s -> s.working().peer("laptop", "10.0.0.2/32"), Scene::working),
        new Case(
            "F06",
            s -> s.working().peer("hub", HUB, 25, "10.0.1.0/24"),
            s -> s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "10.0.1.0/24")),
        new Case(
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
        new Case(
            "F12",
            s -> {
              s.hub().peer("laptop", "10.0.0.7/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            Scene::working),
        new Case(
            "F13",
            s -> {
              s.office().masquerades();
              s.net.node("phone").address("10.0.0.9/24").peer("hub", HUB, 25, "10.0.0.0/24");
              s.hub().peer("phone", "10.0.0.9/32");
            },
            s -> {
              s.office().masquerades();
              s.net.node("phone").address("10.0.9.9/24").peer("hub", HUB, 25, "10.0.0.0/24");
              s.hub().peer("phone", "10.0.9.9/32");
            }),
        new Case(
            "F14",
            s -> {
              s.working();
              s.hub().peer("nas", "10.0.0.4/32");
              s.net.node("nas").address("10.0.0.4/24").peer("hub", HUB, 25, "10.0.0.1/32");
            },
            s -> {
              s.working();
              s.hub().peer("nas", "10.0.0.4/32");
              s.net.node("nas").address("10.0.0.4/24").peer("hub", HUB, 25, "10.0.0.0/24");
            }),
        new Case(
            "F15",
            s -> {
              s.hub().peer("laptop", "0.0.0.0/0");
              s.laptop().peer("hub", HUB, 25, "0.0.0.0/0");
            },
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0")),
        new Case(
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
        new Case(
            "F17",
            s -> s.working().peer("hub2", "10.0.0.77:1", 0, "10.9.0.0/16"),
            s -> s.working().peer("hub2", "10.1.0.77:1", 0, "10.9.0.0/16")),
        new Case(
            "F18",
            s -> {
              s.working();
              s.net.node("nas").address("10.0.0.2/24");
            },
            s -> {
              s.working();
              s.net.node("nas").address("10.0.0.3/24");
            }),
        new Case("F19", s -> s.net.node("laptop").peer("hub", HUB, 25), Scene::working),
        new Case(
            "F20",
            s -> s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "fd00::/64"),
            s -> s.pair().address("fd00::2/64").peer("hub", HUB, 25, "10.0.0.0/24", "fd00::/64")),
        new Case(
            "F21",
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0"),
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0", "::/0")),
        new Case(
            "F22",
            s -> s.pair().at("2.2.2.2").peer("hub", HUB, 0, "0.0.0.0/0", "::/0"),
            s -> s.pair().peer("hub", HUB, 0, "0.0.0.0/0", "::/0")),
        new Case(
            "F23",
            s -> s.pair().platform(Platform.WINDOWS).peer("hub", HUB, 0, "0.0.0.0/0"),
            s ->
                s.pair()
                    .platform(Platform.WINDOWS)
                    .peer("hub", HUB, 0, "0.0.0.0/1", "128.0.0.0/1")),
        new Case("F24", s -> s.pair().peer("hub", "10.0.0.0/24"), Scene::working),
        new Case(
            "F25", s -> s.pair().peer("hub", "1.1.1.1:51821", 25, "10.0.0.0/24"), Scene::working),
        new Case(
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
        new Case(
            "F27",
            s -> s.pair().peer("hub", "192.168.3.4:51820", 25, "10.0.0.0/24"),
            s -> {
              s.net.site("home").lan("192.168.3.0/24");
              s.pair()
                  .in("home", "192.168.3.7")
                  .peer("hub", "192.168.3.4:51820", 25, "10.0.0.0/24");
            }),
        new Case("F28", s -> called(s, Nat.CARRIER), s -> called(s, Nat.KEEPS_PORTS)),
        new Case(
            "F29",
            s -> s.pair().listen(7).peer("hub", HUB, 0, "10.0.0.0/24"),
            s -> s.pair().peer("hub", HUB, 0, "10.0.0.0/24")),
        new Case(
            "F30",
            s -> {
              s.hub().peer("laptop", "", 25, "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            Scene::working),
        new Case("F31", s -> shared(s, 51820), s -> shared(s, 51821)),
        new Case("F32", s -> hairpin(s, "5.5.5.5:51820"), s -> hairpin(s, "192.168.7.2:51820")),
        new Case(
            "F34",
            s ->
                s.pair()
                    .dns(new DnsClient(List.of(ip("10.0.0.1")), List.of("lan.example")))
                    .peer("hub", "hub.lan.example:51820", 25, "10.0.0.0/24"),
            s ->
                s.pair()
                    .dns(new DnsClient(List.of(ip("10.0.0.1")), List.of("lan.example")))
                    .peer("hub", "hub.example:51820", 25, "10.0.0.0/24")),
        new Case(
            "F37",
            s -> s.working().listen(5000).also(second("10.7.0.2/24", 5000)),
            s -> s.working().listen(5000).also(second("10.7.0.2/24", 5001))),
        new Case(
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
        new Case(
            "F40",
            s -> {
              s.office();
              s.has("gw", Trait.SOURCE_CHECK);
            },
            s -> {
              s.office().masquerades();
              s.has("gw", Trait.SOURCE_CHECK);
            }),
        new Case(
            "F43",
            s -> s.office().forwarding(Forwarding.OFF),
            s -> {
              s.office().forwarding(Forwarding.UNSTATED);
              s.up("gw", "sysctl -w net.ipv4.ip_forward=1");
            }),
        new Case(
            "F44",
            s -> s.working().hook(When.POST_DOWN, "sysctl -w net.ipv4.ip_forward=0"),
            s -> s.working().hook(When.POST_DOWN, "sysctl -w net.ipv4.ip_forward=1")),
        new Case("F45", s -> s.office(), s -> s.office().masquerades()),
        new Case(
            "F46",
            s -> s.working().hook(When.POST_UP, "iptables -t nat -A POSTROUTING -j MASQUERADE"),
            s ->
                s.working()
                    .hook(
                        When.POST_UP,
                        "iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE")),
        new Case(
            "F47",
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0"),
            s -> {
              s.pair().peer("hub", HUB, 25, "0.0.0.0/0");
              s.hub().masquerades();
            }),
        new Case("F48", s -> namedEth0(s, "ens3"), s -> namedEth0(s, "eth0")),
        new Case(
            "F49",
            s -> {
              s.working().hook(When.POST_UP, "iptables -A FORWARD -i %i -j ACCEPT");
              s.has("laptop", Trait.FIREWALLD);
            },
            s -> {
              s.working().hook(When.POST_UP, "iptables -I FORWARD -i %i -j ACCEPT");
              s.has("laptop", Trait.FIREWALLD);
            }),
        new Case(
            "F50",
            s -> {
              s.working();
              s.has("hub", Trait.DOCKER);
            },
            s -> {
              s.working();
              s.has("hub", Trait.DOCKER);
              s.up("hub", "iptables -I DOCKER-USER -i %i -j ACCEPT");
              s.up("hub", "iptables -I DOCKER-USER -o %i -j ACCEPT");
            }),
        new Case(
            "F51",
            s -> s.working().hook(When.POST_UP, "iptables -I FORWARD 1 -i %i -j ACCEPT"),
            s ->
                s.working()
                    .hook(When.POST_UP, "iptables -I FORWARD 1 -i %i -j ACCEPT")
                    .hook(When.POST_DOWN, "iptables -D FORWARD -i %i -j ACCEPT")),
        new Case(
            "F52",
            s -> {
              s.pair().peer("hub", HUB, 25, "0.0.0.0/0");
              s.has("laptop", Trait.NETWORKD);
            },
            s -> {
              s.working();
              s.has("laptop", Trait.NETWORKD);
            }),
        new Case(
            "F53",
            s -> {
              s.pair().peer("hub", HUB, 25, "0.0.0.0/0");
              s.up("laptop", "sysctl -w net.ipv4.conf.all.rp_filter=1");
            },
            s -> {
              s.pair().peer("hub", HUB, 25, "0.0.0.0/0");
              s.up("laptop", "sysctl -w net.ipv4.conf.all.rp_filter=2");
            }),
        new Case(
            "F54",
            s -> s.pair().table(new RouteTable.Off()).peer("hub", HUB, 25, "10.9.0.0/24"),
            s ->
                s.pair()
                    .table(new RouteTable.Off())
                    .route(
                        new Route(
                            Prefix.parse("10.9.0.0/24"),
                            Optional.empty(),
                            Optional.of(Net.WG0),
                            OptionalInt.empty()))
                    .peer("hub", HUB, 25, "10.9.0.0/24")),
        new Case(
            "F56",
            s ->
                s.pair()
                    .peer("hub", HUB, 25, "0.0.0.0/0")
                    .also(second("10.7.0.2/24", 1, "0.0.0.0/0")),
            s ->
                s.pair()
                    .peer("hub", HUB, 25, "0.0.0.0/0")
                    .also(second("10.7.0.2/24", 1, "10.7.0.0/16"))),
        new Case(
            "F58",
            s -> s.working().dns(new DnsClient(List.of(ip("10.0.0.1")), List.of())),
            s -> s.working().dns(new DnsClient(List.of(ip("9.9.9.9")), List.of()))),
        new Case("F60", s -> s.working().mtu(1450), s -> s.working().mtu(1440)),
        new Case("F61", s -> jumbo(s).address("10.0.0.9/24"), s -> jumbo(s).mtu(1420)),
        new Case(
            "F62",
            s -> {
              s.working();
              s.has("laptop", Trait.NO_CLOCK);
            },
            Scene::working),
        new Case(
            "F70",
            s -> {
              s.working();
              s.hub().peer("gone", "10.0.0.9/32");
            },
            Scene::working),
        new Case(
            "F71",
            s -> {
              s.hub();
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            Scene::working),
        new Case(
            "F73",
            s -> s.working().peer("nas", "10.0.0.4/32"),
            s -> s.working().peer("nas", "10.1.0.4/32")),
        new Case(
            "F74",
            s -> s.working().hook(When.POST_UP, "/usr/local/bin/do-things"),
            s -> s.working().hook(When.POST_UP, "/bin/true")));
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

  private static void namedEth0(Scene s, String real) {
    s.working().hook(When.POST_UP, "iptables -I FORWARD -i %i -o eth0 -j ACCEPT");
    s.know("laptop", List.of(real), OptionalInt.empty());
  }

  private static Net.NodeBuilder jumbo(Scene s) {
    s.know("hub", List.of(), OptionalInt.of(9000));
    return s.hub();
  }

  private static TunnelInterface second(String address, int port, String... allowed) {
    return new TunnelInterface(
        new InterfaceName("wg1"),
        Optional.of(Net.key("second")),
        Optional.empty(),
        List.of(InterfaceAddress.tryParse(address).orElseThrow()),
        OptionalInt.of(port),
        0,
        OptionalInt.empty(),
        new RouteTable.Auto(),
        DnsClient.NONE,
        List.of(
            new PeerConfig(
                Optional.empty(),
                Net.key("elsewhere").publicKey(),
                Optional.empty(),
                Optional.of(new EndpointAddress("8.8.8.8", 1)),
                List.of(allowed).stream().map(Prefix::parse).toList(),
                25)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void a_fault_is_found_where_it_is_and_only_there(Case fault) {
    assertThat(codes(fault.shows())).contains(fault.code());
    assertThat(codes(fault.silent())).doesNotContain(fault.code());
  }

  private static List<String> codes(Consumer<Scene> make) {
    var scene = new Scene();
    scene.read = true;
    make.accept(scene);
    return Faults.in(scene.subject()).stream().map(Finding::code).toList();
  }

  @Test
  void a_network_that_works_has_no_fault() {
    assertThat(codes(Scene::working)).isEmpty();
    assertThat(codes(s -> s.office().masquerades())).isEmpty();
  }

  @Test
  void every_finding_can_be_said_in_both_languages() {
    cases()
        .forEach(fault -> {
          var scene = new Scene();
          scene.read = true;
          fault.shows().accept(scene);
          for (var finding : Faults.in(scene.subject())) {
            for (var text : List.of(finding.what(), finding.mend())) {
              assertThat(text.in(Locale.ENGLISH)).isNotBlank().doesNotContain("{");
              assertThat(text.in(Locale.SIMPLIFIED_CHINESE)).matches("(?s).*\\p{IsHan}.*");
            }
          }
        });
  }
}
