package guywire.prove;

import static guywire.prove.Scene.HUB;

import java.util.stream.Stream;

/** Faults of the way through another node. */
class RelayFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        FaultCase.of(
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
        FaultCase.of(
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
        FaultCase.of(
            "F14",
            s -> nas(s, "elsewhere", "192.168.7.9"),
            // Machines of its own LAN call it there; it can't have that LAN in its entries too.
            s -> nas(s, "office", "172.19.50.9")),
        FaultCase.of(
            "F69",
            s -> {
              s.working();
              s.hub().peer("nas", "10.0.0.4/32");
              s.net.node("nas").address("10.0.0.4/24").peer("hub", HUB, 25, "10.0.0.0/24");
            },
            s -> {
              s.working().peer("nas", "10.0.0.4/32");
              s.hub().peer("nas", "10.0.0.4/32");
              s.net
                  .node("nas")
                  .address("10.0.0.4/24")
                  .peer("hub", HUB, 25, "10.0.0.0/24")
                  .peer("laptop", "10.0.0.2/32");
            }));
  }

  /**
   * A machine that accepts the tunnel's addresses only, while an office may call it through the
   * hub.
   */
  private static void nas(Scene s, String site, String address) {
    s.net.site("elsewhere").lan("192.168.7.0/24");
    s.office();
    s.net.site("office").route("10.0.0.0/24", "172.19.50.2").host("printer", "172.19.50.7");
    s.net.node("hub").peer("nas", "10.0.0.4/32");
    s.net.node("nas").in(site, address).address("10.0.0.4/24").peer("hub", HUB, 25, "10.0.0.0/24");
  }
}
