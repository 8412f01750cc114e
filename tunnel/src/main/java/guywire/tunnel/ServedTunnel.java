package guywire.tunnel;

import guywire.linux.LinuxException;
import guywire.linux.Netlink;
import guywire.linux.Tun;
import guywire.tunnel.cipher.Engines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A tunnel with its control socket, from the opening of its TUN to the deletion of both. Not safe
 * for use by several threads, but for {@link #end}.
 */
final class ServedTunnel implements AutoCloseable {

  /**
   * What is asked for of the tunnel.
   *
   * @param home where its interface and sockets are
   * @param directory where its control socket is
   * @param tunFd a TUN that another program opened
   * @param uapiFd a listening control socket that another program opened
   */
  record Wanted(
      TunnelNamespace home,
      Path directory,
      Engines engines,
      Offloads offloads,
      Sharing sharing,
      OptionalInt tunFd,
      OptionalInt uapiFd,
      Log log) {}

  /** The MTU that fits into an Ethernet frame with the tunnel's 80 bytes over IPv6. */
  private static final int DEFAULT_MTU = 1420;

  /**
   * As the kernel's WireGuard has it, twice a TUN's own: small packets that come while we are off
   * the processor.
   */
  private static final int QUEUE_LENGTH = 1000;

  private final Tunnel tunnel;
  private final UapiServer uapi;

  private ServedTunnel(Tunnel tunnel, UapiServer uapi) {
    this.tunnel = tunnel;
    this.uapi = uapi;
  }

  /**
   * Opens and starts one; it takes configuration from then on.
   *
   * @throws LinuxException if the interface or a socket can't be had
   * @throws guywire.guard.UnsafeFileException if others could exchange the control socket
   */
  static ServedTunnel start(String name, Wanted wanted) throws IOException {
    var tunnel = wanted.home().open(() -> open(name, wanted));
    try {
      String actualName = tunnel.tun().name();
      var uapi =
          wanted.uapiFd().isEmpty()
              ? UapiServer.listen(tunnel, wanted.directory(), actualName)
              : UapiServer.adopt(tunnel, wanted.uapiFd().getAsInt(), actualName);
      tunnel.start();
      uapi.start();
      return new ServedTunnel(tunnel, uapi);
    } catch (IOException | RuntimeException e) {
      tunnel.close();
      throw e;
    }
  }

  private static Tunnel open(String name, Wanted wanted) {
    Tun tun = wanted.tunFd().isEmpty() ? makeOrTake(name) : Tun.adopt(wanted.tunFd().getAsInt());
    return new Tunnel(
        wanted.home(), tun, wanted.engines(), wanted.offloads(), wanted.sharing(), wanted.log());
  }

  private static Tun makeOrTake(String name) {
    boolean existed;
    try (var netlink = Netlink.open()) {
      existed = netlink.link(name).isPresent();
    }
    Tun tun = Tun.open(name);
    if (!existed) {
      tun.setMtu(DEFAULT_MTU);
      tun.setQueueLength(QUEUE_LENGTH);
    }
    return tun;
  }

  /** Asks whoever waits in {@link #awaitEnd} to end it. Any thread. */
  void end() {
    tunnel.end();
  }

  /** Waits until the interface or the control socket is deleted, or somebody asks for the end. */
  void awaitEnd() throws InterruptedException {
    tunnel.awaitEnd();
  }

  /** Ends it and deletes interface and control socket. */
  @Override
  public void close() {
    uapi.close();
    tunnel.close();
  }
}
