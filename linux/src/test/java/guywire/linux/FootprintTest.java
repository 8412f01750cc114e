package guywire.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the process costs while it does nothing. */
class FootprintTest {

  private static final long MEGABYTE = 1 << 20;

  private static long residentBytes() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
    return Long.parseLong(pages) * 4096;
  }

  @Test
  void large_memory_takes_nothing_from_the_machine_until_it_is_used() throws IOException {
    long before = residentBytes();
    long memory = Memory.allocate(64 * MEGABYTE);
    assertThat(residentBytes() - before).isLessThan(16 * MEGABYTE);
    assertThat(memory & 63).isZero();
    for (long at = 0; at < 64 * MEGABYTE; at += 4096) {
      assertThat(Memory.getLong(memory + at)).isZero();
      Memory.putByte(memory + at, 1);
    }
    assertThat(residentBytes() - before).isGreaterThan(48 * MEGABYTE);
  }

  @Test
  void freed_memory_goes_back_to_the_kernel() throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle malloc =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("malloc"),
            FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    MethodHandle free =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("free"),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
    var blocks = new long[64 * 1024];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = (long) malloc.invokeExact(1024L);
      Memory.putByte(blocks[i], 1);
    }
    // Whoever holds the last one keeps the C library from giving back the rest by itself.
    for (int i = 0; i < blocks.length - 1; i++) {
      free.invokeExact(blocks[i]);
    }
    long before = residentBytes();
    Footprint.trimNativeHeap();
    assertThat(before - residentBytes()).isGreaterThan(32 * MEGABYTE);
    free.invokeExact(blocks[blocks.length - 1]);
  }

  @Test
  void only_the_named_threads_may_be_late_and_they_are_still_woken_at_once() throws Exception {
    var go = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("gw footprint")
            .start(() -> {
              try {
                go.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    while (slackOf("gw footprint").isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(Footprint.delayTimeouts(Set.of("gw footprint"), 3_600_000_000_000L)).isEqualTo(1);
    assertThat(slackOf("gw footprint")).isEqualTo("3600000000000");
    assertThat(slackOf("main")).isNotEqualTo("3600000000000");
    go.countDown();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
    assertThat(Footprint.delayTimeouts(Set.of("no such thread"), 1)).isZero();
  }

  private static String slackOf(String name) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
      return threads
          .filter(thread -> read(thread.resolve("comm")).equals(name))
          .map(thread -> read(Path.of("/proc", thread.getFileName().toString(), "timerslack_ns")))
          .findFirst()
          .orElse("");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
