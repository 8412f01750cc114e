package guywire.lab;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.network.InterfaceName;
import guywire.prove.Reachability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real wg-quick sets random hosts up, most of them wrong in a line, a hook or the host itself:
 * the interfaces that are there afterwards, and the rules that hooks made, are those that the
 * prover says. A failure names its seed; {@code -Dguywire.seed=N} tries that one alone. Needs root,
 * wg-quick, wireguard-go and iptables.
 */
class RandomHostsTest {

  private static final String READY = "guywire-host-is-set-up";

  @TempDir Path directory;

  @Test
  void what_wg_quick_leaves_is_what_the_proof_says_of_a_handful()
      throws IOException, InterruptedException {
    long seed = Long.getLong("guywire.seed", -1);
    assertThat(disagreements(seed >= 0 ? seed : 1, seed >= 0 ? 1 : 12)).isEmpty();
  }

  @Test
  @Tag("long")
  void what_wg_quick_leaves_is_what_the_proof_says_of_many()
      throws IOException, InterruptedException {
    assertThat(disagreements(Long.getLong("guywire.seed.first", 1000), 150)).isEmpty();
  }

  private List<String> disagreements(long first, int count)
      throws IOException, InterruptedException {
    var wrong = new ArrayList<String>();
    for (long seed = first; seed < first + count; seed++) {
      var host = RandomHost.of(seed);
      var measured = measured(host);
      var proved = proved(host);
      if (!measured.startsWith(proved + "\n")) {
        wrong.add("measured %s%nproved %s%n%s".formatted(measured, proved, host));
      }
    }
    return wrong;
  }

  private static String proved(RandomHost host) {
    var network = host.subject().network();
    var proof = Reachability.of(network);
    var up = new TreeSet<String>();
    host.files()
        .keySet()
        .forEach(name -> {
          if (proof.comesUp(RandomHost.HOST, new InterfaceName(name))) {
            up.add(name);
          }
        });
    var node = network.node(RandomHost.HOST).orElseThrow();
    return (String.join(" ", up)
            + " forward "
            + node.firewall().forward().size()
            + " input "
            + node.firewall().input().size()
            + " nat "
            + node.nat().size())
        .strip();
  }

  /** Sets the host up in namespaces of its own, which end with the shell; what it says of them. */
  private String measured(RandomHost host) throws IOException, InterruptedException {
    var script =
        new StringBuilder(
            """
            mount -t tmpfs none /run; mkdir -p /run/wireguard
            ip link set lo up
            ip link add eth0 type veth peer name far
            ip link set far up; ip link set eth0 up
            ip address add 192.168.5.2/24 dev eth0
            ip route add default via 192.168.5.1
            """);
    script.append(host.before()).append('\n');
    for (var file : host.files().entrySet()) {
      Path path = directory.resolve(file.getKey() + ".conf");
      Files.write(path, file.getValue().getBytes(StandardCharsets.UTF_8));
      script.append("wg-quick up '").append(path).append("' </dev/null\n");
    }
    script.append("echo ").append(READY).append('\n');
    script.append(
        """
        echo $(for i in wg0 wg1; do ip link show $i >/dev/null 2>&1 && echo $i; done) \
        forward $(iptables -S FORWARD | grep -c ^-A) input $(iptables -S INPUT | grep -c ^-A) \
        nat $(iptables -t nat -S POSTROUTING | grep -c ^-A)
        """);
    Path said = Files.createTempFile(directory, "said", "");
    var process =
        new ProcessBuilder(
                "unshare",
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "bash",
                "-c",
                script.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("seed %d", host.seed()).isTrue();
    String all = Files.readString(said, StandardCharsets.ISO_8859_1);
    int ready = all.indexOf(READY + "\n");
    assertThat(ready).as("seed %d: %s", host.seed(), all).isNotNegative();
    return all.substring(ready + READY.length() + 1).strip() + "\n" + all.substring(0, ready);
  }
}
