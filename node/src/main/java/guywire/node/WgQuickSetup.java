package guywire.node;

import guywire.linux.KernelRoute;
import guywire.network.InterfaceName;
import guywire.network.Nftables;
import guywire.network.NodeConfig;
import guywire.network.TunnelInterface;
import guywire.network.json.NodeId;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Sets up a machine as a node the way its owner would by hand: with files for wg-quick, which the
 * caller renders, the real {@code wg-quick}, {@code sysctl} and {@code nft}; and takes it down
 * again.
 *
 * <p>The files lie below {@code /run/guywire/wg-quick} of the machine. Its name server, for which
 * dnsmasq is rendered, is Guywire's own. Shell commands of an imported configuration are left out.
 */
public final class WgQuickSetup {

  /** Where the files lie on the machine. */
  private static final String HOME = "/run/guywire/wg-quick";

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
  public interface NodeFiles {
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
  public static void up(NodeConfig node, Machine machine, NodeFiles files, TunnelProgram program) {
    new WgQuickSetup(node, machine).up(files, program);
  }

  /**
   * Takes down what {@link #up} set up. Kernel settings stay, as on any host.
   *
   * @throws SetupFailure if one of the programs fails
   */
  public static void down(NodeConfig node, Machine machine) {
    new WgQuickSetup(node, machine).down();
  }

  /** What is there of the node's tunnels though they were taken down; empty as it should be. */
  public static List<Text> remains(NodeConfig node, Machine machine) {
    return new WgQuickSetup(node, machine).remains();
  }

  private void up(NodeFiles files, TunnelProgram program) {
    String quick = required("wg-quick");
    write(files);
    if (isThere("etc/sysctl.d/90-guywire.conf")) {
      run(required("sysctl"), "-q", "-p", HOME + "/etc/sysctl.d/90-guywire.conf");
    }
    if (isThere("etc/guywire/firewall.nft")) {
      run(required("nft"), "-f", HOME + "/etc/guywire/firewall.nft");
    }
    for (var tunnel : node.interfaces()) {
      run("env", PATH, userspace(program, tunnel.name()), quick, "up", file(tunnel));
    }
    AgentOrders.ofNames(node)
        .ifPresent(orders ->
            onMachine(tools -> {
              machine.state().make();
              AgentProcess.of(tools).give(id(), Optional.of(AgentOrders.CODEC.write(orders)));
              return "";
            }));
  }

  private void down() {
    String quick = required("wg-quick");
    AgentOrders.ofNames(node)
        .ifPresent(_ ->
            onMachine(tools -> {
              AgentProcess.of(tools).give(id(), Optional.empty());
              return "";
            }));
    for (var tunnel : node.interfaces().reversed()) {
      run("env", PATH, quick, "down", file(tunnel));
      var socket = new UapiSocket(machine.controlSocket(tunnel.name().text()));
      LongProcess.await(() -> !socket.answers());
    }
    if (isThere("etc/guywire/firewall.nft")) {
      run(required("nft"), "delete", "table", "inet", Nftables.TABLE);
    }
  }

  private List<Text> remains() {
    var remains = new ArrayList<Text>();
    onMachine(tools -> {
      for (var tunnel : node.interfaces()) {
        if (tools.netlink().link(tunnel.name().text()).isPresent()) {
          remains.add(Text.of(WgQuickSetup.class, "remains.link", tunnel.name().text()));
        }
        if (Files.exists(machine.controlSocket(tunnel.name().text()))) {
          remains.add(Text.of(WgQuickSetup.class, "remains.socket", tunnel.name().text()));
        }
      }
      tools.netlink().rules().stream()
          .filter(rule -> rule.mark().isPresent() || rule.suppressPrefixLength().isPresent())
          .forEach(rule ->
              remains.add(
                  Text.of(
                      WgQuickSetup.class,
                      "remains.rule",
                      rule.priority().stream().mapToObj(String::valueOf).findFirst().orElse(""))));
      tools.netlink().routes().stream()
          .filter(route -> route.table() != KernelRoute.MAIN && route.table() > 255)
          .forEach(route ->
              remains.add(
                  Text.of(WgQuickSetup.class, "remains.routes", String.valueOf(route.table()))));
      return "";
    });
    commands
        .run("", required("nft"), "list", "tables")
        .output()
        .lines()
        .filter(table -> table.contains("wg-quick") || table.endsWith(" " + Nftables.TABLE))
        .forEach(table -> remains.add(Text.of(WgQuickSetup.class, "remains.firewall", table)));
    return remains;
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
  private String userspace(TunnelProgram program, InterfaceName name) {
    String path =
        program instanceof TunnelProgram.Command other
            ? new LongProcess(commands).command(other, name).getFirst()
            : starter();
    return "WG_QUICK_USERSPACE_IMPLEMENTATION=" + path;
  }

  /** Our own data plane, as a program that goes into the background by itself. */
  private String starter() {
    String quoted =
        String.join(
            " ",
            LongProcess.tunnel("-f").stream()
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

  private NodeId id() {
    return NodeId.random(new SplittableRandom(node.name().hashCode()));
  }

  private interface Task {
    String with(Tools tools);
  }

  private void onMachine(Task task) {
    machine.call(() -> {
      try (var tools = Tools.open(machine)) {
        return task.with(tools);
      }
    });
  }

  private String required(String program) {
    return commands
        .find(program)
        .orElseThrow(
            () -> new MissingRequirement(Text.of(LongProcess.class, "missing.program", program)));
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
