package guywire.prove;

import static guywire.prove.Net.ip;
import static guywire.prove.Scene.HUB;

import guywire.network.DnsClient;
import guywire.network.Hook.When;
import guywire.prove.HostFacts.Trait;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Faults of names, MTU, clocks and hooks of a host. */
class HostFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        FaultCase.of(
            "F57",
            s -> {
              s.working();
              s.has("laptop", Trait.BROADCAST);
            },
            s -> {
              s.laptop();
              s.has("laptop", Trait.BROADCAST);
            }),
        FaultCase.of(
            "F57.local",
            s -> s.working().dns(new DnsClient(List.of(ip("9.9.9.9")), List.of("home.local"))),
            s -> s.working().dns(new DnsClient(List.of(ip("9.9.9.9")), List.of("local.example")))),
        FaultCase.of(
            "F57.multicast",
            s -> s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "239.0.0.0/8"),
            s -> s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "223.0.0.0/8")),
        FaultCase.of(
            "F57.multicast",
            s -> s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "ff02::/16"),
            s -> s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "128.0.0.0/1", "224.0.0.0/3")),
        FaultCase.of(
            "F58",
            s -> s.working().dns(new DnsClient(List.of(ip("10.0.0.1")), List.of())),
            s -> s.working().dns(new DnsClient(List.of(ip("9.9.9.9")), List.of()))),
        FaultCase.of(
            "F58.none",
            s -> s.pair().peer("hub", HUB, 25, "0.0.0.0/0"),
            s ->
                s.pair()
                    .dns(new DnsClient(List.of(ip("9.9.9.9")), List.of()))
                    .peer("hub", HUB, 25, "0.0.0.0/0")),
        FaultCase.of(
            "F58.search-only",
            s -> s.working().dns(new DnsClient(List.of(), List.of("lan.example"))),
            s -> s.working().dns(new DnsClient(List.of(ip("9.9.9.9")), List.of("lan.example")))),
        FaultCase.of(
            "F58.unrouted",
            s -> s.working().dns(new DnsClient(List.of(ip("10.0.1.77")), List.of())),
            s -> s.working().dns(new DnsClient(List.of(ip("10.0.0.77")), List.of()))),
        FaultCase.of(
            "F59",
            s -> s.working().dns(new DnsClient(List.of(ip("10.0.0.77")), List.of())),
            s ->
                s.working().dns(new DnsClient(List.of(ip("10.0.0.77"), ip("9.9.9.9")), List.of()))),
        FaultCase.of(
            "F59.resolvconf",
            s -> {
              s.working().dns(new DnsClient(List.of(ip("9.9.9.9")), List.of()));
              s.has("laptop", Trait.NO_RESOLVCONF);
            },
            s -> {
              s.working();
              s.has("laptop", Trait.NO_RESOLVCONF);
            }),
        FaultCase.of("F60", s -> s.working().mtu(1450), s -> s.working().mtu(1440)),
        FaultCase.of(
            "F60.unequal",
            HostFaultsTest::unequal,
            s -> {
              s.working().mtu(1380);
              s.hub().mtu(1380);
            }),
        FaultCase.of(
            "F60.unequal",
            HostFaultsTest::unequal,
            // For the phone's sake the hub has less than the laptop needs.
            s -> {
              unequal(s);
              s.hub().peer("phone", "10.0.0.3/32");
              s.net
                  .node("phone")
                  .address("10.0.0.3/24")
                  .mtu(1380)
                  .peer("hub", HUB, 25, "10.0.0.0/24");
            }),
        FaultCase.of("F61", s -> jumbo(s).address("10.0.0.9/24"), s -> jumbo(s).mtu(1420)),
        FaultCase.of(
            "F62",
            s -> {
              s.working();
              s.has("laptop", Trait.NO_CLOCK);
            },
            Scene::working),
        FaultCase.of(
            "F74",
            s -> s.working().hook(When.POST_UP, "/usr/local/bin/do-things"),
            s -> s.working().hook(When.POST_UP, "/bin/true")),
        FaultCase.of(
            "F74.ends",
            s -> s.working().hook(When.POST_UP, "[ -f /etc/x ] && logger up"),
            s -> s.working().hook(When.POST_UP, "[ -f /etc/x ] && logger up; true")));
  }

  private static void unequal(Scene s) {
    s.working().mtu(1420);
    s.hub().mtu(1380);
  }

  private static Net.NodeBuilder jumbo(Scene s) {
    s.know("hub", List.of(), OptionalInt.of(9000));
    return s.hub();
  }
}
