package guywire.tunnel;

import guywire.linux.LinuxException;
import guywire.linux.NetworkChanges;

/**
 * Follows routes and addresses, on which the source addresses of datagrams depend, in the namespace
 * that the UDP sockets are in: that of the thread that makes this.
 */
final class RouteMonitor implements AutoCloseable {

  private final Tunnel tunnel;
  private final NetworkChanges changes = NetworkChanges.ofRoutes();

  RouteMonitor(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /** Begins to follow. */
  void start() {
    Thread.ofPlatform().daemon().name("routes").start(this::follow);
  }

  private void follow() {
    try {
      while (!changes.take().isEmpty()) {
        tunnel.routesChanged();
      }
    } catch (LinuxException e) {
      tunnel.log().error("no longer following routes: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    changes.close();
  }
}
