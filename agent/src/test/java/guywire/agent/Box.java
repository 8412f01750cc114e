package guywire.agent;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.LinkAddress;
import guywire.linux.Namespace;
import guywire.linux.NamespaceRef;
import guywire.linux.Netlink;
import guywire.node.Machine;
import guywire.node.SharedTunnels;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A machine in namespaces of its own, with its own /run. */
final class Box implements AutoCloseable {

  private static final String BOOT =
      "mount -t tmpfs tmpfs /run && mkdir /run/wireguard"
          + " && sysctl -q net.ipv6.conf.default.addr_gen_mode=1"
          + " && ip link set lo up && echo ready && exec sleep 600";

  private final Process process;
  private final long pid;
  private final Optional<SharedTunnels> tunnels;

  Box() throws IOException {
    this(Optional.empty());
  }

  /** A machine whose tunnels share a process with those of others. */
  Box(SharedTunnels tunnels) throws IOException {
    this(Optional.of(tunnels));
  }

  private Box(Optional<SharedTunnels> tunnels) throws IOException {
    this.tunnels = tunnels;
    process =
        new ProcessBuilder(
                "unshare", "-n", "-m", "-u", "-p", "--fork", "--mount-proc", "sh", "-c", BOOT)
            .redirectErrorStream(true)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    pid = process.descendants().findFirst().orElseThrow().pid();
  }

  Machine machine() {
    return tunnels.map(each -> Machine.of(pid, each)).orElseGet(() -> Machine.of(pid));
  }

  /** A cable to another box, called the same at both ends; each end has an address in a /24. */
  void connect(Box other, String name, String here, String there) throws Exception {
    machine()
        .call(() -> {
          try (var netlink = Netlink.open()) {
            netlink.createVeth(name, name, new NamespaceRef.OfProcess(other.pid));
            return null;
          }
        });
    address(name, here);
    other.address(name, there);
  }

  private void address(String name, String text) throws Exception {
    call(() -> {
      try (var netlink = Netlink.open()) {
        int index = netlink.index(name);
        netlink.addAddress(new LinkAddress(index, InetAddress.getByName(text), 24));
        netlink.setUp(index);
        return null;
      }
    });
  }

  /** Does something in the box's network; sockets opened there stay there. */
  <T> T call(Namespace.Task<T, Exception> task) throws Exception {
    return machine().call(task);
  }

  /** What a command prints here; it must succeed. */
  String run(String... command) throws Exception {
    var whole = new ArrayList<>(machine().enter());
    whole.addAll(List.of(command));
    var started = new ProcessBuilder(whole).redirectErrorStream(true).start();
    String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(started.waitFor()).as("%s: %s", List.of(command), said).isZero();
    return said;
  }

  @Override
  public void close() {
    // The first process of a process namespace takes all others with it.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
