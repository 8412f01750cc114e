package guywire.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that always have something to do, until they are closed. */
final class BusyProcesses implements AutoCloseable {

  private final List<Process> processes = new ArrayList<>();

  /** Starts so many. */
  BusyProcesses(int count) {
    for (int i = 0; i < count; i++) {
      try {
        processes.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
      } catch (IOException e) {
        close();
        throw new UncheckedIOException(e);
      }
    }
  }

  boolean isNone() {
    return processes.isEmpty();
  }

  @Override
  public String toString() {
    return processes.size() + " busy processes";
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
