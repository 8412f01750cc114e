package guywire.tunnel;

import guywire.linux.Tun;
import guywire.tunnel.cipher.Engines;

/** A tunnel whose packet threads hand the way out to each other every millisecond. */
final class BackAndForth {

  private static final Sharing EVERY_MILLISECOND = new Sharing(1_000_000, 0, 3);

  private BackAndForth() {}

  /**
   * Serves an interface until it is deleted, or a signal comes.
   *
   * @param arguments -f and the name
   */
  public static void main(String[] arguments) throws Exception {
    String name = arguments[1];
    var log = new Log(Log.Level.VERBOSE, name, System.err);
    var engines = new Engines(Engines.AUTO, log::error, log::verbose);
    try (var tunnel =
            new Tunnel(Tun.open(name), engines, new Offloads("", log), EVERY_MILLISECOND, log);
        var uapi = UapiServer.listen(tunnel, UapiServer.DIRECTORY, name)) {
      Thread main = Thread.currentThread();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(tunnel, main)));
      tunnel.start();
      uapi.start();
      tunnel.awaitEnd();
    }
  }

  private static void end(Tunnel tunnel, Thread main) {
    tunnel.end();
    try {
      main.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
