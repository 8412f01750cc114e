package guywire.linux;

import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The network namespace of a process, and one thread that lives in it.
 *
 * <p>A socket belongs to the namespace of the thread that opened it, for good: open it here with
 * {@link #call}, then use it from any thread. Files of {@code /proc/sys/net} are those of the
 * thread that opens them. The namespace stays while this is open, even if the process ends.
 *
 * <p>Safe for use from any thread; what is handed to {@link #call} runs one at a time and must not
 * block for long.
 */
public final class Namespace implements AutoCloseable {

  private static final int O_CLOEXEC = 0x80000;
  private static final long AT_FDCWD = -100;
  private static final long CLONE_NEWNET = 0x40000000L;

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Thread thread;

  /** Whether no task is added any more. Guarded by {@link #tasks}. */
  private boolean closed;

  /** Of the thread alone: it ends after the task that says so, which is the last. */
  private boolean over;

  private Namespace(long pid, CompletableFuture<Void> entered) {
    // setns(2) moves the calling thread alone, so it must be a thread of our own.
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("namespace of " + pid)
            .unstarted(() -> {
              try {
                enter(pid);
                entered.complete(null);
              } catch (Throwable e) {
                entered.completeExceptionally(e);
                return;
              }
              serve();
            });
  }

  /** Something to do in a namespace. */
  @FunctionalInterface
  public interface Task<T, E extends Exception> {
    /** Does it. */
    T run() throws E;
  }

  /**
   * The network namespace that this process is in.
   *
   * @throws LinuxException if there is no such process, or this one may not enter its namespace
   */
  public static Namespace of(long pid) {
    var entered = new CompletableFuture<Void>();
    var namespace = new Namespace(pid, entered);
    namespace.thread.start();
    try {
      entered.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof LinuxException failure) {
        throw failure;
      }
      throw e;
    }
    return namespace;
  }

  /**
   * Does something in the namespace and waits for it.
   *
   * @throws E what the task throws
   * @throws IllegalStateException if this is closed
   */
  public <T, E extends Exception> T call(Task<T, E> task) throws E {
    if (Thread.currentThread() == thread) {
      return task.run();
    }
    var result = new CompletableFuture<T>();
    synchronized (tasks) {
      if (closed) {
        throw new IllegalStateException("the namespace is closed");
      }
      tasks.add(() -> {
        try {
          result.complete(task.run());
        } catch (Throwable e) {
          result.completeExceptionally(e);
        }
      });
    }
    try {
      return result.join();
    } catch (CompletionException e) {
      throw Namespace.<E>asThrown(e.getCause());
    }
  }

  /**
   * Does something in the namespace that has no result, and waits for it.
   *
   * @throws IllegalStateException if this is closed
   */
  public void run(Runnable task) {
    call(() -> {
      task.run();
      return true;
    });
  }

  /** Ends the thread. Sockets that were opened here live on. */
  @Override
  public void close() {
    // What was added before is still done; nothing comes behind the end, where nobody would do it.
    synchronized (tasks) {
      if (!closed) {
        closed = true;
        tasks.add(() -> over = true);
      }
    }
  }

  private void serve() {
    while (!over) {
      try {
        tasks.take().run();
      } catch (InterruptedException e) {
        // Only a task can have left this behind: it is no wish to end.
      }
    }
  }

  private static void enter(long pid) {
    String path = "/proc/" + pid + "/ns/net";
    try (var arena = Arena.ofConfined()) {
      long file = arena.allocateFrom(path).address();
      long opened = Syscall.call(Syscall.OPENAT, AT_FDCWD, file, O_CLOEXEC);
      int fd = (int) Syscall.checked("open " + path, opened);
      try {
        Syscall.checked("setns " + path, Syscall.call(Syscall.SETNS, fd, CLONE_NEWNET, 0));
      } finally {
        Syscall.call(Syscall.CLOSE, fd);
      }
    }
  }

  /** A task throws nothing but E and unchecked exceptions. */
  @SuppressWarnings("unchecked")
  private static <E extends Exception> E asThrown(@org.jspecify.annotations.Nullable Throwable e)
      throws E {
    if (e instanceof Error error) {
      throw error;
    }
    throw (E) Objects.requireNonNull(e);
  }
}
