package guywire.prove;

import static guywire.prove.Scene.HUB;

import guywire.address.Prefix;
import guywire.network.Forwarding;
import guywire.network.Hook.When;
import guywire.network.Platform;
import guywire.network.Route;
import guywire.network.RouteTable;
import guywire.prove.HostFacts.Trait;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Faults of routing and forwarding. */
class RoutingFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        FaultCase.of(
            "F40",
            s -> {
              s.office();
              s.has("gw", Trait.SOURCE_CHECK);
            },
            s -> {
              s.office().masquerades();
              s.has("gw", Trait.SOURCE_CHECK);
            }),
        FaultCase.of(
            "F41",
            s -> {
              s.working();
              s.has("laptop", Trait.SEVERAL_UPLINKS);
            },
            s -> {
              s.working().mark(51821);
              s.has("laptop", Trait.SEVERAL_UPLINKS);
            }),
        FaultCase.of(
            "F43",
            s -> s.office().forwarding(Forwarding.OFF),
            s -> {
              s.office().forwarding(Forwarding.UNSTATED);
              s.up("gw", "sysctl -w net.ipv4.ip_forward=1");
            }),
        FaultCase.of(
            "F43.unstated",
            s -> s.office().forwarding(Forwarding.UNSTATED),
            s -> s.office().forwarding(Forwarding.ON)),
        FaultCase.of(
            "F44",
            s -> s.working().hook(When.POST_DOWN, "sysctl -w net.ipv4.ip_forward=0"),
            s -> s.working().hook(When.POST_DOWN, "sysctl -w net.ipv4.ip_forward=1")),
        FaultCase.of("F45", s -> s.office(), s -> s.office().masquerades()),
        FaultCase.of(
            "F52",
            s -> {
              s.pair().peer("hub", HUB, 25, "0.0.0.0/0");
              s.has("laptop", Trait.NETWORKD);
            },
            s -> {
              s.working();
              s.has("laptop", Trait.NETWORKD);
            }),
        FaultCase.of(
            "F53",
            // wg-quick marks the datagrams of a full tunnel and shows the filter the mark.
            s -> fullTunnel(s, Platform.NETWORKD, "all.rp_filter=1"),
            s -> fullTunnel(s, Platform.LINUX, "all.rp_filter=1")),
        FaultCase.of(
            "F53",
            s -> fullTunnel(s, Platform.LINUX, "all.rp_filter=1", "all.src_valid_mark=0"),
            s -> fullTunnel(s, Platform.LINUX, "all.rp_filter=2", "all.src_valid_mark=0")),
        FaultCase.of(
            "F53",
            // The larger value counts: 2 for the line makes it loose there.
            s -> fullTunnel(s, Platform.NETWORKD, "all.rp_filter=1", "wg0.rp_filter=2"),
            s -> fullTunnel(s, Platform.NETWORKD, "all.rp_filter=1", "eth0.rp_filter=2")),
        FaultCase.of(
            "F53",
            s -> {
              s.working().table(new RouteTable.Off());
              s.net.node("laptop").peer("nas", "10.0.7.0/24");
              s.has("laptop", Trait.STRICT_REVERSE_PATH);
            },
            s -> {
              s.working().also(Scene.second("10.8.0.1/24", 51821, "10.8.0.0/24"));
              s.has("laptop", Trait.STRICT_REVERSE_PATH);
            }),
        FaultCase.of(
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
        FaultCase.of(
            "F54.twice",
            s ->
                s.pair()
                    .peer("hub", HUB, 25, "10.9.0.0/16")
                    .also(Scene.second("10.7.0.2/24", 1, "10.9.0.0/16")),
            s ->
                s.pair()
                    .peer("hub", HUB, 25, "10.9.0.0/16")
                    .also(Scene.second("10.7.0.2/24", 1, "10.9.0.0/17"))),
        FaultCase.of(
            "F56",
            s ->
                s.pair()
                    .peer("hub", HUB, 25, "0.0.0.0/0")
                    .also(Scene.second("10.7.0.2/24", 1, "0.0.0.0/0")),
            s ->
                s.pair()
                    .peer("hub", HUB, 25, "0.0.0.0/0")
                    .also(Scene.second("10.7.0.2/24", 1, "10.7.0.0/16"))));
  }

  private static void fullTunnel(Scene s, Platform platform, String... settings) {
    s.pair().platform(platform).peer("hub", HUB, 25, "0.0.0.0/0");
    for (String setting : settings) {
      s.up("laptop", "sysctl -w net.ipv4.conf." + setting);
    }
  }
}
