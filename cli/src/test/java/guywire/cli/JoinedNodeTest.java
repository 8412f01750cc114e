package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.protocol.PrivateKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A server, a hub and a node that joined it, each in namespaces of its own with its own files: a
 * change of the definition reaches the node's WireGuard.
 */
@Timeout(400)
@Execution(ExecutionMode.CONCURRENT)
class JoinedNodeTest extends ManagedHosts {

  private static final String HUB = "203.0.113.1";
  private static final String LEAF = "203.0.113.20";

  private static final String NETWORK =
      """
      network: lab
      overlay: 10.77.0.0/24
      nodes:
        hub: {hub: true, public: 203.0.113.1, listen: 51820, public-key: HUB_KEY}
        phone: {roaming: true, platform: ios} # not joined
      """;

  @Test
  void a_change_of_the_definition_reaches_a_joined_node_and_it_stays_when_the_server_is_away()
      throws Exception {
    var at = box("server");
    var hub = box("hub");
    var leaf = box("leaf");
    assertThat(
            run(
                    at,
                    "",
                    "sh",
                    "-c",
                    "ip link add br0 type bridge && ip addr add "
                        + LINK
                        + "/24 dev br0 && ip link set br0 up")
                .code())
        .isZero();
    cable(at, hub, "to-hub", HUB);
    cable(at, leaf, "to-leaf", LEAF);
    var server = serve(at);
    await(() -> text("link").contains("~"), "the link");
    String link = text("link");
    assertThat(guywire(at, link, "login", "-").code()).isZero();
    Path file = directory.resolve("lab.yaml");
    var own = PrivateKey.generate(new SecureRandom());
    Path before = directory.resolve("before.conf");
    Files.writeString(
        before, "[Interface]\nPrivateKey = " + own.base64() + "\nAddress = 10.77.0.1/24\n");
    Files.writeString(file, NETWORK.replace("HUB_KEY", '"' + own.publicKey().toString() + '"'));
    var made = guywire(at, "", "apply", file.toString());
    assertThat(made.code()).as(made.text()).isZero();

    String forHub = guywire(at, "", "nodes", "invite", "hub", "--approved").text();
    String other = forHub.replaceAll("~[0-9a-f]{64}", "~" + "0".repeat(64));
    var another = guywire(hub, other, "join", "-", "--key", before.toString());
    assertThat(another.code()).as(another.text()).isEqualTo(77);
    assertThat(another.text()).contains("another server answers");
    var none = guywire(hub, forHub, "join", "-", "--key", file.toString());
    assertThat(none.code()).as(none.text()).isEqualTo(2);
    var joined = guywire(hub, forHub, "join", "-", "--key", before.toString());
    assertThat(joined.code()).as(joined.text()).isZero();
    assertThat(joined.text()).contains("hub is a node of lab");
    var twice = guywire(leaf, forHub, "join", "-", "--name", "hub");
    assertThat(twice.code()).as("a token that is used up: %s", twice.text()).isEqualTo(2);
    await(() -> wg(hub).contains("listening port: 51820"), "the hub is set up");
    assertThat(wg(hub)).as("with the key that it had").contains(own.publicKey().toString());

    String forLeaf = guywire(at, "", "nodes", "invite").text();
    var waits = guywire(leaf, forLeaf, "join", "-");
    assertThat(waits.text()).contains("leaf waits to be a node of lab");
    assertThat(wg(leaf)).doesNotContain("peer");
    assertThat(guywire(at, "", "nodes").text()).contains("waits", "online", LEAF);
    var approved = guywire(at, "", "approve", "leaf", "--roaming");
    assertThat(approved.code()).as(approved.text()).isZero();
    await(() -> wg(leaf).contains(HUB + ":51820"), "the leaf is set up");
    await(() -> pings(leaf), "packets pass the tunnel");

    // A change of the definition.
    String text = guywire(at, "", "history", "lab", "--version-number", "2").text();
    Files.writeString(file, text.replace("listen: 51820", "listen: 51821"));
    assertThat(text).contains("# not joined").contains("leaf: {roaming: true}");
    assertThat(guywire(at, "", "apply", file.toString()).code()).isZero();
    await(() -> wg(leaf).contains(HUB + ":51821"), "the change reaches the leaf");
    await(() -> pings(leaf), "packets pass the changed tunnel");
    await(() -> content(kept(leaf, "document.json")).contains("51821"), "the leaf stays so");

    // The server is gone, and the agent is started again meanwhile.
    kill(server);
    assertThat(run(leaf, "", "sh", "-c", "kill -9 $(head -n 1 /run/guywire/agent.lock)").code())
        .isZero();
    var agent =
        builder(leaf, GuywireProcess.command("agent"))
            .redirectOutput(directory.resolve("agent.log").toFile())
            .start();
    processes.add(agent);
    await(() -> text("agent.log").contains("can't be reached"), "the new agent finds no server");
    assertThat(wg(leaf)).contains(HUB + ":51821");
    assertThat(pings(leaf)).isTrue();
    processes.add(serve(at));
    await(
        () -> {
          try {
            return guywire(at, "", "nodes", "--json").text().split("\"online\" ?: ?true", -1).length
                > 2;
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        "both are back");
    Path keys = Path.of("/proc/" + leaf.pid() + "/root/var/lib/guywire/joined");
    assertThat(Files.getPosixFilePermissions(keys.resolve("wireguard.key")))
        .hasToString("[OWNER_READ, OWNER_WRITE]");
    String secret = Files.readString(keys.resolve("wireguard.key")).strip();
    try (var files = Files.walk(directory.resolve("data"))) {
      for (var each : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(each, StandardCharsets.ISO_8859_1)).doesNotContain(secret);
      }
    }
  }
}
