package guywire.linux;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** What this process costs the machine while it does nothing. Any thread. */
public final class Footprint {

  private static final Path PROC = Path.of("/proc");
  private static final Path OWN_THREADS = Path.of("/proc/self/task");

  /** Linked when first used. */
  private static final class Trim {

    static final MemorySegment FUNCTION =
        Linker.nativeLinker().defaultLookup().find("malloc_trim").orElse(MemorySegment.NULL);

    static final MethodHandle CALL =
        Linker.nativeLinker()
            .downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
  }

  private Footprint() {}

  /**
   * Gives free memory of the C library back to the kernel; nothing happens where that library is
   * not glibc.
   */
  public static void trimNativeHeap() {
    MemorySegment trim = Trim.FUNCTION;
    if (trim.address() == 0) {
      return;
    }
    try {
      int ignored = (int) Trim.CALL.invokeExact(trim, 0L);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * Lets the kernel delay the timeouts of some of this process's threads, so that these wake the
   * processor only when it is awake anyway. Waiting for an event is not delayed. Needs
   * CAP_SYS_NICE; without it nothing happens.
   *
   * @param names the threads' names as the kernel has them, at most 15 bytes each
   * @param nanos the longest delay
   * @return how many threads it was done for
   */
  public static int delayTimeouts(Set<String> names, long nanos) {
    int done = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(OWN_THREADS)) {
      for (Path thread : threads) {
        // A thread's own directory in /proc is not listed there, but it exists.
        Path slack = PROC.resolve(thread.getFileName()).resolve("timerslack_ns");
        if (name(thread).filter(names::contains).isPresent() && write(slack, nanos)) {
          done++;
        }
      }
    } catch (IOException e) {
      return done;
    }
    return done;
  }

  private static Optional<String> name(Path thread) {
    try {
      return Optional.of(Files.readString(thread.resolve("comm")).strip());
    } catch (IOException e) {
      // It has ended meanwhile.
      return Optional.empty();
    }
  }

  private static boolean write(Path file, long value) {
    try {
      Files.writeString(file, String.valueOf(value));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
