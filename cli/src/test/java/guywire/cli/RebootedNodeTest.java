package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A node that joined is switched off and on: without the server it is what it was, and what was
 * changed meanwhile it becomes as soon as it finds the server.
 */
@Timeout(400)
@Execution(ExecutionMode.CONCURRENT)
class RebootedNodeTest extends ManagedHosts {

  private static final String HUB = "203.0.113.1";
  private static final String LEAF = "203.0.113.20";

  private static final String NETWORK =
      """
      network: lab
      overlay: 10.77.0.0/24
      nodes:
        hub: {hub: true, public: 203.0.113.1, listen: 51820}
        leaf: {roaming: true}
      """;

  private Box begin(Box at, String cable) throws Exception {
    var leaf = lastingBox("leaf");
    cable(at, leaf, cable, LEAF);
    processes.add(
        builder(leaf, GuywireProcess.command("agent"))
            .redirectOutput(directory.resolve(cable + ".log").toFile())
            .start());
    return leaf;
  }

  @Test
  void it_comes_up_by_itself_and_hears_of_what_was_changed_while_it_was_off() throws Exception {
    var at = box("server");
    var hub = box("hub");
    var leaf = lastingBox("leaf");
    String bridge = "ip link add br0 type bridge && ip link set br0 up && ip addr add ";
    assertThat(run(at, "", "sh", "-c", bridge + LINK + "/24 dev br0").code()).isZero();
    cable(at, hub, "to-hub", HUB);
    cable(at, leaf, "to-leaf", LEAF);
    var server = serve(at);
    await(() -> text("link").contains("~"), "the link");
    assertThat(guywire(at, text("link"), "login", "-").code()).isZero();
    Path file = directory.resolve("lab.yaml");
    Files.writeString(file, NETWORK);
    assertThat(guywire(at, "", "apply", file.toString()).code()).isZero();
    String forHub = guywire(at, "", "nodes", "invite", "hub", "--approved").text();
    assertThat(guywire(hub, forHub, "join", "-").code()).isZero();
    String forLeaf = guywire(at, "", "nodes", "invite", "leaf", "--approved").text();
    assertThat(guywire(leaf, forLeaf, "join", "-").code()).isZero();
    await(() -> pings(leaf), "packets pass the tunnel");
    var document = directory.resolve("disk-leaf/guywire/joined/document.json");
    await(() -> content(document).contains(HUB), "the leaf keeps what it is");

    // The server is away, too.
    kill(server);
    switchOff(leaf);
    var again = begin(at, "second");
    await(() -> pings(again), "packets pass the tunnel without a server");

    switchOff(again);
    serve(at);
    Files.writeString(file, NETWORK.replace("51820", "51821"));
    var changed = guywire(at, "", "apply", file.toString());
    assertThat(changed.code()).as(changed.text()).isZero();
    await(() -> wg(hub).contains("listening port: 51821"), "the hub is changed");
    var once = begin(at, "third");
    await(() -> wg(once).contains(HUB + ":51821"), "the leaf is changed, too");
    await(() -> pings(once), "packets pass the changed tunnel");
    await(() -> content(document).contains("51821"), "and it stays so");
    assertThat(directory.resolve("disk-leaf/guywire/joined/trial.json")).doesNotExist();
    assertThat(directory.resolve("disk-leaf/guywire/joined/rejected.json")).doesNotExist();
  }
}
