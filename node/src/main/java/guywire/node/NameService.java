package guywire.node;

import guywire.linux.LinuxException;
import guywire.linux.Privileges;
import guywire.network.NameServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network's name server: answers by UDP and TCP on port 53 of the tunnel addresses until it is
 * closed, to who asks through a tunnel or on this host, and to nobody else.
 */
/*
 * It reads what strangers send, in a process that is root. So its threads have as few powers as can be, for
 * the kernel knows both users and capabilities by thread: each is another user, those that read packets have
 * no capability at all, and so has every thread that they start. The one that watches the interfaces keeps
 * what it needs to open a port again. None can get anything back. They hand nothing to other threads.
 */
final class NameService implements AutoCloseable {

  private final NameSockets sockets;
  private final List<Thread> threads = new ArrayList<>();

  private NameService(NameSockets sockets) {
    this.sockets = sockets;
  }

  /**
   * Begins to serve.
   *
   * @throws LinuxException if a port can't be opened, or an address is not here
   */
  static NameService begin(NameServer server) {
    var answering = new NameAnswering(server);
    var sockets = new NameSockets(server.listen());
    try {
      sockets.open();
      // Another user may not be able to open our jars: all is loaded before.
      answering.preload();
    } catch (IOException | RuntimeException e) {
      sockets.abandon();
      throw e instanceof RuntimeException failure ? failure : new IllegalStateException(e);
    }
    var service = new NameService(sockets);
    service.start("udp", 0, () -> new NameDatagrams(sockets, answering).serve());
    service.start("tcp", 0, () -> new NameConnections(sockets, answering).serve());
    service.start("interfaces", Privileges.NET_BIND_SERVICE, sockets::follow);
    return service;
  }

  private void start(String name, long kept, Runnable body) {
    threads.add(PowerlessThread.start(name, kept, body));
  }

  @Override
  public void close() {
    sockets.close();
    boolean interrupted = false;
    for (var thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    sockets.release();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
