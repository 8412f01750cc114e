package guywire.lab;

import guywire.linux.KernelRoute;
import guywire.linux.Netlink;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import guywire.network.text.Text;
import guywire.node.Commands;
import guywire.node.Machine;
import guywire.node.MissingRequirement;
import guywire.node.NameServerOnly;
import guywire.node.SetupFailure;
import guywire.node.TunnelProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sets up a machine as a node the way its owner would by hand: with files for wg-quick, which the
 * caller renders, the real {@code wg-quick}, {@code sysctl} and {@code nft}; and takes it down
 * again.
 *
 * <p>The files lie below {@code /run/guywire/wg-quick} of the machine. Its name server, for which
 * dnsmasq is rendered, is Guywire's own. Shell commands of an imported configuration are left out.
 */
final class WgQuickSetup {

  /** Where the files lie on the machine. */
  private static final String HOME = "/run/guywire/wg-quick";

  /** A busy machine takes a while to end a process. */
  private static final long END_SECONDS = 30;

  private static final int LOOK_EVERY_MILLIS = 10;

  private static final String USERSPACE = HOME + "/userspace";

  /** wg-quick finds nft, sysctl and resolvconf here, whatever the caller's PATH is. */
  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /** Returns once the interface and its socket are there, as wg-quick wants it. */
  private static final String STARTER =
      """
      #!/bin/bash
      exec 3< <(exec setsid %s "$@" </dev/null 2>>%s/userspace.log)
      while IFS= read -r line <&3; do
        [ "$line" = ready ] && exit 0
      done
      exit 1
      """;

  /** The node's files, as they were rendered for wg-quick. */
  interface NodeFiles {
    /** Writes them below a directory that is there. */
    void writeTo(Path directory) throws IOException;
  }

  private final NodeConfig node;
  private final Machine machine;
  private final Commands commands;

  private WgQuickSetup(NodeConfig node, Machine machine) {
    this.node = node;
    this.machine = machine;
    this.commands = new Commands(machine);
  }

  /**
   * Sets up a machine.
   *
   * @param files the node's, without hooks
   * @param program what carries the packets where the kernel has no WireGuard: wg-quick prefers it
   * @throws MissingRequirement if wg-quick is not installed
   * @throws SetupFailure if one of the programs fails; nothing is taken back
   */
  static void up(NodeConfig node, Machine machine, NodeFiles files, TunnelProgram program) {
    new WgQuickSetup(node, machine).up(files, program);
  }

  /**
   * Takes down what {@link #up} set up. Kernel settings stay, as on any host.
   *
   * @throws SetupFailure if one of the programs fails
   */
  static void down(NodeConfig node, Machine machine) {
    new WgQuickSetup(node, machine).down();
  }

  /** What is there of the node's tunnels though they were taken down; empty as it should be. */
  static List<Text> remains(NodeConfig node, Machine machine) {
    return new WgQuickSetup(node, machine).remains();
  }

  private void up(NodeFiles files, TunnelProgram program) {
    String quick = required("wg-quick", "wireguard-tools");
    write(files);
    if (isThere("etc/sysctl.d/90-guywire.conf")) {
      run(required("sysctl", "procps"), "-q", "-p", HOME + "/etc/sysctl.d/90-guywire.conf");
    }
    if (isThere("etc/guywire/firewall.nft")) {
      run(required("nft", "nftables"), "-f", HOME + "/etc/guywire/firewall.nft");
    }
    for (var tunnel : node.interfaces()) {
      run("env", PATH, userspace(program), quick, "up", file(tunnel));
    }
    NameServerOnly.serve(node, machine);
  }

  private void down() {
    String quick = required("wg-quick", "wireguard-tools");
    NameServerOnly.stop(node, machine);
    for (var tunnel : node.interfaces().reversed()) {
      run("env", PATH, quick, "down", file(tunnel));
      awaitEnd(machine.controlSocket(tunnel.name().text()));
    }
    if (isThere("etc/guywire/firewall.nft")) {
      run(required("nft", "nftables"), "delete", "table", "inet", Nftables.TABLE);
    }
  }

