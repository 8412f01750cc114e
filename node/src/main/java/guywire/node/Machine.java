package guywire.node;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * A machine whose network Guywire sets up: this host, or one that lives in namespaces.
 *
 * @param pid a process in the machine's namespaces; empty for this host
 */
public record Machine(OptionalLong pid) {

  /** This host. */
  public static final Machine LOCAL = new Machine(OptionalLong.empty());

  /** The machine in whose namespaces (network, mount, UTS, process) this process lives. */
  public static Machine of(long pid) {
    return new Machine(OptionalLong.of(pid));
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
}
