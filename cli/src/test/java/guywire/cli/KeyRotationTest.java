package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A hub and two nodes that joined a server, while the hub and one of them change their keys: no
 * connection through the tunnels ends, and who was away comes to know the new key.
 */
@Timeout(400)
@Execution(ExecutionMode.CONCURRENT)
class KeyRotationTest extends ManagedHosts {

  private static final String HUB = "203.0.113.1";

  private static final String NETWORK =
      """
      network: lab
      overlay: 10.77.0.0/24
      nodes:
        hub: {hub: true, public: 203.0.113.1, listen: 51820}
        leaf: {roaming: true}
        far: {roaming: true}
      """;

  private Box at;
  private Box hub;
  private Box leaf;
  private Box far;

  @BeforeEach
  void join() throws Exception {
    at = box("server");
    hub = box("hub");
    leaf = box("leaf");
    far = box("far");
    String bridge = "ip link add br0 type bridge && ip link set br0 up && ip addr add ";
    assertThat(run(at, "", "sh", "-c", bridge + LINK + "/24 dev br0").code()).isZero();
    cable(at, hub, "to-hub", HUB);
    cable(at, leaf, "to-leaf", "203.0.113.20");
    cable(at, far, "to-far", "203.0.113.30");
    serve(at);
    await(() -> text("link").contains("~"), "the link");
    assertThat(guywire(at, text("link"), "login", "-").code()).isZero();
    Path file = directory.resolve("lab.yaml");
    Files.writeString(file, NETWORK);
    var made = guywire(at, "", "apply", file.toString());
    assertThat(made.code()).as(made.text()).isZero();
    for (var box : List.of(hub, leaf, far)) {
      String name = box == hub ? "hub" : box == leaf ? "leaf" : "far";
      String link = guywire(at, "", "nodes", "invite", name, "--approved").text();
      var joined = guywire(box, link, "join", "-");
      assertThat(joined.code()).as(joined.text()).isZero();
    }
    await(() -> pings(leaf) && pings(far), "packets pass both tunnels");
  }

  private String key(Box box) {
    try {
      return run(box, "", "wg", "show", "wg0", "public-key").text().strip();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether a node knows the hub by the key that it has, and by no other. */
  private boolean hasOneKey(Box box) {
    return wg(box).split("peer: ", -1).length == 2 && knows(box, key(hub));
  }

  private String nodes() {
    try {
      return guywire(at, "", "nodes").text();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void nodes(String... words) throws Exception {
    var all = new ArrayList<>(List.of("nodes"));
    all.addAll(List.of(words));
    var said = guywire(at, "", all.toArray(String[]::new));
    assertThat(said.code()).as(said.text()).isZero();
  }

  private boolean knows(Box box, String key) {
    return wg(box).contains(key);
  }

  private String agent(Box box) throws Exception {
    return run(box, "", "head", "-n", "1", "/run/guywire/agent.lock").text().strip();
  }

  private void end(Box box) throws Exception {
    assertThat(run(box, "", "kill", "-9", agent(box)).code()).isZero();
  }

  private void begin(Box box, String log) throws Exception {
    processes.add(
        builder(box, GuywireProcess.command("agent"))
            .redirectOutput(directory.resolve(log).toFile())
            .start());
  }

  /** One end of a connection. */
  private Process talk(Box box, String what) throws Exception {
    var command = new ArrayList<>(GuywireProcess.command());
    command.set(command.size() - 1, Talk.class.getName());
    command.addAll(List.of(what, "10.77.0.1"));
    var process = builder(box, command).start();
    processes.add(process);
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    return process;
  }

  @Test
  void nodes_change_their_keys_while_a_connection_goes_on_and_who_was_away_comes_to_know()
      throws Exception {
    talk(hub, "answer");
    var talk = talk(leaf, "ask");
    String first = key(hub);
    String ofLeaf = key(leaf);
    String secret = Files.readString(kept(hub, "wireguard.key")).strip();

    // The hub, to which both have a tunnel, and a node that calls and is not called.
    nodes("rotate-key", "hub");
    nodes("rotate-key", "leaf");
    await(() -> !knows(leaf, first) && !knows(far, first), "the former key is worth nothing");
    await(() -> !knows(hub, ofLeaf), "so is the leaf's");
    assertThat(nodes()).doesNotContain("key");
    String second = key(hub);
    assertThat(second).isNotEqualTo(first);
    assertThat(key(leaf)).isNotEqualTo(ofLeaf);
    assertThat(knows(leaf, second) && knows(far, second) && knows(hub, key(leaf))).isTrue();
    assertThat(pings(far)).isTrue();
    await(() -> !Files.exists(kept(hub, "wireguard-next.key")), "the former key is gone");
    assertThat(Files.readString(kept(hub, "wireguard.key"))).doesNotContain(secret);

    // Somebody is away: he is waited for, and nothing is changed.
    end(far);
    nodes("rotate-key", "hub");
    await(() -> nodes().contains("has announced a new key; waits for far"), "far is waited for");
    assertThat(key(hub)).isEqualTo(second);
    assertThat(pings(far)).as("his tunnel stays").isTrue();

    // He is back, and the hub's agent is killed as soon as the hub has its new key.
    begin(far, "far.log");
    await(() -> !key(hub).equals(second), "the hub changes over");
    end(hub);
    begin(hub, "hub.log");
    await(() -> hasOneKey(leaf) && hasOneKey(far), "all have one key of the hub");
    await(() -> !Files.exists(kept(hub, "wireguard-next.key")), "and the hub has one");
    assertThat(nodes()).doesNotContain("has announced", "changes to");
    assertThat(pings(leaf) && pings(far)).isTrue();

    try (var input = talk.getOutputStream()) {
      input.write('\n');
    }
    String said = talk.inputReader().readLine();
    assertThat(talk.waitFor()).as(said).isZero();
    System.out.println("answers, and the longest wait for one in ms: " + said);
  }
}
