package guywire.node;

import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets one command at a time change a host. The kernel gives the lock back when its holder ends,
 * however that happens. A second command waits a while and then says who holds it.
 */
final class HostLock implements AutoCloseable {

  /** Longer than any usual command takes, shorter than a person waits. */
  static final long PATIENCE_SECONDS = 60;

  private static final String FILE = "lock";
  private static final int LOOK_EVERY_MILLIS = 50;

  /**
   * A lock of a file is the process's, and is lost when any channel to that file is closed: so
   * within a process only one thread comes near it.
   */
  private static final Map<Object, Semaphore> WITHIN_PROCESS = new ConcurrentHashMap<>();

  private final Semaphore within;
  private final FileChannel channel;

  private HostLock(Semaphore within, FileChannel channel) {
    this.within = within;
    this.channel = channel;
  }

  /**
   * Takes the lock of a host.
   *
   * @throws SetupFailure if another command keeps it for too long
   */
  static HostLock take(StateDirectory directory, Progress progress) {
    return take(directory, progress, PATIENCE_SECONDS);
  }

  static HostLock take(StateDirectory directory, Progress progress, long patienceSeconds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceSeconds);
    try {
      Object key = String.valueOf(Files.getAttribute(directory.make().path(), "unix:ino"));
      key = key + " " + Files.getAttribute(directory.path(), "unix:dev");
      var within = WITHIN_PROCESS.computeIfAbsent(key, _ -> new Semaphore(1));
      if (!within.tryAcquire()) {
        progress.step(Text.of(HostLock.class, "lock.waits", holder("")));
        if (!within.tryAcquire(patienceSeconds, TimeUnit.SECONDS)) {
          throw new SetupFailure(Text.of(HostLock.class, "lock.held", holder("")));
        }
      }
      try {
        return new HostLock(within, locked(directory, progress, deadline));
      } catch (IOException | RuntimeException | InterruptedException e) {
        within.release();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SetupFailure(Text.of(Commands.class, "command.interrupted"), e);
    }
  }

  private static FileChannel locked(StateDirectory directory, Progress progress, long deadline)
      throws IOException, InterruptedException {
    var channel =
        directory.open(
            FILE, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        progress.step(Text.of(HostLock.class, "lock.waits", holder(read(channel))));
      }
      while (lock == null) {
        if (System.nanoTime() > deadline) {
          throw new SetupFailure(Text.of(HostLock.class, "lock.held", holder(read(channel))));
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        lock = channel.tryLock();
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              String.valueOf(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
          0);
      return channel;
    } catch (IOException | RuntimeException | InterruptedException e) {
      channel.close();
      throw e;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    var bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }

  /** The process that has it; its number is that of its own process namespace. */
  private static String holder(String pid) {
    return pid.matches("[0-9]+") ? pid : String.valueOf(ProcessHandle.current().pid());
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      within.release();
    }
  }
}
