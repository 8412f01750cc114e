package guywire.node;

import static org.assertj.core.api.Assertions.assertThat;

import guywire.linux.LinkAddress;
import guywire.linux.NamespaceRef;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;

/** A machine in namespaces of its own, with its own /run and resolver file. */
final class TestMachine implements AutoCloseable {

  private static final String BOOT =
      "mount -t tmpfs tmpfs /run && mkdir /run/wireguard && echo 'nameserver 192.0.2.53' > /run/resolv"
          // A whole /etc of its own below the file of its own: nothing done wrong reaches the host.
          + " && cp -a /etc /run/etc && mount --bind /run/etc /etc"
          + " && mount --bind /run/resolv /etc/resolv.conf"
          + " && sysctl -q net.ipv6.conf.default.addr_gen_mode=1"
          + " && ip link set lo up && echo ready && exec sleep 600";

  private final Process process;
  private final long pid;

  TestMachine() throws IOException {
    process =
        new ProcessBuilder(
                "unshare", "-n", "-m", "-u", "-p", "--fork", "--mount-proc", "sh", "-c", BOOT)
            .redirectErrorStream(true)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("ready");
    pid = process.descendants().findFirst().orElseThrow().pid();
  }

  Machine machine() {
    return Machine.of(pid);
  }

  /** A cable to another machine; each end has an address in a /24. */
  void connect(TestMachine other, String here, String there) {
    connect(other, "eth0", here, there);
  }

  /** The same, with both ends called as said. */
  void connect(TestMachine other, String name, String here, String there) {
    machine()
        .call(() -> {
          try (var netlink = guywire.linux.Netlink.open()) {
            netlink.createVeth(name, name, new NamespaceRef.OfProcess(other.pid));
            return null;
          }
        });
    address(name, here);
    other.address(name, there);
    for (var end : List.of(this, other)) {
      assertThat(LongProcess.await(() -> end.run("ip", "link", "show", name).contains("state UP")))
          .isTrue();
    }
  }

  private void address(String name, String text) {
    machine()
        .call(() -> {
          try (var netlink = guywire.linux.Netlink.open()) {
            int index = netlink.index(name);
            netlink.addAddress(new LinkAddress(index, InetAddress.getByName(text), 24));
            netlink.setUp(index);
            return null;
          } catch (java.net.UnknownHostException e) {
            throw new IllegalArgumentException(e);
          }
        });
  }

  /** What a command prints here; it must succeed. */
  String run(String... command) {
    var ended = new Commands(machine()).run("", command);
    assertThat(ended.succeeded()).as("%s: %s", List.of(command), ended.output()).isTrue();
    return ended.output();
  }

  /** What a task in the machine's network answers. */
  <T> T call(java.util.concurrent.Callable<T> task) {
    try {
      return machine().call(task::call);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  boolean succeeds(String... command) {
    return new Commands(machine()).run("", command).succeeded();
  }

  /** A program that goes on until it is destroyed. */
  Process start(String... command) throws IOException {
    return new ProcessBuilder(new Commands(machine()).entering(List.of(command)))
        .redirectErrorStream(true)
        .start();
  }

  /** All that setting up a node may change, as text. */
  String settings() {
    return String.join(
        "\n",
        run("ip", "link").replaceAll("(?m)^\\d+: ", ""),
        run("ip", "address").replaceAll("(?m)^\\d+: ", "").replaceAll("valid_lft.*", ""),
        run("ip", "route", "show", "table", "all"),
        run("ip", "-6", "route", "show", "table", "all"),
        run("ip", "rule"),
        run("ip", "-6", "rule"),
        run("nft", "list", "ruleset"),
        run("sh", "-c", "sysctl -a 2>/dev/null | grep -e forward -e rp_filter -e src_valid_mark"),
        run("cat", "/etc/resolv.conf"),
        run(
            "sh",
            "-c",
            "find /run -path /run/etc -prune -o -path /run/guywire/lock -prune -o -type f -print -o"
                + " -type s -print | sort"),
        run("mountpoint", "/etc/resolv.conf"));
  }

  @Override
  public void close() {
    // The first process of a process namespace takes all others with it.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
