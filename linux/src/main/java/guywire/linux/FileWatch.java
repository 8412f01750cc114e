package guywire.linux;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** Tells when a file is deleted, replaced or renamed (inotify). One thread waits on it. */
public final class FileWatch implements AutoCloseable {

  private static final int IN_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
  private static final int IN_ATTRIB = 4;
  private static final int IN_DELETE_SELF = 0x400;
  private static final int IN_MOVE_SELF = 0x800;
  private static final int EVENTS_BYTES = 4096;

  private final int fd;
  private final Arena arena = Arena.ofAuto();
  private final long events = arena.allocate(EVENTS_BYTES, 8).address();

  /**
   * Begins to watch.
   *
   * @throws LinuxException if the file does not exist
   */
  public FileWatch(Path path) {
    long made = Syscall.call(Syscall.INOTIFY_INIT1, IN_NONBLOCK_CLOEXEC);
    fd = (int) Syscall.checked("inotify", made);
    try (Arena names = Arena.ofConfined()) {
      long name = names.allocateFrom(path.toString()).address();
      int mask = IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
      long added = Syscall.call(Syscall.INOTIFY_ADD_WATCH, fd, name, mask);
      if (added < 0) {
        Syscall.call(Syscall.CLOSE, fd);
      }
      Syscall.checked("watch " + path, added);
    }
  }

  /** The descriptor, readable when something happened to the file. */
  public int fd() {
    return fd;
  }

  /** Takes what happened, so that the descriptor waits for the next event. */
  public void clear() {
    while (Syscall.call(Syscall.READ, fd, events, EVENTS_BYTES) > 0) {
      continue;
    }
  }

  @Override
  public void close() {
    Syscall.call(Syscall.CLOSE, fd);
  }
}
