package guywire.node;

import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A process of ours that lives beside a node. It is alive for as long as it holds the lock of its
 * lock file, which the kernel takes from it however it ends; in the file it says its number, once
 * it is ready, and what it was told.
 *
 * @param directory the node's state directory, as it is seen from here
 * @param inside the same as the process sees it
 */
record HelperProcess(
    Commands commands, StateDirectory directory, Path inside, Thing.Helper.Program program) {

  private static final long STOP_SECONDS = 3;

  static HelperProcess of(Tools tools, Thing.Helper thing) {
    return new HelperProcess(
        tools.commands(),
        tools.machine().state(thing.node()),
        Machine.stateOf(thing.node()),
        thing.program());
  }

  private record Life(long pid, String told) {}

  /** What it was told to do, if it is alive and ready. */
  Optional<String> serves() {
    return life()
        .flatMap(life -> directory.read(text()).filter(text -> mark(text).equals(life.told)));
  }

  /** Whether it is alive; what it says of itself is empty until it is ready. */
  private Optional<Life> life() {
    try (var channel = directory.open(lock(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      try (var free = channel.tryLock()) {
        if (free != null) {
          return Optional.empty();
        }
      }
      var bytes = ByteBuffer.allocate(64);
      channel.read(bytes, 0);
      String[] words =
          new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII)
              .strip()
              .split(" ");
      return Optional.of(
          words.length == 2 ? new Life(Long.parseLong(words[0]), words[1]) : new Life(0, ""));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it and waits until it is ready. */
  void start(String told) {
    directory.make().replace(text(), told);
    new LongProcess(commands)
        .start(
            LongProcess.quiet(program.heap, program.main, inside.toString()),
            () -> serves().equals(Optional.of(told)),
            directory,
            program.file + ".log");
  }

  /** Ends it if it is alive, also if it does not want to. */
  void stop() {
    for (var signal : List.of("-TERM", "-KILL")) {
      // One that is only starting says its number soon, or ends by itself.
      LongProcess.await(() -> life().map(Life::pid).orElse(-1L) != 0, STOP_SECONDS);
      var life = life();
      if (life.isEmpty()) {
        break;
      }
      commands.run("", "kill", signal, String.valueOf(life.get().pid));
      LongProcess.await(() -> life().isEmpty(), STOP_SECONDS);
    }
    if (life().isPresent()) {
      throw new SetupFailure(Text.of(HelperProcess.class, "companion.stays", program.file));
    }
    if (Files.isDirectory(directory.path(), LinkOption.NOFOLLOW_LINKS)) {
      List.of(text(), lock(), program.file + ".log", program.file + ".sock")
          .forEach(directory::delete);
      directory.deleteIfEmpty();
    }
  }

  private String text() {
    return program.file + ".json";
  }

  private String lock() {
    return program.file + ".lock";
  }

  static String mark(String text) {
    var sum = new CRC32();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(sum.getValue());
  }
}
