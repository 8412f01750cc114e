package guywire.node;

import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.util.concurrent.TimeUnit;

/**
 * A process of ours that lives beside a node for as long as a file of its name is in the node's
 * state directory. The file tells it what to do; a second one, {@code NAME.ready}, is there while
 * it does it.
 *
 * @param state the node's state directory
 * @param name the name of the file
 * @param heap the JVM's most memory for objects, such as 32m
 * @param program the class whose main method is the process
 */
record Companion(Commands commands, StateFile state, String name, String heap, Class<?> program) {

  /** What a process does each time it is woken. */
  @FunctionalInterface
  interface Turn {
    /** Does it. */
    void take();
  }

  boolean isReady() {
    return Files.exists(ready());
  }

  /**
   * Starts the process and waits until it is ready.
   *
   * @param text what it is told to do
   */
  void start(String text) {
    try {
      Files.deleteIfExists(ready());
      Files.writeString(file(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // The directory as the process sees it, in the machine's own file system.
    String directory = "/run/guywire/" + state.name();
    boolean started = false;
    try {
      new LongProcess(commands)
          .start(
              LongProcess.java(heap, program.getName(), directory),
              this::isReady,
              state.directory().resolve(name + ".log"));
      started = true;
    } finally {
      if (!started) {
        removeFile();
      }
    }
  }

  /** Takes its file away, at which it ends, and waits until it has. */
  void stop() {
    removeFile();
    if (!LongProcess.await(() -> !isReady())) {
      throw new SetupFailure(Text.of(Companion.class, "companion.stays", name));
    }
  }

  /**
   * The life of such a process: says that it is ready, and takes a turn every so often until its
   * file is gone.
   *
   * @param everySeconds the time between two turns; 0 for no turns at all
   */
  static void live(Path directory, String name, long everySeconds, Turn turn)
      throws IOException, InterruptedException {
    Path file = directory.resolve(name);
    Path ready = directory.resolve(name + ".ready");
    try (var watch = directory.getFileSystem().newWatchService()) {
      directory.register(watch, StandardWatchEventKinds.ENTRY_DELETE);
      Files.createFile(ready);
      // Looked at, not asked for (access(2)): that would be answered for a process's user, without
      // regard to what powers the name server has kept.
      while (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        var key = everySeconds == 0 ? watch.take() : watch.poll(everySeconds, TimeUnit.SECONDS);
        if (key == null) {
          turn.take();
          continue;
        }
        key.pollEvents();
        if (!key.reset()) {
          break;
        }
      }
      Files.deleteIfExists(ready);
    }
  }

  private void removeFile() {
    try {
      Files.deleteIfExists(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file() {
    return state.directory().resolve(name);
  }

  private Path ready() {
    return state.directory().resolve(name + ".ready");
  }
}
