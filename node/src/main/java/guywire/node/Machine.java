package guywire.node;

import guywire.linux.Namespace;
import guywire.network.json.NodeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A machine whose network Guywire sets up: this host, or one that lives in namespaces.
 *
 * @param pid a process in the machine's namespaces; empty for this host
 * @param tunnels what carries its tunnels of Guywire's own, together with those of other machines;
 *     empty if each is to have a process of its own, as on a real host
 */
public record Machine(OptionalLong pid, Optional<SharedTunnels> tunnels) {

  /** This host. */
  public static final Machine LOCAL = new Machine(OptionalLong.empty(), Optional.empty());

  /** The machine in whose namespaces (network, mount, UTS, process) this process lives. */
  public static Machine of(long pid) {
    return new Machine(OptionalLong.of(pid), Optional.empty());
  }

  /** The machine of {@link #of(long)}, whose own tunnels share a process with those of others. */
  public static Machine of(long pid, SharedTunnels tunnels) {
    return new Machine(OptionalLong.of(pid), Optional.of(tunnels));
  }

  public Machine {
    if (tunnels.isPresent() && pid.isEmpty()) {
      throw new IllegalArgumentException("this host shares no process with machines in it");
    }
  }

  /** The machine's root directory, seen from here. */
  public Path root() {
    return pid.isEmpty() ? Path.of("/") : Path.of("/proc/" + pid.getAsLong() + "/root");
  }

  /** What to put before a command, so that it runs on the machine. */
  public List<String> enter() {
    return pid.isEmpty()
        ? List.of()
        : List.of("nsenter", "-t", pid.getAsLong() + "", "-n", "-m", "-u", "-p", "--");
  }

  /**
   * Does something in the machine's network namespace; sockets opened there stay there.
   *
   * @throws E what the task throws
   * @throws guywire.linux.LinuxException if its namespace can't be entered
   */
  public <T, E extends Exception> T call(Namespace.Task<T, E> task) throws E {
    if (pid.isEmpty()) {
      return task.run();
    }
    try (var namespace = Namespace.of(pid.getAsLong())) {
      return namespace.call(task);
    }
  }

  /** Whether it lives in namespaces of this host, whose programs and their files it sees. */
  boolean sharesPrograms() {
    return pid.isPresent();
  }

  /** Where Guywire keeps what is gone with the next start of the machine. */
  StateDirectory state() {
    return new StateDirectory(root().resolve("run/guywire"));
  }

  /**
   * Where it keeps what outlives that. A machine in namespaces, which has its files from this host
   * and ends with its /run, keeps that there.
   */
  StateDirectory durableState() {
    return new StateDirectory(
        root().resolve(pid.isEmpty() ? "var/lib/guywire" : "run/guywire-lasting"));
  }

  /** Where it keeps what concerns one node, as the node's own processes see it. */
  static Path stateOf(NodeId node) {
    return Path.of("/run/guywire", node.text());
  }

  StateDirectory state(NodeId node) {
    return state().below(node.text());
  }

  /** Where the control sockets of userspace WireGuards are on the machine, seen from here. */
  Path controlSockets() {
    // Not below /var/run: that is often an absolute link, which would lead out of the root.
    return root().resolve("run/wireguard");
  }

  /** Where the control socket of a userspace WireGuard's interface is, seen from here. */
  public Path controlSocket(String interfaceName) {
    return controlSockets().resolve(interfaceName + ".sock");
  }
}