  private List<Text> remains() {
    var remains = new ArrayList<Text>();
    machine.call(() -> {
      try (var netlink = Netlink.open()) {
        look(netlink, remains);
      }
      return remains;
    });
    commands
        .run("", required("nft", "nftables"), "list", "tables")
        .output()
        .lines()
        .filter(table -> table.contains("wg-quick") || table.endsWith(" " + Nftables.TABLE))
        .forEach(table -> remains.add(Text.of(WgQuickSetup.class, "remains.firewall", table)));
    return remains;
  }

  private void look(Netlink netlink, List<Text> remains) {
    for (var tunnel : node.interfaces()) {
      if (netlink.link(tunnel.name().text()).isPresent()) {
        remains.add(Text.of(WgQuickSetup.class, "remains.link", tunnel.name().text()));
      }
      if (Files.exists(machine.controlSocket(tunnel.name().text()))) {
        remains.add(Text.of(WgQuickSetup.class, "remains.socket", tunnel.name().text()));
      }
    }
    netlink.rules().stream()
        .filter(rule -> rule.mark().isPresent() || rule.suppressPrefixLength().isPresent())
        .forEach(rule ->
            remains.add(
                Text.of(
                    WgQuickSetup.class,
                    "remains.rule",
                    rule.priority().stream().mapToObj(String::valueOf).findFirst().orElse(""))));
    netlink.routes().stream()
        .filter(route -> route.table() != KernelRoute.MAIN && route.table() > 255)
        .forEach(route ->
            remains.add(
                Text.of(WgQuickSetup.class, "remains.routes", String.valueOf(route.table()))));
  }

  /** A program that carried a tunnel ends a while after its interface. */
  private static void awaitEnd(Path socket) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
    while (answers(socket) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MILLIS));
    }
  }

  private static boolean answers(Path socket) {
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static String file(TunnelInterface tunnel) {
    return HOME + "/etc/wireguard/" + tunnel.name() + ".conf";
  }

  private boolean isThere(String path) {
    return Files.exists(home().resolve(path));
  }

  private Path home() {
    return machine.root().resolve(HOME.substring(1));
  }

  private void write(NodeFiles files) {
    try {
      var onlyOwner =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
      Files.createDirectories(home(), onlyOwner);
      files.writeTo(home());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What tells wg-quick of the program, as a variable of its environment. */
  private String userspace(TunnelProgram program) {
    String path =
        program instanceof TunnelProgram.Command other
            ? required(other.program(), other.program())
            : starter();
    return "WG_QUICK_USERSPACE_IMPLEMENTATION=" + path;
  }

  /** Our own data plane, as a program that goes into the background by itself. */
  private String starter() {
    String quoted =
        String.join(
            " ",
            TunnelProgram.own("-f").stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .toList());
    Path file = home().resolve("userspace");
    try {
      Files.writeString(file, STARTER.formatted(quoted, HOME));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return USERSPACE;
  }

  private String required(String program, String debianPackage) {
    return commands
        .find(program)
        .orElseThrow(() ->
            new MissingRequirement(
                Text.of(Requirements.class, "missing.program", program, debianPackage)));
  }

  private void run(String... command) {
    var ended = commands.run("", command);
    if (!ended.succeeded()) {
      // Its own commands, which it prints too, are not what went wrong.
      var said = ended.output().lines().filter(line -> !line.startsWith("[#] ")).toList();
      throw new SetupFailure(
          Text.of(
              WgQuickSetup.class,
              "quick.failed",
              node.name().text(),
              String.join(" ", command).replaceFirst("^env .*? (?=/)", ""),
              // The reason stands before "Configuration parsing error".
              String.join("; ", said.subList(Math.max(0, said.size() - 2), said.size()))));
    }
  }
}
