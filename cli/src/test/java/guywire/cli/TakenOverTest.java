package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.PresharedKey;
import guywire.protocol.PrivateKey;
import guywire.protocol.PublicKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Hosts that ran a tunnel by files of their own are taken over, one after the other: they keep
 * their keys, also those that they share with a peer, and the server learns none.
 */
@Timeout(400)
@Execution(ExecutionMode.CONCURRENT)
class TakenOverTest extends ManagedHosts {

  private static final String HUB = "203.0.113.1";
  private static final String LEAF = "203.0.113.20";

  private final SecureRandom random = new SecureRandom();

  private Path file(String name, PrivateKey own, PublicKey peer, PresharedKey secret)
      throws Exception {
    return Files.writeString(
        directory.resolve(name),
        """
        [Interface]
        PrivateKey = %s
        [Peer]
        PublicKey = %s
        PresharedKey = %s
        AllowedIPs = 10.77.0.0/24
        """
            .formatted(own.base64(), peer, secret.base64()));
  }

  private String shared(Box box) throws Exception {
    return run(box, "", "wg", "show", "all", "preshared-keys").text();
  }

  @Test
  void pre_shared_keys_stay_where_they_are_and_count_on() throws Exception {
    var at = box("server");
    var hub = box("hub");
    var leaf = box("leaf");
    String bridge =
        "ip link add br0 type bridge && ip addr add " + LINK + "/24 dev br0 && ip link set br0 up";
    assertThat(run(at, "", "sh", "-c", bridge).code()).isZero();
    cable(at, hub, "to-hub", HUB);
    cable(at, leaf, "to-leaf", LEAF);
    serve(at);
    await(() -> text("link").contains("~"), "the link");
    assertThat(guywire(at, text("link"), "login", "-").code()).isZero();

    var hubs = PrivateKey.generate(random);
    var leafs = PrivateKey.generate(random);
    var secret = PresharedKey.generate(random);
    Path definition =
        Files.writeString(
            directory.resolve("lab.yaml"),
            """
            network: lab
            overlay: 10.77.0.0/24
            preshared-keys: true
            nodes:
              hub: {hub: true, public: %s, listen: 51820, public-key: "%s"}
              leaf: {roaming: true, public-key: "%s"}
            """
                .formatted(HUB, hubs.publicKey(), leafs.publicKey()));
    var made = guywire(at, "", "apply", definition.toString());
    assertThat(made.code()).as(made.text()).isZero();

    takeOver(at, hub, "hub", file("hub.conf", hubs, leafs.publicKey(), secret));
    await(() -> wg(hub).contains("listening port: 51820"), "the hub is set up");
    takeOver(at, leaf, "leaf", file("leaf.conf", leafs, hubs.publicKey(), secret));
    await(() -> wg(leaf).contains(HUB + ":51820"), "the leaf is set up");
    await(() -> pings(leaf), "packets pass the tunnel");
    assertThat(shared(hub)).contains(leafs.publicKey() + "\t" + secret.base64());
    assertThat(shared(leaf)).contains(hubs.publicKey() + "\t" + secret.base64());
    try (var files = Files.walk(directory.resolve("data"))) {
      for (var each : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(each, StandardCharsets.ISO_8859_1))
            .doesNotContain(secret.base64(), hubs.base64(), leafs.base64());
      }
    }

    // Taken out of the definition, it counts no more, at both ends.
    Files.writeString(
        definition, Files.readString(definition).replace("preshared-keys: true\n", ""));
    assertThat(guywire(at, "", "apply", definition.toString()).code()).isZero();
    await(
        () -> {
          try {
            return !(shared(hub) + shared(leaf)).contains(secret.base64());
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        "both ends are without");
    await(() -> pings(leaf), "packets pass the tunnel without");
  }

  private void takeOver(Box at, Box box, String name, Path file) throws Exception {
    String link = guywire(at, "", "nodes", "invite", name, "--approved").text();
    var joined = guywire(box, link, "join", "-", "--name", name, "--key", file.toString());
    assertThat(joined.code()).as(joined.text()).isZero();
  }
}
