package guywire.node;

import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.network.InterfaceName;
import guywire.network.NodeConfig;
import guywire.network.json.UnreadableDocument;
import guywire.network.text.Text;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * Sets up a machine as a node, changes it to another configuration, and takes it back. One command
 * at a time does so on a machine; another one waits.
 */
public final class NodeSetup {

  private NodeSetup() {}

  /** What is done on a machine while nobody else changes it. */
  private interface Task<T> {
    T with(Transition transition);
  }

  /**
   * Makes the machine what the configuration says, changing only what differs; if a step fails, all
   * steps before it are undone. Hooks are shown, not run.
   *
   * @throws MissingRequirement if the machine lacks a program or this process a right
   * @throws SetupFailure if a step fails, or another command keeps the machine too long
   * @throws IllegalArgumentException if the configuration has no interface
   */
  public static AppliedChanges apply(
      NodeConfig config, Machine machine, TunnelProgram program, Progress progress) {
    return apply(config, machine, program, HookPermission.SHOWN, progress);
  }

  /**
   * As {@link #apply(NodeConfig, Machine, TunnelProgram, Progress)}, where the host's owner may let
   * the hooks run: PreUp and PostUp when the interface is made, PreDown and PostDown when it is
   * taken back. What a hook does can't be undone.
   */
  public static AppliedChanges apply(
      NodeConfig config,
      Machine machine,
      TunnelProgram program,
      HookPermission leave,
      Progress progress) {
    requireInterface(config);
    var changes =
        change(
            machine,
            progress,
            transition -> {
              transition.clearUp();
              try (var _ = Interruption.of(Thread.currentThread())) {
                return transition.apply(config, program, leave);
              }
            });
    return new AppliedChanges(machine, config.interfaces().getFirst().name(), changes);
  }

  /**
   * What {@link #apply} would change now, in words; empty if all is as the configuration says.
   * Nothing is changed.
   *
   * @throws MissingRequirement if this process lacks a right
   * @throws SetupFailure if the machine can't be made what the configuration says
   */
  public static List<Text> drift(NodeConfig config, Machine machine, TunnelProgram program) {
    requireInterface(config);
    requireRoot();
    return look(
        machine,
        Progress.SILENT,
        transition -> Plan.words(transition.course(config, program, HookPermission.SHOWN).steps()));
  }

  /**
   * Takes back all that the node with this interface has, and what nodes left before the machine
   * was started anew.
   *
   * @return whether there was anything
   * @throws MissingRequirement if this process lacks a right
   * @throws SetupFailure if something could not be taken back; all the rest was
   */
  public static boolean takeBack(Machine machine, InterfaceName name, Progress progress) {
    return change(
        machine,
        progress,
        transition -> {
          boolean cleared = transition.clearUp();
          var node = transition.journal().ledger().node(name);
          node.ifPresent(known -> {
            progress.step(Text.of(NodeSetup.class, "step.take-back", known.name().text()));
            transition.takeBack(known);
          });
          return cleared || node.isPresent();
        });
  }

  private static void requireInterface(NodeConfig config) {
    if (config.interfaces().isEmpty()) {
      throw new IllegalArgumentException(config.name() + " has no tunnel interface");
    }
  }

  private static void requireRoot() {
    if (!Capabilities.mayAdministerNetworks()) {
      throw new MissingRequirement(Text.of(NodeSetup.class, "missing.root"));
    }
  }

  private static <T> T change(Machine machine, Progress progress, Task<T> task) {
    requireRoot();
    var before = stamp(machine);
    try (var _ = HostLock.take(machine.state(), progress)) {
      return look(machine, progress, task);
    } finally {
      // Whatever is done is written down before: else there is nothing new for the agent to see.
      if (!before.equals(stamp(machine))) {
        AgentSocket.look(machine);
      }
    }
  }

  /** Of a state that can't be read the task itself says why. */
  private static Optional<String> stamp(Machine machine) {
    try {
      return Journal.stamp(machine);
    } catch (UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private static <T> T look(Machine machine, Progress progress, Task<T> task) {
    return machine.call(() -> {
      try (var tools = Tools.open(machine);
          var journal = Journal.read(machine)) {
        return task.with(
            new Transition(
                new Host.Live(tools),
                journal,
                progress,
                // Made when it is asked: only a new node needs it, and it takes its time.
                () -> new SecureRandom().nextLong()));
      } catch (RuntimeException e) {
        throw inWords(e);
      }
    });
  }

  /** What went wrong as it is said to the user. */
  static RuntimeException inWords(RuntimeException e) {
    RuntimeException said =
        switch (e) {
          case SetupFailure failure -> failure;
          case MissingRequirement missing -> missing;
          case LinuxException linux when linux.errno() == Errno.EPERM ->
              new MissingRequirement(Text.of(NodeSetup.class, "missing.right", message(linux)));
          case LinuxException linux ->
              new SetupFailure(Text.of(NodeSetup.class, "step.failed", message(linux)), linux);
          case UncheckedIOException io ->
              new SetupFailure(Text.of(NodeSetup.class, "step.failed", message(io)), io);
          case UnreadableDocument document -> new SetupFailure(document.text(), document);
          default -> e;
        };
    if (said != e) {
      for (var suppressed : e.getSuppressed()) {
        said.addSuppressed(suppressed);
      }
    }
    return said;
  }

  private static String message(RuntimeException e) {
    return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }
}
