package guywire.node;

import guywire.network.config.NameServer;
import guywire.network.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Starts and stops the process of the node's name server. */
record NameServerSetup(Work work, StateFile state) {

  /** Makes it serve what is wanted, or stops it if nothing is. */
  String ensure(Optional<NameServer> wanted, String before) {
    String text = wanted.map(NameServerText::format).orElse("");
    if (text.equals(before) && (text.isEmpty() || Files.exists(ready()))) {
      return text;
    }
    if (!before.isEmpty()) {
      work.change(
          Text.of(NameServerSetup.class, "step.no-name-server"), this::stop, () -> start(before));
    }
    wanted.ifPresent(server ->
        work.change(
            Text.of(NameServerSetup.class, "step.name-server", server.domain()),
            () -> start(text),
            this::stop));
    return text;
  }

  private void start(String text) {
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
      new LongProcess(work.commands())
          .start(
              LongProcess.java("32m", NameServerProgram.class.getName(), directory),
              () -> Files.exists(ready()),
              state.directory().resolve("name-server.log"));
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
    if (!LongProcess.await(() -> !Files.exists(ready()))) {
      throw new SetupFailure(Text.of(NameServerSetup.class, "name-server.stays"));
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
    return state.directory().resolve(NameServerProgram.CONFIGURATION);
  }

  private Path ready() {
    return state.directory().resolve(NameServerProgram.READY);
  }
}
