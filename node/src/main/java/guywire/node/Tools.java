package guywire.node;

import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.linux.Netlink;

/**
 * What it takes to look at a machine and to change it. Lives in one thread, which is in the
 * machine's network namespace.
 */
record Tools(Machine machine, Netlink netlink, Commands commands) implements AutoCloseable {

  /** The tools of the calling thread, whose network namespace is the machine's. */
  static Tools open(Machine machine) {
    return new Tools(machine, Netlink.open(), new Commands(machine));
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

  /** Adds something that may be there already. */
  static void unlessThere(Runnable addition) {
    try {
      addition.run();
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    netlink.close();
  }
}
