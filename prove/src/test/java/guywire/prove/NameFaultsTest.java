package guywire.prove;

import guywire.prove.HostFacts.Trait;
import java.util.stream.Stream;

/** Faults of endpoints that are names. */
class NameFaultsTest extends FaultTest {

  static Stream<FaultCase> cases() {
    return Stream.of(
        FaultCase.of(
            "F33",
            s -> {
              named(s);
              s.know("vpn.example", true, "1.1.1.1");
            },
            s -> {
              named(s);
              s.know("vpn.example", true, "1.1.1.1");
              s.has("laptop", Trait.RERESOLVES);
            }),
        FaultCase.of(
            "F33.unknown",
            NameFaultsTest::named,
            s -> {
              named(s);
              s.know("vpn.example", false, "1.1.1.1");
            }),
        FaultCase.of(
            "F35",
            s -> {
              named(s);
              s.know("vpn.example", false, "1.1.1.1", "2001:db8::1");
            },
            s -> {
              named(s).at("1.1.1.1", "2001:db8::1");
              s.know("vpn.example", false, "1.1.1.1", "2001:db8::1");
            }),
        FaultCase.of(
            "F72",
            s -> {
              s.working();
              s.has("laptop", Trait.IPV6_ONLY);
            },
            s -> {
              named(s);
              s.has("laptop", Trait.IPV6_ONLY);
            }));
  }

  /** A laptop that calls the hub by name; the hub, to be changed. */
  private static Net.NodeBuilder named(Scene s) {
    s.pair().peer("hub", "vpn.example:51820", 25, "10.0.0.0/24");
    return s.hub();
  }
}
