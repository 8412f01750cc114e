package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import guywire.network.FilterRule.Verdict;
import guywire.network.Firewall;
import guywire.network.Forwarding;
import guywire.network.NodeConfig;
import guywire.protocol.PrivateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A host's own programs that fail, before or after their work, or do not come to it. */
class FailingProgramsTest {

  /**
   * The real nft, but that it fails once before its work, or once after it, or takes long once, as
   * a file says.
   */
  private static final String NFT =
      """
      #!/bin/sh
      once() { case "$*" in *-f*) ;; *) return 1;; esac; [ -e "/etc/nft-$1" ] && rm "/etc/nft-$1"; }
      once early "$@" && { echo "no memory" >&2; exit 1; }
      /etc/nft-real "$@"
      status=$?
      once late "$@" && { echo "no memory" >&2; exit 1; }
      once slow "$@" && { touch /etc/nft-done; exec sleep 600; }
      exit $status
      """;

  private final PrivateKey key = PrivateKey.generate(new SecureRandom());
  private TestMachine machine;
  private TestMachine other;

  @BeforeEach
  void boot() throws Exception {
    machine = new TestMachine();
    other = new TestMachine();
    machine.connect(other, "192.0.2.1", "192.0.2.2");
  }

  @AfterEach
  void halt() {
    machine.close();
    other.close();
  }

  private NodeConfig node(Verdict forwarded) {
    var node = Nodes.node(key, "10.9.0.1/24").listening(51820);
    node.forwarding = Forwarding.ON;
    node.firewall = new Firewall(List.of(), Verdict.ACCEPT, List.of(), forwarded, true);
    return node.config();
  }

  private AppliedChanges apply(NodeConfig config) {
    return NodeSetup.apply(config, machine.machine(), TunnelProgram.WIREGUARD_GO, Progress.SILENT);
  }

  private void replaceNft() throws IOException {
    var etc = machine.machine().root().resolve("etc");
    Files.writeString(etc.resolve("nft"), NFT);
    machine.run(
        "sh",
        "-c",
        "nft=$(readlink -f $(command -v nft)) && cp \"$nft\" /etc/nft-real && chmod +x /etc/nft"
            + " && mount --bind /etc/nft \"$nft\"");
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({"early, set up", "late, set up", "early, changed", "late, changed"})
  void an_nft_that_fails_before_or_after_its_work_leaves_the_host_as_it_was(
      String fails, String what) throws Exception {
    replaceNft();
    String before = machine.settings();
    if (what.equals("changed")) {
      apply(node(Verdict.DROP));
    }
    String now = machine.settings();
    machine.run("touch", "/etc/nft-" + fails);
    assertThatThrownBy(() -> apply(node(Verdict.ACCEPT)))
        .isInstanceOf(SetupFailure.class)
        .hasMessageContaining("no memory");
    assertThat(machine.settings()).isEqualTo(now);

    apply(node(Verdict.ACCEPT)).takeBack();
    assertThat(machine.settings()).isEqualTo(before);
  }

  /** A process that sets a node up whose filter takes it long. */
  static final class Interrupted {
    private Interrupted() {}

    /** Arguments: the machine's pid. */
    public static void main(String[] arguments) {
      var node = Nodes.node(PrivateKey.generate(new Random(1)), "10.9.0.1/24").listening(51820);
      node.firewall = new Firewall(List.of(), Verdict.ACCEPT, List.of(), Verdict.DROP, true);
      NodeSetup.apply(
          node.config(),
          Machine.of(Long.parseLong(arguments[0])),
          TunnelProgram.WIREGUARD_GO,
          Progress.SILENT);
    }
  }

  @Test
  void a_command_that_is_interrupted_while_a_program_is_at_work_undoes_what_that_has_done()
      throws Exception {
    replaceNft();
    String before = machine.settings();
    machine.run("touch", "/etc/nft-slow");
    var command =
        new ProcessBuilder(
                LongProcess.java(
                    "64m",
                    Interrupted.class.getName(),
                    String.valueOf(machine.machine().pid().orElseThrow())))
            .redirectErrorStream(true)
            .start();
    var done = machine.machine().root().resolve("etc/nft-done");
    assertThat(LongProcess.await(() -> Files.exists(done) || !command.isAlive())).isTrue();
    assertThat(machine.run("nft", "list", "tables")).contains("guywire-wg0");
    command.destroy();
    command.waitFor();
    assertThat(machine.settings()).isEqualTo(before);
  }

  /** Docker's rules in the older tables, of which one program at a time has the lock. */
  @Test
  void docker_s_filter_under_another_program_s_lock_is_waited_for_a_while_and_then_said()
      throws Exception {
    machine.run("ln", "-sf", "/usr/sbin/iptables-legacy", "/etc/alternatives/iptables");
    assertThat(machine.run("iptables", "--version")).contains("legacy");
    machine.run("iptables", "-N", "DOCKER-USER");
    String before = machine.settings();
    var node = node(Verdict.DROP);
    var holder =
        machine.start("flock", "/run/xtables.lock", "sh", "-c", "echo held; exec sleep 600");
    assertThat(holder.inputReader().readLine()).isEqualTo("held");
    assertThatThrownBy(() -> apply(node))
        .isInstanceOf(SetupFailure.class)
        .hasMessageContaining("xtables lock");
    assertThat(machine.settings()).isEqualTo(before);

    holder.descendants().forEach(ProcessHandle::destroyForcibly);
    holder.destroyForcibly().waitFor();
    var applied = apply(node);
    assertThat(machine.run("iptables", "-S", "DOCKER-USER")).contains("-i wg0", "-o wg0");
    applied.takeBack();
    assertThat(machine.run("iptables", "-S", "DOCKER-USER")).doesNotContain("wg0");
    assertThat(machine.settings()).isEqualTo(before);
  }
}
