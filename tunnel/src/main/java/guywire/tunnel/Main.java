package guywire.tunnel;

import guywire.guard.PlainText;
import guywire.guard.ProgramFiles;
import guywire.linux.Errno;
import guywire.linux.LinuxException;
import guywire.linux.StandardStreams;
import guywire.tunnel.cipher.Engines;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;

/**
 * The program {@code guywire-tunnel}: serves one interface until it is deleted, its control socket
 * is deleted, or a signal ends it. The launcher of that name puts it in the background; here it
 * always stays where it is, and says {@code ready} on standard output once TUN and socket are
 * there.
 */
public final class Main {

  private static final String USAGE = "usage: guywire-tunnel [-f|--foreground] INTERFACE";

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
    if (arguments.length == 1 && arguments[0].equals(ManyTunnels.OPTION)) {
      return ManyTunnels.serve(environment, System.in, System.out);
    }
    String name = "";
    for (String argument : arguments) {
      switch (argument) {
        case "-f", "--foreground" -> {}
        case "--version" -> {
          System.out.println("guywire-tunnel " + version());
          return System.out.checkError()
              ? fail("guywire-tunnel: standard output can't be written", 1)
              : 0;
        }
        default -> {
          if (!name.isEmpty() || argument.startsWith("-")) {
            return fail(USAGE, 2);
          }
          name = argument;
        }
      }
    }
    if (!isInterfaceName(name)) {
      return fail(USAGE, 2);
    }
    var log = new Log(Log.Level.parse(environment.getOrDefault("LOG_LEVEL", "")), name, System.err);
    ProgramFiles.hold();
    try {
      return serve(name, environment, log);
    } catch (LinuxException e) {
      return fail("guywire-tunnel: " + explain(name, e), 1);
    } catch (IllegalArgumentException | IOException e) {
      return fail("guywire-tunnel: " + e.getMessage(), 1);
    }
  }

  static boolean isInterfaceName(String name) {
    return name.matches("[^\\s/]{1,15}") && !name.equals(".") && !name.equals("..");
  }

  private static int fail(String line, int code) {
    System.err.println(PlainText.line(line));
    System.err.flush();
    return code;
  }

  private static String version() {
    String built = Main.class.getPackage().getImplementationVersion();
    return System.getProperty("guywire.version", built == null ? "(unpackaged)" : built);
  }

  private static int serve(String name, Map<String, String> environment, Log log)
      throws IOException {
    var offloads = new Offloads(environment.getOrDefault("GUYWIRE_OFF", ""), log);
    var engines =
        new Engines(
            environment.getOrDefault("GUYWIRE_ENGINE", Engines.AUTO), log::error, log::verbose);
    Sharing sharing = Sharing.parse(environment.getOrDefault("GUYWIRE_THREADS", ""));
    var wanted =
        new ServedTunnel.Wanted(
            TunnelNamespace.OF_THIS_PROCESS,
            UapiServer.DIRECTORY,
            engines,
            offloads,
            sharing,
            descriptor("WG_TUN_FD", environment),
            descriptor("WG_UAPI_FD", environment),
            log);
    var ended = new CountDownLatch(1);
    try (var tunnel = ServedTunnel.start(name, wanted)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(tunnel, ended)));
      announce(environment, log);
      IdleTuning.begin();
      tunnel.awaitEnd();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ended.countDown();
    return 0;
  }

  /** On a signal the JVM ends when this returns: not before everything is taken back. */
  private static void stop(ServedTunnel tunnel, CountDownLatch ended) {
    tunnel.end();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static OptionalInt descriptor(String variable, Map<String, String> environment) {
    String text = environment.getOrDefault(variable, "");
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (!text.matches("[0-9]{1,6}")) {
      throw new IllegalArgumentException(variable + " is no descriptor: " + text);
    }
    return OptionalInt.of(Integer.parseInt(text));
  }

  private static void announce(Map<String, String> environment, Log log) {
    System.out.println("ready");
    System.out.flush();
    if (environment.containsKey("GUYWIRE_BACKGROUND") && !log.isVerbose()) {
      StandardStreams.discardErrors();
    }
    StandardStreams.outputToErrors();
  }

  static String explain(String name, LinuxException e) {
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
