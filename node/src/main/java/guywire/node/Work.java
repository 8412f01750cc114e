package guywire.node;

import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.linux.Netlink;
import guywire.network.text.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of changes on a machine: its tools, the changes made so far, and the way back.
 *
 * <p>Lives in one thread, which is in the machine's network namespace.
 */
final class Work implements AutoCloseable {

  private final Machine machine;
  private final Netlink netlink;
  private final Commands commands;
  private final Progress progress;
  private final Journal journal = new Journal();
  private final List<Text> changes = new ArrayList<>();

  private Work(Machine machine, Netlink netlink, Progress progress) {
    this.machine = machine;
    this.netlink = netlink;
    this.commands = new Commands(machine);
    this.progress = progress;
  }

  /** Begins work in the calling thread's network namespace, which is the machine's. */
  static Work begin(Machine machine, Progress progress) {
    return new Work(machine, Netlink.open(), progress);
  }

  Machine machine() {
    return machine;
  }

  Netlink netlink() {
    return netlink;
  }

  Commands commands() {
    return commands;
  }

  List<Text> changes() {
    return changes;
  }

  /** Says something that is worth knowing but no change. */
  void note(Text what) {
    progress.step(what);
  }

  /** Does a step and remembers how to undo it. */
  void change(Text what, Runnable step, Runnable undo) {
    if (Thread.interrupted()) {
      throw new SetupFailure(Text.of(Commands.class, "command.interrupted"));
    }
    progress.step(what);
    step.run();
    journal.add(undo);
    changes.add(what);
  }

  List<RuntimeException> rollBack() {
    return journal.rollBack();
  }

  /** Removes something that may be gone already. */
  static void unlessGone(Runnable removal) {
    try {
      removal.run();
    } catch (LinuxException e) {
      switch (e.errno()) {
        case Errno.ENODEV, Errno.ENOENT, Errno.ESRCH, Errno.EADDRNOTAVAIL -> {}
        default -> throw e;
      }
    }
  }

  @Override
  public void close() {
    netlink.close();
  }
}
