package guywire.network.verify;

import static guywire.network.verify.Scene.HUB;

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
}
