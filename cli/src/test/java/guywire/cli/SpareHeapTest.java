package guywire.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a server at rest does with memory that it no longer needs. */
class SpareHeapTest {

  private static final long MEGABYTE = 1 << 20;

  private final AtomicLong used = new AtomicLong();
  private final AtomicLong live = new AtomicLong(100 * MEGABYTE);
  private final AtomicInteger collections = new AtomicInteger();
  private final SpareHeap heap =
      new SpareHeap(
          used::get,
          () -> {
            collections.incrementAndGet();
            used.set(live.get());
          });

  private int after(long... megabytes) {
    int before = collections.get();
    for (long each : megabytes) {
      used.set(each * MEGABYTE);
      heap.look();
    }
    return collections.get() - before;
  }

  @Test
  void nothing_is_collected_while_there_is_work() {
    assertThat(after(100, 150, 240, 300, 350, 340, 410)).isZero();
  }

  @Test
  void what_a_change_left_is_collected_once_at_rest() {
    assertThat(after(100, 400, 401)).isOne();
    assertThat(after(101, 101, 102, 110, 110)).as("too little to be worth it").isZero();
    assertThat(after(130, 131)).isOne();
  }

  @Test
  void what_a_start_left_is_collected_at_once_and_not_again() {
    used.set(400 * MEGABYTE);
    heap.clear();
    assertThat(collections).hasValue(1);
    assertThat(after(100, 101, 101)).isZero();
  }

  @Test
  void what_is_in_use_is_not_collected_again_and_again() {
    live.set(400 * MEGABYTE);
    assertThat(after(400, 400, 401, 400, 402, 401)).isOne();
  }

  @Test
  void the_heap_of_this_process_is_collected_once_it_is_at_rest() {
    var mine = SpareHeap.ofThisProcess();
    var held = new ArrayList<byte[]>();
    for (int i = 0; i < 64; i++) {
      held.add(new byte[(int) MEGABYTE]);
    }
    System.gc();
    long full = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    assertThat(held).hasSize(64);
    held.clear();
    for (int look : List.of(1, 2, 3)) {
      mine.look();
      assertThat(look).isPositive();
    }
    long then = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    assertThat(then).isLessThan(full - 32 * MEGABYTE);
  }
}
