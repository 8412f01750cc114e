package guywire.network.verify;

import static guywire.network.verify.Scene.HUB;

import guywire.protocol.PresharedKey;
import guywire.protocol.PublicKey;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Faults of keys and identity. */
class KeyFaultsTest extends FaultTest {

  private static final Optional<PresharedKey> PSK =
      Optional.of(PresharedKey.generate(new Random(3)));
  private static final Optional<PresharedKey> OTHER_PSK =
      Optional.of(PresharedKey.generate(new Random(4)));

  static Stream<FaultCase> cases() {
    return Stream.of(
        FaultCase.of(
            "F01",
            s -> {
              s.working();
              s.net.node("nas").address("10.0.0.4/24").peer("hub", HUB, 25, "10.0.0.0/24");
              s.hub().peerKey(Net.key("old").publicKey(), "10.0.0.4/32");
            },
            Scene::working),
        FaultCase.of(
            "F01.none",
            s -> s.pair().withoutKey().peer("hub", HUB, 25, "10.0.0.0/24"),
            Scene::working),
        FaultCase.of(
            "F02",
            s -> s.working().peerKey(PublicKey.of(Net.key("hub").bytes())),
            s -> s.working().peerKey(PublicKey.of(Net.key("stranger").bytes()))),
        FaultCase.of(
            "F03",
            s -> {
              s.working();
              s.net.node("phone").keyOf("laptop").address("10.0.0.2/24").peer("hub", HUB, 25);
            },
            Scene::working),
        FaultCase.of(
            "F04",
            s -> {
              s.hub().peer("laptop", "", 0, PSK, "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, OTHER_PSK, "10.0.0.0/24");
            },
            s -> {
              s.hub().peer("laptop", "", 0, PSK, "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, PSK, "10.0.0.0/24");
            }),
        FaultCase.of(
            "F04.missing",
            s -> {
              s.hub().peer("laptop", "", 0, PSK, "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
            },
            s -> {
              s.hub().peer("laptop", "", 0, PSK, "10.0.0.2/32");
              s.laptop().peer("hub", HUB, 25, PSK, "10.0.0.0/24");
            }),
        FaultCase.of("F05", s -> s.working().peer("laptop", "10.0.0.2/32"), Scene::working),
        FaultCase.of(
            "F06",
            s -> s.working().peer("hub", HUB, 25, "10.0.1.0/24"),
            s -> s.pair().peer("hub", HUB, 25, "10.0.0.0/24", "10.0.1.0/24")),
        FaultCase.of(
            "F70",
            s -> {
              s.working();
              s.hub().peer("gone", "10.0.0.9/32");
            },
            Scene::working),
        FaultCase.of(
            "F70.foreign",
            s -> {
              s.hub().peer("laptop", "10.0.0.2/32", "10.0.0.4/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
              s.net.node("nas").address("10.0.0.4/24");
            },
            s -> {
              s.hub().peer("laptop", "10.0.0.2/32", "10.0.0.5/32");
              s.laptop().peer("hub", HUB, 25, "10.0.0.0/24");
              s.net.node("nas").address("10.0.0.4/24");
            }));
  }
}
