package guywire.tunnel;

import guywire.guard.Audience;
import guywire.guard.OwnedDirectory;
import guywire.linux.Errno;
import guywire.linux.FileWatch;
import guywire.linux.LinuxException;
import guywire.linux.Poll;
import guywire.linux.UnixListener;
import guywire.linux.UnixStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * The control socket of an interface, by which {@code wg} and others configure it: one thread that
 * accepts, one for each connection. Ends the tunnel when its socket file is deleted.
 */
final class UapiServer implements AutoCloseable {

  /** Where {@code wg} looks for sockets. */
  static final Path DIRECTORY = Path.of("/var/run/wireguard");

  private static final int MAX_CONNECTIONS = 64;
  private static final int IDLE_SECONDS = 120;
  private static final long PREDECESSOR_NANOS = 2_000_000_000L;
  private static final long RETRY_NANOS = 5_000_000L;

  /** Until who connects is looked at again after it could not be accepted. */
  private static final long PAUSE_NANOS = 100_000_000L;

  private final Tunnel tunnel;
  private final UnixListener listener;
  private final Path path;
  private final Optional<Object> identity;
  private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

  private UapiServer(Tunnel tunnel, UnixListener listener, Path path, Optional<Object> identity) {
    this.tunnel = tunnel;
    this.listener = listener;
    this.path = path;
    this.identity = identity;
  }

  /**
   * Listens on the interface's socket.
   *
   * @throws LinuxException EADDRINUSE if another program serves it
   * @throws guywire.guard.UnsafeFileException if others could exchange the socket
   */
  static UapiServer listen(Tunnel tunnel, Path directory, String interfaceName) throws IOException {
    Path path = directory.resolve(interfaceName + ".sock");
    // Nobody else can put another socket there or delete ours, which would end the tunnel.
    OwnedDirectory.make(directory, Audience.EVERYBODY).close();
    return new UapiServer(tunnel, bind(path), path, identity(path));
  }

  /** Serves a listening socket that another program opened (WG_UAPI_FD). */
  static UapiServer adopt(Tunnel tunnel, int fd, String interfaceName) {
    Path path = DIRECTORY.resolve(interfaceName + ".sock");
    return new UapiServer(tunnel, UnixListener.adopt(fd), path, identity(path));
  }

  /*
   * The interface is ours by now, so whoever still serves its socket is about to end: its own interface
   * was just deleted. It gets a moment. A file that nobody listens behind is what a killed process left.
   */
  private static UnixListener bind(Path path) throws IOException {
    long end = System.nanoTime() + PREDECESSOR_NANOS;
    while (true) {
      try {
        return UnixListener.listen(path);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EADDRINUSE) {
          throw e;
        }
        if (!UnixListener.isLive(path)) {
          Files.deleteIfExists(path);
        } else if (System.nanoTime() - end > 0) {
          throw e;
        } else {
          LockSupport.parkNanos(RETRY_NANOS);
        }
      }
    }
  }

  private static Optional<Object> identity(Path path) {
    try {
      return Optional.ofNullable(Files.readAttributes(path, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Begins to accept. */
  void start() {
    Thread.ofPlatform().daemon().name("uapi").start(this::serve);
  }

  private void serve() {
    try (FileWatch watch = new FileWatch(path)) {
      var poll = new Poll(listener.fd(), watch.fd(), tunnel.stopped().fd());
      boolean accepting = true;
      while (true) {
        // Who could not be accepted still waits, so that the listener can be read all the time.
        poll.set(0, accepting ? listener.fd() : -1);
        if (accepting) {
          poll.await();
        } else {
          poll.await(PAUSE_NANOS);
        }
        if (poll.ready(2)) {
          return;
        }
        if (poll.ready(1)) {
          watch.clear();
          if (!isOurs()) {
            tunnel.log().verbose("the control socket was deleted");
            tunnel.end();
            return;
          }
        }
        accepting = !poll.ready(0) || accept();
      }
    } catch (LinuxException e) {
      tunnel.log().error("no control socket any more: " + e.getMessage());
      tunnel.end();
    }
  }

  private boolean isOurs() {
    return identity.isPresent() && identity.equals(identity(path));
  }

  /** Takes the next connection; false if there is one that can't be taken now. */
  private boolean accept() {
    UnixStream stream;
    try {
      stream = listener.accept();
    } catch (LinuxException e) {
      if (e.errno() == Errno.EAGAIN) {
        return true;
      }
      tunnel.log().errorOnce("can't take a control connection: " + e.getMessage());
      return false;
    }
    if (!free.tryAcquire()) {
      tunnel
          .log()
          .errorOnce("more than " + MAX_CONNECTIONS + " control connections: others are refused");
      stream.close();
      return true;
    }
    Thread.ofPlatform()
        .daemon()
        .name("uapi connection")
        .start(() -> {
          try (stream) {
            stream.setTimeout(IDLE_SECONDS);
            new UapiConversation(tunnel).hold(stream.input(), stream.output());
          } catch (IOException e) {
            tunnel.log().verbose("a control connection ended: " + e.getMessage());
          } finally {
            free.release();
          }
        });
    return true;
  }

  /** Stops listening and deletes the socket file, unless it is another process's by now. */
  @Override
  public void close() {
    listener.close();
    if (isOurs()) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        tunnel.log().error("can't delete " + path + ": " + e.getMessage());
      }
    }
  }
}
