package guywire.node;

import guywire.linux.Poll;
import guywire.linux.UnixListener;
import guywire.linux.UnixStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where root talks to a host's agent: a line is asked, lines are answered, and that is all.
 *
 * <p>For one thread.
 */
final class AgentSocket implements AutoCloseable {

  /** To say how the ways stand. */
  static final String STATUS = "status";

  /** To look at the orders anew, and to say what can't be done. */
  static final String ORDERS = "orders";

  /** To look whether all is as it was set up. */
  static final String LOOK = "look";

  /** To say what was mended. */
  static final String MENDS = "mends";

  /** To say what is passed on. */
  static final String FORWARDS = "forwards";

  private static final String SOCKET = "agent.sock";
  private static final int LONGEST_QUESTION_BYTES = 64;
  private static final int PATIENCE_SECONDS = 2;
  private static final long LOOK_SECONDS = 1;

  private final Path socket;
  private final UnixListener listener;

  /** What answers a question. */
  interface Answering {
    String answer(String question);
  }

  /** Opens it in a directory that only root may enter, of which the caller has the lock. */
  AgentSocket(Path directory) {
    socket = in(directory);
    try {
      // One that was killed left it.
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    listener = UnixListener.listen(socket);
  }

  static Path in(Path directory) {
    return directory.resolve(SOCKET);
  }

  /** Waits for a question, and answers it. One who is slow about it is not waited for long. */
  void serve(Answering answering) {
    new Poll(listener.fd()).await();
    try (var stream = listener.accept()) {
      stream.setTimeout(PATIENCE_SECONDS);
      String answer = answering.answer(question(stream));
      stream.output().write(answer.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // He went away.
    }
  }

  private static String question(UnixStream stream) throws IOException {
    var line = new StringBuilder();
    for (int i = 0; i < LONGEST_QUESTION_BYTES; i++) {
      int next = stream.input().read();
      if (next < 0 || next == '\n') {
        break;
      }
      line.append((char) next);
    }
    return line.toString();
  }

  /** Has a machine's agent, if there is one, look whether all is as it was set up. */
  static void look(Machine machine) {
    ask(in(machine.state().path()), LOOK, LOOK_SECONDS);
  }

  /** What the agent behind a socket answers; empty if nobody does in time. */
  static Optional<String> ask(Path socket, String question, long seconds) {
    if (!Files.exists(socket)) {
      // Most hosts have no agent, and sockets take their time to begin with.
      return Optional.empty();
    }
    var answer = new CompletableFuture<Optional<String>>();
    SocketChannel channel;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return Optional.empty();
    }
    try (channel) {
      Thread.ofPlatform().daemon().start(() -> answer.complete(converse(channel, question)));
      return answer.get(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (IOException | ExecutionException | TimeoutException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> converse(SocketChannel channel, String question) {
    try {
      channel.write(ByteBuffer.wrap((question + "\n").getBytes(StandardCharsets.UTF_8)));
      byte[] said = Channels.newInputStream(channel).readAllBytes();
      return Optional.of(new String(said, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return Optional.empty();
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
