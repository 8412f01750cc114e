package guywire.node;

import guywire.guard.PlainText;
import guywire.linux.LinuxException;
import guywire.linux.Privileges;

/**
 * A thread that reads what strangers send, in a process that is root: it is another user, with as
 * few capabilities as can be, and so is every thread that it starts. Nothing of it comes back.
 *
 * <p>Another user may not be able to open our jars: all that it needs is to be loaded before.
 */
public final class PowerlessThread {

  /**
   * A number for these alone, from those that Debian reserves; other systems don't give it out
   * either.
   */
  static final int USER = 65053;

  private PowerlessThread() {}

  /**
   * Starts one.
   *
   * @param name what it is called
   * @param kept the capabilities that it keeps, as {@link Privileges} has them
   * @param body what it does
   */
  public static Thread start(String name, long kept, Runnable body) {
    return Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          giveUpRoot(kept);
          body.run();
        });
  }

  private static void giveUpRoot(long kept) {
    try {
      Privileges.become(USER, kept);
    } catch (LinuxException e) {
      // A container may not have this user, or not let its root become another one.
      System.err.println(PlainText.line("stays root: " + e.getMessage()));
      Privileges.keepOnly(kept);
    }
  }
}
