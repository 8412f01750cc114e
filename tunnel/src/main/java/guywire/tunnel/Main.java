package guywire.tunnel;

import guywire.guard.PlainText;
import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.linux.StandardStreams;
import guywire.linux.Tun;
import guywire.tunnel.cipher.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * The program {@code guywire-tunnel}: serves one interface until it is deleted, its control socket
 * is deleted, or a signal ends it. The launcher of that name puts it in the background; here it
 * always stays where it is, and says {@code ready} on standard output once TUN and socket are
 * there.
 */
public final class Main {

  private static final String USAGE = "usage: guywire-tunnel [-f|--foreground] INTERFACE";

  /** The MTU that fits into an Ethernet frame with the tunnel's 80 bytes over IPv6. */
  private static final int DEFAULT_MTU = 1420;

  /**
   * As the kernel's WireGuard has it, twice a TUN's own: small packets that come while we are off
   * the processor.
   */
  private static final int QUEUE_LENGTH = 1000;

  private Main() {}

  /**
   * Runs one tunnel; ends the process.
   *
   * @param arguments {@code [-f|--foreground] INTERFACE}, or {@code --version}
   */
  public static void main(String[] arguments) {
    // Not by returning: threads may still wait in the kernel.
    Runtime.getRuntime().halt(run(arguments, System.getenv()));
  }

  private static int run(String[] arguments, Map<String, String> environment) {
    String name = "";
    for (String argument : arguments) {
      switch (argument) {
        case "-f", "--foreground" -> {}
        case "--version" -> {
          System.out.println("guywire-tunnel " + version());
          return 0;
        }
        default -> {
          if (!name.isEmpty() || argument.startsWith("-")) {
            return fail(USAGE, 2);
          }
          name = argument;
        }
      }
    }
    if (!name.matches("[^\\s/]{1,15}") || name.equals(".") || name.equals("..")) {
      return fail(USAGE, 2);
    }
    var log = new Log(Log.Level.parse(environment.getOrDefault("LOG_LEVEL", "")), name, System.err);
    try {
      return serve(name, environment, log);
    } catch (LinuxException e) {
      return fail("guywire-tunnel: " + explain(name, e), 1);
    } catch (IllegalArgumentException | IOException e) {
      return fail("guywire-tunnel: " + e.getMessage(), 1);
    }
  }

  private static int fail(String line, int code) {
    System.err.println(PlainText.line(line));
    System.err.flush();
    return code;
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(unpackaged)" : version;
  }

  private static int serve(String name, Map<String, String> environment, Log log)
      throws IOException {
    var offloads = new Offloads(environment.getOrDefault("GUYWIRE_OFF", ""), log);
    var engines =
        new Engines(
            environment.getOrDefault("GUYWIRE_ENGINE", Engines.AUTO), log::error, log::verbose);
    Sharing sharing = Sharing.parse(environment.getOrDefault("GUYWIRE_THREADS", ""));
    String tunFd = environment.getOrDefault("WG_TUN_FD", "");
    String uapiFd = environment.getOrDefault("WG_UAPI_FD", "");
    Tun tun = tunFd.isEmpty() ? open(name) : Tun.adopt(descriptor("WG_TUN_FD", tunFd));
    String actualName = tun.name();
    var ended = new CountDownLatch(1);
    try (var tunnel = new Tunnel(tun, engines, offloads, sharing, log);
        var uapi =
            uapiFd.isEmpty()
                ? UapiServer.listen(tunnel, UapiServer.DIRECTORY, actualName)
                : UapiServer.adopt(tunnel, descriptor("WG_UAPI_FD", uapiFd), actualName)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(tunnel, ended)));
      tunnel.start();
      uapi.start();
      announce(environment, log);
      Settling.begin();
      tunnel.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ended.countDown();
    return 0;
  }

  /** On a signal the JVM ends when this returns: not before everything is taken back. */
  private static void stop(Tunnel tunnel, CountDownLatch ended) {
    tunnel.end();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Tun open(String name) {
    boolean existed = Files.exists(Path.of("/sys/class/net", name));
    Tun tun = Tun.open(name);
    if (!existed) {
      tun.setMtu(DEFAULT_MTU);
      tun.setQueueLength(QUEUE_LENGTH);
    }
    return tun;
  }

  private static int descriptor(String variable, String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw new IllegalArgumentException(variable + " is no descriptor: " + text);
    }
    return Integer.parseInt(text);
  }

  private static void announce(Map<String, String> environment, Log log) {
    System.out.println("ready");
    System.out.flush();
    StandardStreams.discardOutput();
    if (environment.containsKey("GUYWIRE_BACKGROUND") && !log.isVerbose()) {
      StandardStreams.discardErrors();
    }
  }

  private static String explain(String name, LinuxException e) {
    return switch (e.errno()) {
      case Errno.EPERM, Errno.EACCES ->
          "not allowed to make " + name + ": root (CAP_NET_ADMIN) is needed";
      case Errno.EBUSY -> name + " exists already and another program uses it";
      case Errno.EADDRINUSE ->
          "another program serves " + UapiServer.DIRECTORY.resolve(name + ".sock");
      case Errno.ENOENT -> "there is no /dev/net/tun; load the module tun";
      case Errno.EINVAL -> name + " exists already and is no TUN interface";
      default -> String.valueOf(e.getMessage());
    };
  }
}
