package guywire.agent;

import guywire.linux.UnixListener;
import guywire.linux.UnixStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where root asks an agent how things stand: whoever connects is told, and hears no more. Nothing
 * can be said there.
 *
 * <p>For one thread.
 */
final class StatusDoor implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 2;

  private final Path socket;
  private final UnixListener listener;

  /** Opens it in a directory that only root may enter, of which the caller has the lock. */
  StatusDoor(Path directory) {
    socket = directory.resolve(AgentStatus.SOCKET);
    try {
      // One that was killed left it.
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    listener = UnixListener.listen(socket);
  }

  int fd() {
    return listener.fd();
  }

  /** Tells whoever waits; one that does not listen keeps only a thread of his own. */
  void tell(AgentStatus status) {
    var stream = listener.accept();
    byte[] said = AgentStatus.CODEC.write(status).getBytes(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("status").start(() -> tell(stream, said));
  }

  private static void tell(UnixStream stream, byte[] said) {
    try (stream) {
      stream.setTimeout(PATIENCE_SECONDS);
      stream.output().write(said);
    } catch (IOException e) {
      // He went away.
    }
  }

  @Override
  public void close() {
    listener.close();
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
