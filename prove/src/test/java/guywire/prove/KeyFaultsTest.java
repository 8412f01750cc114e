package guywire.prove;

import static guywire.prove.Scene.HUB;
import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.text.Finding;
import guywire.protocol.PresharedKey;
import guywire.protocol.PublicKey;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Faults of keys and identity. */
class KeyFaultsTest extends FaultTest {

  private static final Optional<PresharedKey> PSK =
      Optional.of(PresharedKey.generate(new Random(3)));
  private static final Optional<PresharedKey> OTHER_PSK =
      Optional.of(PresharedKey.generate(new Random(4)));

  /** What follows from a wrong key is not told again as an entry that is missing. */
  @Test
  void a_wrong_key_is_one_fault_at_that_node() {
    var wrongKey =
        Disk.working().file("nas/wg0.conf", Disk.LAPTOP.replace("KEY(laptop)", "KEY(nas)"));
    assertThat(wrongKey.findings()).extracting(Finding::code).contains("F71");
    var unread =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB.replace("PUB(laptop)", "<the laptop's key>"))
            .file("laptop/wg0.conf", Disk.LAPTOP);
    assertThat(unread.findings()).extracting(Finding::code).contains("F09").doesNotContain("F71");
    var other =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB.replace("PUB(laptop)", "PUB(old-laptop)"))
            .file("laptop/wg0.conf", Disk.LAPTOP);
    assertThat(other.findings()).extracting(Finding::code).contains("F01").doesNotContain("F71");
    var keyless =
        new Disk()
            .file("hub/wg0.conf", Disk.HUB)
            .file("laptop/wg0.conf", Disk.LAPTOP.replace("PrivateKey = KEY(laptop)\n", ""));
    assertThat(keyless.findings())
        .extracting(Finding::code)
        .contains("F01")
        .doesNotContain("F70", "F71");
  }

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
