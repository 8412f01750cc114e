package guywire.node;

import guywire.guard.PlainText;
import guywire.linux.LinuxException;
import guywire.linux.Privileges;
import guywire.network.NameServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * The process of a network's name server: answers by UDP and TCP on port 53 of the tunnel addresses
 * until it is ended, to who asks through a tunnel or on this host, and to nobody else.
 *
 * <p>Whatever goes wrong in any thread ends the process, and with it the lock that says it is
 * there.
 */
/*
 * It reads what strangers send, so it has as few powers as can be: once its ports are open it is another
 * user. The threads that read packets have no capability at all. The one that watches the interfaces
 * keeps what it needs to open a port again.
 */
public final class NameServerProgram {

  /**
   * A number for this alone, from those that Debian reserves; other systems don't give it out
   * either.
   */
  static final int USER = 65053;

  /** What is let go when memory is at its end, so that there is some to end with. */
  private static final int BALLAST_BYTES = 1 << 20;

  @SuppressWarnings("unused") // being there is all it does
  private static volatile byte[] ballast = new byte[BALLAST_BYTES];

  private NameServerProgram() {}

  /**
   * Serves until the process is ended.
   *
   * @param arguments the node's state directory, where it finds what to serve
   */
  public static void main(String[] arguments) {
    Thread life = Thread.currentThread();
    Thread.setDefaultUncaughtExceptionHandler((thread, problem) -> {
      ballast = new byte[0];
      life.interrupt();
      complain(thread.getName() + ": " + problem);
    });
    try (var own = HelperLife.of(Path.of(arguments[0]), Thing.Helper.Program.NAME_SERVER)) {
      serve(HelperAspect.NAME_SERVER.read(own.told()));
      own.isReady();
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // Another thread's problem, which is said already.
    } catch (Throwable e) {
      ballast = new byte[0];
      complain(e.toString());
    } finally {
      // Not by returning, as other threads wait in the kernel.
      Runtime.getRuntime().halt(1);
    }
  }

  private static void complain(String line) {
    System.err.println(PlainText.line(line));
  }

  private static void serve(NameServer server) throws IOException {
    var answering = new NameAnswering(server);
    var doors = new NameDoors(server.listen());
    doors.open();
    // Another user may not be able to open our jars: all is loaded before.
    answering.rehearse();
    giveUpRoot();
    start("udp", () -> new NameDatagrams(doors, answering).serve());
    start("tcp", () -> new NameConnections(doors, answering).serve());
    Thread.ofPlatform()
        .daemon()
        .name("interfaces")
        .start(() -> {
          Privileges.keepOnly(Privileges.NET_BIND_SERVICE);
          doors.follow();
        });
  }

  private static void start(String name, Runnable body) {
    Thread.ofPlatform()
        .daemon()
        .name(name)
        .start(() -> {
          Privileges.keepOnly(0);
          body.run();
        });
  }

  private static void giveUpRoot() {
    try {
      Privileges.become(USER, Privileges.NET_BIND_SERVICE);
    } catch (LinuxException e) {
      // A container may not have this user, or not let its root become another one.
      complain("stays root: " + e.getMessage());
    }
  }
}
