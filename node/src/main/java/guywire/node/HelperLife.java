package guywire.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A helper process's own side: what it was told, and the lock by which others know that it lives.
 */
public final class HelperLife implements AutoCloseable {

  private final String told;
  private final FileChannel channel;

  private HelperLife(String told, FileChannel channel) {
    this.told = told;
    this.channel = channel;
  }

  /**
   * Takes the lock of a node's agent.
   *
   * @param directory the node's state directory
   * @throws IOException if it was told nothing, or another process has the lock
   */
  public static HelperLife ofAgent(Path directory) throws IOException {
    return of(directory, Thing.Helper.Program.AGENT);
  }

  static HelperLife of(Path directory, Thing.Helper.Program program) throws IOException {
    var state = new StateDirectory(directory);
    var channel =
        state.open(program.file + ".lock", StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      throw new IOException("another " + program.file + " is there");
    }
    channel.truncate(0);
    String told =
        state
            .read(program.file + ".json")
            .orElseThrow(() -> new NoSuchFileException(program.file + ".json"));
    return new HelperLife(told, channel);
  }

  /** What it was told. */
  public String told() {
    return told;
  }

  /** Says that it is ready. */
  public void isReady() throws IOException {
    String line = ProcessHandle.current().pid() + " " + HelperProcess.mark(told) + "\n";
    channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)), 0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
